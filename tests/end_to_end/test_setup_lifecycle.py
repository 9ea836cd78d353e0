"""Installing, upgrading and uninstalling the add-ons, each on a real database."""

import json

import pytest
import setup_catalogue

from dev import addons, odoo, release_dump, run

ADDONS = addons.names()
# Have the crons do their work, so that there is something to leave.
CRONS = f"""
rows = env["ir.model.data"].search(
    [("model", "=", "ir.cron"), ("module", "in", {ADDONS!r})]
)
for cron in env["ir.cron"].browse(rows.mapped("res_id")):
    cron.method_direct_trigger()
env.cr.commit()
"""
# What people do every day, pages with scripts and styles included.
WORK = """
order = env["sale.order"].create({
    "partner_id": env["res.partner"].create({"name": "Buyer"}).id,
    "order_line": [(0, 0, {
        "product_id": env["product.product"].create({"name": "Ware"}).id,
        "product_uom_qty": 2,
        "price_unit": 5,
    })],
})
order.action_confirm()
assert (order.state, order.amount_untaxed) == ("sale", 10)
for view in env["ir.ui.view"].search([("model", "in", ["res.partner", "sale.order"])]):
    env[view.model].get_view(view.id, view.type)
env["ir.qweb"]._pregenerate_assets_bundles()
print("worked")
"""


@pytest.fixture(scope="module")
def base(server):
    """The template that has only what our add-ons stand on."""
    return addons.base_template(server)


@pytest.fixture
def empty(server, base):
    with server.copied(base, "lifecycle") as name:
        yield name


def test_updating_changes_nothing_and_uninstalling_leaves_nothing(
    env, server, base, suite
):
    before = setup_catalogue.read(server, base)
    installed = setup_catalogue.read(server, suite)
    assert {f"module {name}" for name in ADDONS} <= installed - before
    with server.copied(suite, "lifecycle") as name:
        odoo.install(env, "lifecycle", name, ADDONS)
        assert setup_catalogue.read(server, name) == installed

        odoo.shell(env, "lifecycle", name, CRONS)
        odoo.batch(env, "uninstall", "module", "uninstall", "-d", name, *ADDONS)
        after = setup_catalogue.read(server, name)
        assert (sorted(after - before), sorted(before - after)) == ([], [])
        assert "worked" in odoo.shell(env, "lifecycle", name, WORK)


LEFTOVERS = (
    "CREATE TABLE left_table (id int)",
    "ALTER TABLE res_partner ADD left_over int",
    "CREATE INDEX left_over ON res_partner (id)",
    "INSERT INTO ir_config_parameter (key, value) VALUES ('left.over', '1')",
    "UPDATE ir_cron SET cron_name = 'left over'",
    """INSERT INTO crm_tag (name) VALUES ('"left"')""",
)


def test_catalogue_notices(server, empty):
    before = setup_catalogue.read(server, empty)
    for leftover in LEFTOVERS:
        server.query(leftover, database=empty)
        after = setup_catalogue.read(server, empty)
        assert after - before, leftover
        before = after


def test_last_release_is_upgraded_whole(env, server, suite):
    """As `make run` does with a database of an earlier day."""
    known = json.loads(release_dump.SUMS.read_text("utf-8"))
    kept = (
        "SELECT id FROM ir_cron WHERE NOT active AND interval_number = 77 ORDER BY id"
    )
    with server.copied("", "upgrade") as name:
        release_dump.restore(server, name)
        assert release_dump.version(server, name) == known["version"]
        server.query(
            "UPDATE ir_cron SET active = false, interval_number = 77"
            " WHERE id IN (SELECT res_id FROM ir_model_data"
            " WHERE model = 'ir.cron' AND module = 'crm_loyalty')",
            database=name,
        )
        crons = server.query(kept, database=name)
        server.note(name, f"{run.MADE_BY_US} before the change")

        run.bring_database(server, name)

        assert server.read_note(name) == f"{run.MADE_BY_US} {addons.fingerprint()}"
        assert release_dump.sums(server, name) == known["sums"]
        assert crons and server.query(kept, database=name) == crons
        # No column is left over, and every add-on is what its manifest says.
        found, expected = (
            set(server.query(setup_catalogue.STRUCTURE["column"], database=database))
            for database in (name, suite)
        )
        assert sorted(found - expected) == []
        versions = "SELECT name, latest_version FROM ir_module_module"
        rows = dict(server.query(f"{versions} WHERE state = 'installed'", (), name))
        for addon, manifest in addons.manifests().items():
            if addon in rows or addon in addons.wanted():
                assert rows.get(addon) == manifest["version"]


OLD_CARDS = """
program = env["loyalty.program"].create({
    "name": "Points", "program_type": "loyalty", "trigger": "auto",
    "applies_on": "both",
    "rule_ids": [(0, 0, {"reward_point_mode": "money"})],
    "reward_ids": [(0, 0, {"required_points": 100})],
})
partners = env["res.partner"].create([{"name": str(n)} for n in range(1, 1501)])
env["loyalty.card"].create([
    {"program_id": program.id, "partner_id": partner.id, "points": n % 7 - 1}
    for n, partner in enumerate(partners)
])
module = env["ir.module.module"].search([("name", "=", "crm_loyalty")])
module.button_immediate_install()
"""


def test_installing_opens_the_balances_that_were_there(env, server, empty):
    odoo.shell(env, "lifecycle", empty, OLD_CARDS)
    ((wrong, opened, cards),) = server.query(
        """
        SELECT count(*) FILTER (WHERE coalesce(entry.points, 0) <> card.points),
               count(entry.points), count(*)
          FROM loyalty_card card
     LEFT JOIN (SELECT card_id, sum(points) AS points FROM loyalty_point_entry
                 WHERE kind = 'opening' AND key = 'opening/' || card_id
                 GROUP BY card_id) entry ON entry.card_id = card.id
        """,
        database=empty,
    )
    assert (wrong, cards) == (0, 1500)
    # a balance of zero has nothing to open
    assert opened == sum(n % 7 != 1 for n in range(1500))
