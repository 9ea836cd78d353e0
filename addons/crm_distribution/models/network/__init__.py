from . import (
    distribution_handling,
    distribution_level,
    distribution_link,
    distribution_network_file,
    distribution_network_import,
    distribution_network_import_problem,
    distribution_outlet,
    distribution_outlet_turnover,
    distribution_territory,
    distribution_territory_area,
    res_company,
    res_partner,
)
