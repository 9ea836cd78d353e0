"""The package ``lifetimes``, whose own warnings are not ours to answer for."""

import warnings

import numpy as np

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifetimes import BetaGeoFitter, GammaGammaFitter, ModifiedBetaGeoFitter

FITTERS = {False: BetaGeoFitter, True: ModifiedBetaGeoFitter}


def with_parameters(model):
    """Their fitter holding our model's parameters."""
    import pandas as pd

    fitter = FITTERS[model.dropout_at_zero]()
    names = ["r", "alpha", "a", "b"]
    fitter.params_ = pd.Series([getattr(model, n) for n in names], index=names)
    return fitter


def fitted(history, dropout_at_zero):
    fitter = FITTERS[dropout_at_zero]()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitter.fit(history.x, history.t_x, history.T)
    return fitter


def spend_with_parameters(p, q, v):
    import pandas as pd

    fitter = GammaGammaFitter()
    fitter.params_ = pd.Series([p, q, v], index=["p", "q", "v"])
    return fitter


def alive(fitter, history):
    return np.asarray(
        fitter.conditional_probability_alive(history.x, history.t_x, history.T)
    )


def expected(fitter, history, horizon):
    return np.asarray(
        fitter.conditional_expected_number_of_purchases_up_to_time(
            horizon, history.x, history.t_x, history.T
        )
    )
