"""Installing, upgrading and uninstalling the add-ons, each on a real database."""

import json

import setup_catalogue

from dev import addons, odoo, release_dump, run

ADDONS = addons.names()
OLD_CARDS = """
program = env["loyalty.program"].create({
    "name": "Points", "program_type": "loyalty", "trigger": "auto",
    "applies_on": "both",
    "rule_ids": [(0, 0, {"reward_point_mode": "money"})],
    "reward_ids": [(0, 0, {"required_points": 100})],
})
partners = env["res.partner"].create([{"name": str(n)} for n in range(1400)])
env["loyalty.card"].create([
    {"program_id": program.id, "partner_id": partner.id, "points": n % 7 - 1}
    for n, partner in enumerate(partners)
])
env.cr.commit()
"""
# A balance of zero has nothing to open.
OPENED = """
    SELECT count(*) FROM loyalty_card card JOIN loyalty_point_entry entry
        ON entry.card_id = card.id AND entry.points = card.points
       AND kind = 'opening' AND key = 'opening/' || card_id
"""
# Orders whose lines do not say what the ledger posted for them.
UNSTATED = """
    SELECT entry.order_id FROM loyalty_point_entry entry
      JOIN sale_order ON sale_order.id = entry.order_id AND sale_order.state = 'sale'
      JOIN loyalty_program program ON program.id = entry.program_id
       AND program.applies_on <> 'current'
     WHERE entry.key IS NOT NULL AND entry.kind IN ('earn', 'claw_back')
     GROUP BY entry.order_id
    HAVING sum(entry.points) > coalesce(
        (SELECT sum(points) FROM loyalty_point_statement said
          WHERE said.order_id = entry.order_id), 0) + 0.001
"""
# Have the crons do their work, so that there is something to leave; then go.
USE_AND_UNINSTALL = f"""
rows = env["ir.model.data"].search(
    [("model", "=", "ir.cron"), ("module", "in", {ADDONS!r})]
)
for cron in env["ir.cron"].browse(rows.mapped("res_id")):
    cron.method_direct_trigger()
env.cr.commit()
modules = env["ir.module.module"].search([("name", "in", {ADDONS!r})])
modules.button_immediate_uninstall()
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
for name in ("web.assets_web", "web.assets_frontend"):
    bundle = env["ir.qweb"]._get_asset_bundle(name)
    assert bundle.js() and bundle.css()
print("worked")
"""


def test_installing_opens_balances_updating_changes_nothing_uninstalling_leaves_nothing(
    env, server
):
    with server.copied(addons.base_template(server), "lifecycle") as name:
        odoo.shell(env, "lifecycle", name, OLD_CARDS)
        before = setup_catalogue.read(server, name)
        odoo.install(env, "lifecycle", name, ADDONS)
        assert server.query(OPENED, database=name) == [(1200,)]
        installed = setup_catalogue.read(server, name)
        kinds = {line.partition(" ")[0] for line in installed - before}
        # nobody has worked yet with what would leave attachments
        assert kinds | {"attachment"} == {*setup_catalogue.NAMED, "rows"}

        odoo.install(env, "lifecycle", name, ADDONS)
        assert setup_catalogue.read(server, name) == installed

        odoo.shell(env, "lifecycle", name, USE_AND_UNINSTALL)
        after = setup_catalogue.read(server, name)
        assert (sorted(after - before), sorted(before - after)) == ([], [])
        assert "worked" in odoo.shell(env, "lifecycle", name, WORK)


def test_last_release_is_upgraded_whole(env, server, suite):
    """As `make run` does with a database of an earlier day."""
    known = json.loads(release_dump.SUMS.read_text("utf-8"))
    kept = "SELECT id FROM ir_cron WHERE NOT active AND interval_number = 77"
    with server.copied("", "upgrade") as name:
        release_dump.restore(server, name)
        assert release_dump.version(server, name) == known["version"]
        server.query(
            "UPDATE ir_cron SET active = false, interval_number = 77"
            " WHERE id IN (SELECT res_id FROM ir_model_data"
            " WHERE model = 'ir.cron' AND module = 'crm_loyalty')",
            database=name,
        )
        crons = set(server.query(kept, database=name))
        server.note(name, f"{run.MADE_BY_US} before the change")

        run.bring_database(server, name)

        assert server.read_note(name) == f"{run.MADE_BY_US} {addons.fingerprint()}"
        assert release_dump.sums(server, name) == known["sums"]
        assert crons and set(server.query(kept, database=name)) == crons
        assert server.query(UNSTATED, database=name) == []
        # No column is left over, and every add-on is what its manifest says.
        found, expected = (
            set(server.query(setup_catalogue.COLUMNS, database=database))
            for database in (name, suite)
        )
        assert sorted(found - expected) == []
        versions = "SELECT name, latest_version FROM ir_module_module"
        rows = dict(server.query(f"{versions} WHERE state = 'installed'", (), name))
        for addon, manifest in addons.manifests().items():
            if addon in rows or addon in addons.wanted():
                assert rows.get(addon) == manifest["version"]
