import cdnow
import numpy as np
import peers
import pytest
from hypothesis import given, strategies as st
from simulation import draw

from clv import MbgCnbd, PurchaseHistory

positive = st.floats(0.05, 50)
models = st.builds(
    MbgCnbd,
    k=st.integers(1, 6),
    r=positive,
    alpha=positive,
    a=positive,
    b=positive,
    dropout_at_zero=st.booleans(),
)


@st.composite
def customers(draw_from):
    x = draw_from(st.integers(0, 400))
    t_x = draw_from(st.floats(0.1, 500)) if x else 0.0
    return PurchaseHistory([1], [x], [t_x], [t_x + draw_from(st.floats(0, 500))])


@pytest.fixture(scope="module")
def cdnow_history():
    table = cdnow.published()
    return PurchaseHistory(table[:, 0].astype(int), *table[:, 1:4].T)


class TestPublished:
    def test_bg_nbd_on_cdnow(self, cdnow_history):
        """Fader, Hardie & Lee (2005), table 2."""
        model = MbgCnbd.fit(cdnow_history, k=1, dropout_at_zero=False)
        found = [round(v, 3) for v in (model.r, model.alpha, model.a, model.b)]
        assert found == [0.243, 4.414, 0.793, 2.426]
        assert round(model.log_likelihood, 1) == -9582.4
        assert model.trusted
        assert model.customers == 2357

    def test_bg_nbd_forecast_of_customer_one(self, cdnow_history):
        """Hardie's worked example: 1.226 purchases in the next 39 weeks."""
        model = MbgCnbd(1, 0.243, 4.414, 0.793, 2.426, dropout_at_zero=False)
        one = PurchaseHistory([1], [2], [30.43], [38.86])
        assert round(model.expected_purchases(one, 39.0)[0], 3) == 1.226

    def test_mbg_nbd_on_cdnow(self, cdnow_history):
        """Batislam et al. (2007) and lifetimes."""
        model = MbgCnbd.fit(cdnow_history, k=1)
        found = [round(v, 3) for v in (model.r, model.alpha, model.a, model.b)]
        assert found == [0.525, 6.183, 0.891, 1.614]

    def test_cdnow_buyers_are_not_regular(self):
        history = PurchaseHistory.from_events(*cdnow.sample(), cdnow.CALIBRATION_END)
        assert MbgCnbd.fit(history).k == 1


class TestPeer:
    @pytest.mark.filterwarnings("ignore")
    @pytest.mark.parametrize("dropout_at_zero", [False, True])
    def test_alive_and_forecast_equal_lifetimes(self, cdnow_history, dropout_at_zero):
        model = MbgCnbd(1, 0.5, 6.0, 0.8, 1.7, dropout_at_zero)
        peer = peers.with_parameters(model)
        np.testing.assert_allclose(
            model.alive(cdnow_history), peers.alive(peer, cdnow_history), rtol=1e-9
        )
        for horizon in (0.5, 4.0, 39.0, 156.0):
            np.testing.assert_allclose(
                model.expected_purchases(cdnow_history, horizon),
                peers.expected(peer, cdnow_history, horizon),
                rtol=1e-6,
            )

    @pytest.mark.parametrize("dropout_at_zero", [False, True])
    def test_likelihood_is_no_worse_than_lifetimes(
        self, cdnow_history, dropout_at_zero
    ):
        ours = MbgCnbd.fit(cdnow_history, 1, dropout_at_zero)
        theirs = peers.fitted(cdnow_history, dropout_at_zero)
        # theirs is the mean over customers, on times scaled to at most ten
        scaled = theirs._negative_log_likelihood_ * len(cdnow_history)
        unit = cdnow_history.x.sum() * np.log(theirs._scale)
        assert ours.log_likelihood >= -scaled + unit - 1e-3


class TestAlive:
    @given(models, customers())
    def test_is_a_probability(self, model, history):
        alive = model.alive(history)[0]
        assert 0 <= alive <= 1

    @given(models, customers(), st.floats(0.01, 300))
    def test_falls_with_silence(self, model, history, longer):
        later = PurchaseHistory([1], history.x, history.t_x, history.T + longer)
        assert model.alive(later)[0] <= model.alive(history)[0] + 1e-12

    def test_one_time_buyers_may_have_left(self):
        fresh = PurchaseHistory([1, 2], [0, 0], [0, 0], [1.0, 200.0])
        new, old = MbgCnbd(2, 0.5, 6.0, 0.9, 1.6).alive(fresh)
        assert old < new < 1

    def test_without_drop_out_at_zero_one_time_buyers_never_leave(self):
        fresh = PurchaseHistory([1], [0], [0], [500.0])
        model = MbgCnbd(1, 0.243, 4.414, 0.793, 2.426, dropout_at_zero=False)
        assert model.alive(fresh)[0] == 1
        assert model.silent_until(fresh, 0.5)[0] == np.inf

    @pytest.mark.parametrize("k", [1, 3])
    def test_share_of_the_living_is_right_in_every_decile(self, k):
        parameters = {"k": k, "r": 0.6 * k, "alpha": 6.0, "a": 0.9, "b": 2.5}
        world = draw(np.random.default_rng(11), 60_000, **parameters)
        predicted = MbgCnbd(**parameters).alive(world.history)
        for rows in np.array_split(np.argsort(predicted), 10):
            assert predicted[rows].mean() == pytest.approx(
                world.alive[rows].mean(), abs=0.02
            )


class TestSilentUntil:
    @given(models, customers(), st.floats(0.02, 0.98))
    def test_inverts_alive(self, model, history, threshold):
        until = model.silent_until(history, threshold)
        assert until[0] >= history.t_x[0]
        if until[0] > 1e12:  # practically never, or never (BG/NBD without a repeat)
            return
        then = PurchaseHistory([1], history.x, history.t_x, until)
        if until[0] == history.t_x[0]:
            assert model.alive(then)[0] <= threshold + 1e-9
        else:
            assert model.alive(then)[0] == pytest.approx(threshold, abs=1e-6)

    def test_regular_buyers_are_missed_sooner(self):
        buyer = PurchaseHistory([1], [10], [50.0], [50.0])
        irregular = MbgCnbd(1, 0.5, 6.0, 0.9, 2.0).silent_until(buyer, 0.5)[0]
        regular = MbgCnbd(4, 2.0, 6.0, 0.9, 2.0).silent_until(buyer, 0.5)[0]
        assert 50 < regular < irregular

    @pytest.mark.parametrize("threshold", [0.0, 1.0, -1.0, float("nan")])
    def test_threshold_must_be_a_probability(self, threshold):
        with pytest.raises(ValueError, match="threshold"):
            MbgCnbd(1, 1, 1, 1, 1).silent_until(
                PurchaseHistory([1], [0], [0], [1]), threshold
            )


@given(models, st.integers(1, 50))
def test_a_batch_is_scored_as_the_whole(model, size):
    rng = np.random.default_rng(size)
    history = draw(rng, 60).history
    whole = model.counts(history, 52.0, 0.002)
    part = model.counts(history[:size], 52.0, 0.002)
    for whole_column, part_column in zip(whole, part, strict=True):
        np.testing.assert_allclose(part_column, whole_column[:size], rtol=1e-12)


def test_given_parameters_are_checked():
    with pytest.raises(ValueError, match="alpha"):
        MbgCnbd(1, 1.0, -1.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="k"):
        MbgCnbd(0, 1.0, 1.0, 1.0, 1.0)


def test_stored_model_is_the_same_model():
    history = draw(np.random.default_rng(1), 500).history
    model = MbgCnbd.fit(history)
    assert MbgCnbd.from_dict(model.to_dict()) == model
