from odoo.orm.model_classes import add_to_registry


def add_models(case, *definitions) -> None:
    """Have models for the tests of one class, in its transaction and registry alone.

    Call it in ``setUpClass``, on a ``TransactionCase``. A definition says
    ``_module = None``, so that no registry loads it by itself.
    """
    registry, cr = case.registry, case.env.cr
    for definition in definitions:
        # many-to-many tables are noted as some module's
        for field in definition._field_definitions:
            field._module = "crm_suite"
    names = list(dict.fromkeys(add_to_registry(registry, d)._name for d in definitions))

    def forget():
        for name in names:
            for parent in registry[name]._inherit_module:
                registry[parent]._inherit_children.discard(name)
            del registry[name]
        with registry.cursor() as other:
            registry._setup_models__(other, [])
        registry.clear_all_caches()

    case.addClassCleanup(forget)
    registry._setup_models__(cr, names)
    registry.init_models(cr, names, {"module": "crm_suite"})
    for name in names:
        case.env["ir.model.access"].create(
            {
                "name": name,
                "model_id": case.env["ir.model"]._get_id(name),
                "group_id": case.env.ref("base.group_user").id,
                **dict.fromkeys(
                    ("perm_read", "perm_write", "perm_create", "perm_unlink"), True
                ),
            }
        )
