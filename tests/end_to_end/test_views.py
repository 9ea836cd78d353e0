"""Every screen of ours opens: each action, in each of its views, with each filter.

The calls are those of the web client, which asks for the views and then for the records
or groups that their markup names.
"""

from attack_case import AttackCase
from lxml import etree

from odoo import fields
from odoo.tests import tagged
from odoo.tools.safe_eval import datetime, dateutil, safe_eval, time

from dev import addons

MODULES = tuple(addons.names())


@tagged("post_install", "-at_install")
class TestViews(AttackCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(user=cls.env.ref("base.user_admin"))

    def _actions(self):
        known = (
            self.env["ir.model.data"]
            .sudo()
            .search(
                [("model", "=", "ir.actions.act_window"), ("module", "in", MODULES)]
            )
        )
        return self.env["ir.actions.act_window"].sudo().browse(known.mapped("res_id"))

    def _evaluated(self, text, default):
        names = {
            "uid": self.env.uid,
            "active_id": False,
            "active_ids": [],
            "active_model": False,
            "allowed_company_ids": self.env.companies.ids,
            "context_today": lambda: fields.Date.context_today(self.env.user),
            "current_date": fields.Date.to_string(fields.Date.today()),
            "datetime": datetime,
            "relativedelta": dateutil.relativedelta.relativedelta,
            "time": time,
            "self": False,
        }
        return safe_eval(text, names) if text else default

    def _open(self, action):
        """Every view of the action, and every filter of its search; the view types."""
        model = self.env[action.res_model]
        search = (action.search_view_id.id or False, "search")
        views = model.get_views([*map(tuple, action.views), search])["views"]
        domain = self._evaluated(action.domain, [])
        for kind, view in views.items():
            arch = etree.fromstring(view["arch"])
            with self.subTest(action=action.xml_id, view=kind):
                getattr(self, f"_open_{kind}")(model, arch, domain)
        self.env.invalidate_all()
        return set(views)

    def _fields(self, model, arch):
        """What the client asks of each record, without what sub-views ask."""
        found = {
            node.get("name")
            for node in arch.iter("field")
            if not any(above.tag == "field" for above in node.iterancestors())
        }
        return {
            name: {"fields": {"display_name": {}}}
            if model._fields[name].type in ("many2one", "one2many", "many2many")
            else {}
            for name in found
        }

    def _open_list(self, model, arch, domain):
        model.web_search_read(
            domain, self._fields(model, arch), limit=80, order=arch.get("default_order")
        )

    def _open_kanban(self, model, arch, domain):
        self._open_list(model, arch, domain)
        if group := arch.get("default_group_by"):
            asked = self._fields(model, arch)
            model.web_read_group(domain, [group], unfold_read_specification=asked)
        for bar in arch.iter("progressbar"):
            model.read_progress_bar(
                domain,
                arch.get("default_group_by") or bar.get("field"),
                {
                    "field": bar.get("field"),
                    "colors": self._evaluated(bar.get("colors"), {}),
                },
            )

    def _measures(self, model, arch):
        return ["__count"] + [
            f"{name}:{model._fields[name].aggregator or 'count_distinct'}"
            for node in arch.iter("field")
            if node.get("type") == "measure" and (name := node.get("name"))
        ]

    def _groups(self, arch, *kinds):
        return [
            ":".join(filter(None, (node.get("name"), node.get("interval"))))
            for node in arch.iter("field")
            if node.get("type") in kinds
        ]

    def _open_pivot(self, model, arch, domain):
        rows, columns = self._groups(arch, "row"), self._groups(arch, "col")
        sets = [[], rows, columns, [*rows, *columns]]
        model.formatted_read_grouping_sets(domain, sets, self._measures(model, arch))

    def _open_graph(self, model, arch, domain):
        groups = self._groups(arch, "row", "col", None)
        model.formatted_read_group(domain, groups, self._measures(model, arch))

    def _open_hierarchy(self, model, arch, domain):
        asked = self._fields(model, arch)
        parent = arch.get("parent_field") or model._parent_name
        model.hierarchy_read(domain, asked, parent, arch.get("child_field"))

    def _open_calendar(self, model, arch, domain):
        self._open_list(model, arch, domain)

    def _open_activity(self, model, arch, domain):
        self._open_list(model, arch, domain)
        self.env["mail.activity"].get_activity_data(model._name, domain)

    def _open_form(self, model, arch, domain):
        asked = self._fields(model, arch)
        record = model.search(domain, limit=1)
        if record:
            record.web_read(asked)
        elif arch.get("create") not in ("0", "false"):
            model.onchange({}, [], {name: {} for name in asked})

    def _open_search(self, model, arch, domain):
        for node in arch.iter("filter"):
            context = self._evaluated(node.get("context"), {})
            with self.subTest(model=model._name, filter=node.get("name")):
                group = context.get("group_by", "")
                kind = model._fields[group.split(":")[0]].type if group else ""
                if kind in ("date", "datetime") and ":" not in group:
                    group += ":month"
                # of properties the client asks which one
                if group and kind != "properties":
                    model.formatted_read_group(domain, [group], ["__count"])
                if node.get("domain"):
                    model.search_count(self._evaluated(node.get("domain"), []))
                if day := node.get("date"):
                    model.formatted_read_group(domain, [f"{day}:month"], ["__count"])

    def test_every_action_opens_in_each_view_with_each_filter(self):
        actions = self._actions()
        kinds = set().union(*(self._open(action) for action in actions))
        self.assertGreater(len(actions), 20)
        self.assertLessEqual({"list", "form", "kanban", "pivot", "graph"}, kinds)

    def test_days_and_periods_are_told_as_such(self):
        """At a month's end Odoo calls the day after tomorrow "Next month"; a day with
        its time is cut off in the width of a day; a month is no first of a month."""
        for action in self._actions():
            model = self.env[action.res_model]
            if model._original_module not in MODULES:
                continue
            for view in model.get_views([*map(tuple, action.views)])["views"].values():
                for node in etree.fromstring(view["arch"]).xpath("/list/field"):
                    name, widget = node.get("name"), node.get("widget")
                    field = model._fields[name]
                    told = (model._name, name)
                    self.assertNotEqual(widget, "remaining_days", told)
                    if field.type == "datetime":
                        self.assertNotEqual(widget, "date", told)
                    if field.type == "date" and field.string in ("Month", "Quarter"):
                        self.assertEqual(widget, "period", told)

    def test_view_that_cannot_be_read_is_found(self):
        action = self.env.ref("crm_loyalty.crm_customer_value_action").sudo()
        for kind, markup in (
            ("pivot", "<pivot><field name='display_name' type='row'/></pivot>"),
            ("graph", "<graph><field name='display_name'/></graph>"),
        ):
            view = (
                self.env["ir.ui.view"]
                .sudo()
                .create({"name": kind, "model": action.res_model, "arch": markup})
            )
            with self.assertRaises(ValueError, msg=kind):
                arch = etree.fromstring(view.arch)
                getattr(self, f"_open_{kind}")(self.env[action.res_model], arch, [])
