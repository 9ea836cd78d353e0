"""Installing, upgrading and uninstalling the add-ons, each on a real database."""

import json

import setup_catalogue
import setup_loyalty

from dev import addons, odoo, release_dump, run

ADDONS = addons.names()
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
# What the chatter says of points, and which cards an order has asked, is told by the
# ledger in its own way; what comes of it is compared door by door.
NOTED_OTHERWISE = (
    "rows mail_message:",
    "rows mail_tracking_value:",
    "rows loyalty_card_sale_order_rel:",
)
ACTIVE_JOBS = """
    SELECT ir_cron.id FROM ir_cron
      JOIN ir_model_data ON model = 'ir.cron' AND res_id = ir_cron.id
     WHERE module = ANY(%s) AND ir_cron.active
"""
# Have the crons do their work, so that there is something to leave; then go.
USE_AND_UNINSTALL = f"""
assert env["loyalty.point.entry"].search_count([]) > 5
assert env["loyalty.card"].with_context(active_test=False).search_count(
    [("provisional", "=", True)])
assert env["loyalty.card"].search_count([("pending_points", ">", 0)])
rows = env["ir.model.data"].search(
    [("model", "=", "ir.cron"), ("module", "in", {ADDONS!r})]
)
for cron in env["ir.cron"].browse(rows.mapped("res_id")):
    cron.method_direct_trigger()
    # one job's work may switch on the next
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


def picture(env, database):
    """What Odoo makes of the shop's points through one door after the other."""
    text = odoo.shell(env, "lifecycle", database, setup_loyalty.PICTURE)
    (line,) = (line for line in text.splitlines() if line.startswith("PICTURE "))
    return json.loads(line.removeprefix("PICTURE "))


def test_installing_updating_and_uninstalling_leave_odoo_as_it_was(env, server):
    with server.copied(addons.base_template(server), "lifecycle") as name:
        odoo.shell(env, "lifecycle", name, setup_loyalty.SHOP)
        plain = picture(env, name)
        before = setup_catalogue.read(server, name)
        with server.copied(name, "lived") as other:
            # where the shop goes on and we never come
            odoo.shell(env, "lifecycle", other, setup_loyalty.LIFE)
            lived = setup_catalogue.read(server, other), picture(env, other)
        odoo.install(env, "lifecycle", name, ADDONS)
        installed = setup_catalogue.read(server, name)
        kinds = {line.partition(" ")[0] for line in installed - before}
        # nobody has worked yet with what would leave attachments
        assert kinds | {"attachment"} == {*setup_catalogue.NAMED, "rows"}
        assert len(server.query(ACTIVE_JOBS, [ADDONS], name)) == 1
        same(picture(env, name), plain)

        odoo.install(env, "lifecycle", name, ADDONS)
        assert setup_catalogue.read(server, name) == installed

        odoo.shell(env, "lifecycle", name, setup_loyalty.LIFE)
        odoo.shell(env, "lifecycle", name, USE_AND_UNINSTALL)
        after, (before, seen) = setup_catalogue.read(server, name), lived
        changed = {
            line for line in before ^ after if not line.startswith(NOTED_OTHERWISE)
        }
        assert sorted(changed) == []
        same(picture(env, name), seen)
        assert "worked" in odoo.shell(env, "lifecycle", name, WORK)


def same(seen, wanted):
    """Door by door, and of each what is looked at."""
    for door, things in wanted.items():
        for thing, values in things.items() if isinstance(things, dict) else ():
            assert seen[door][thing] == values, (door, thing)
        assert seen[door] == things, door


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
