"""What Odoo's web client asks the server for, taken from the views themselves."""

from lxml import etree

from odoo.tools.safe_eval import safe_eval


class Views:
    """The list, form and search view of a model as a user gets them."""

    def __init__(self, model) -> None:
        wanted = [(False, kind) for kind in ("list", "form", "search")]
        answer = model.get_views(wanted)
        self._fields = {name: info["fields"] for name, info in answer["models"].items()}
        self._model = model._name
        self._arch = {
            kind: etree.fromstring(view["arch"])
            for kind, view in answer["views"].items()
        }

    def specification(self, kind: str) -> dict:
        """As ``getFieldsSpec`` of ``web/static/src/model/relational_model/utils.js``:
        optional and hidden columns are read too, relations as far as they are shown."""
        return self._read(self._arch[kind], self._model)

    def filters(self) -> dict[str, list]:
        """Names and domains of the search view's filters."""
        return {
            node.get("name"): safe_eval(node.get("domain"), {"uid": 1})
            for node in self._arch["search"].iter("filter")
            if node.get("domain") and node.get("name")
        }

    def groupings(self) -> dict[str, str]:
        """Names and fields of the search view's groupings."""
        contexts = {
            node.get("name"): safe_eval(node.get("context"), {"uid": 1})
            for node in self._arch["search"].iter("filter")
            if "group_by" in (node.get("context") or "")
        }
        return {name: context["group_by"] for name, context in contexts.items()}

    def _read(self, arch, model: str) -> dict:
        specification = {}
        depth = len(list(arch.iterancestors("field")))
        for node in arch.iter("field"):
            inside = len(list(node.iterancestors("field")))
            name = node.get("name")
            known = self._fields.get(model, {}).get(name)
            if known and inside == depth + (arch.tag == "field"):
                specification[name] = self._read_field(node, known)
        return specification

    def _read_field(self, node, field: dict) -> dict:
        if node.get("invisible") in ("1", "True"):
            return {}
        if field["type"] == "many2one":
            return {"fields": {"display_name": {}}}
        if field["type"] not in ("one2many", "many2many"):
            return {}
        shown = node.find("list")
        if shown is None:
            shown = node.find("kanban")
        if shown is None:
            return {"fields": {"display_name": {}}}
        return {"fields": self._read(shown, field["relation"]), "limit": 40}
