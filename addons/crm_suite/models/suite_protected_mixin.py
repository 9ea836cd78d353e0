from collections.abc import Collection
from typing import Any

from odoo import api, models, tools
from odoo.exceptions import AccessError
from odoo.fields import Command

from ..tools.declared import declared
from ..tools.permit import has_permit, system_permit


class SuiteProtectedMixin(models.AbstractModel):
    """Fields that only the system writes, on records that `_is_protected` names.

    A value comes from the system in superuser mode, or when the caller hands over a
    permit: `records._as_system()`, or `with_context(**system_permit("model.name"))`
    around a method that writes as a plain user. A permit is for one model: what that
    model's methods write on others is judged there.

    What the suite's own models compute and keep is the system's as well: nothing but
    its computing writes it, though Odoo lets whoever may write a record write this too.

    Defaults of these fields come from their definition alone: neither from context
    keys nor from the defaults that users keep for themselves. That holds for the system
    as well: it may act within a call whose context a user sent.
    """

    _name = "suite.protected.mixin"
    _description = "Fields That Only the System Writes"

    # each class of a model adds its own
    _protected_fields: Collection[str] = frozenset()

    def _register_hook(self):
        super()._register_hook()
        if unknown := self._protected_names() - self._fields.keys():
            raise ValueError(f"{self._name} has no field {', '.join(sorted(unknown))}")

    @api.model
    def default_get(self, fields):
        clean = self._without_sent_defaults()
        defaults = super(SuiteProtectedMixin, clean).default_get(fields)
        kept = self.env["ir.default"]._get_model_defaults(self._name)
        for name in self._protected_names() & kept.keys() & set(fields):
            defaults.pop(name, None)
            field = self._fields[name]
            if field.default:
                value = field.convert_to_cache(field.default(clean), clean, False)
                defaults[name] = field.convert_to_write(value, clean)
        return defaults

    @api.model_create_multi
    def create(self, vals_list):
        given = [self._protected_of(vals) for vals in vals_list]
        clean = self._without_sent_defaults()
        records = super(SuiteProtectedMixin, clean).create(vals_list)
        if not self._is_by_system():
            records._refuse_given(given)
        return records.with_env(self.env)

    def write(self, vals):
        given = self._protected_of(vals)
        if not given or self._is_by_system():
            return super().write(vals)
        # first of all: "unchanged" would tell a value to those who may not see it
        self.check_access("write")
        for name in given:
            self._check_field_access(self._fields[name], "write")
        guarded = self._protected_records()
        guarded._refuse_change(given)
        others = self - guarded
        before = others._values_of(given)
        if guarded:
            # left out even where unchanged, or their computing would be put off
            rest = {name: value for name, value in vals.items() if name not in given}
            super(SuiteProtectedMixin, guarded).write(rest)
        if others:
            super(SuiteProtectedMixin, others).write(vals)
            others._refuse_entering(before)
        return True

    def copy_data(self, default=None):
        """What the system wrote is not doubled: a copy begins with the defaults."""
        copies = super().copy_data(default)
        if self._is_by_system():
            return copies
        names = self._protected_names() - (default or {}).keys()
        for record, vals in zip(self, copies, strict=True):
            if vals and record.sudo()._is_protected():
                for name in names & vals.keys():
                    del vals[name]
        return copies

    def copy_translations(self, new, excluded=()):
        if not self._is_by_system() and self._protected_records():
            excluded = {*excluded, *self._protected_names()}
        return super().copy_translations(new, excluded)

    def _update_field_translations(
        self, field_name, translations, digest=None, source_lang=""
    ):
        """Open to RPC as `update_field_translations`, and not a `write`."""
        if field_name in self._protected_names() and not self._is_by_system():
            self.check_access("write")
            if self._protected_records():
                raise self._protected_error([field_name])
        return super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )

    def _is_protected(self) -> bool:
        """Hook: whether this one record's fields are the system's.

        Asked in superuser mode, before a write and after it.
        """
        self.ensure_one()
        return True

    def _as_system(self):
        """These records with the permit to write what is protected."""
        return self.with_context(**system_permit(self._name))

    def _is_by_system(self) -> bool:
        return self.env.su or has_permit(self)

    def _check_protected(self, vals: dict[str, Any]) -> None:
        """For methods that write as system what a user sent: refuse it first.

        :raise AccessError: a value of a protected field that is not there already
        """
        given = self._protected_of(vals)
        if given and not self._is_by_system():
            self.check_access("write")
            self._protected_records()._refuse_change(given)

    def _protected_names(self) -> frozenset[str]:
        """Hook: some of them may be a user's after all."""
        return self._declared_names()

    @api.model
    @tools.ormcache()
    def _declared_names(self) -> frozenset[str]:
        """What the classes declare, and what is computed, kept and edited by nobody.

        The latter of the suite's models alone: Odoo's own write some of theirs as the
        user.
        """
        mixin = self.pool["suite.protected.mixin"]
        is_of_suite = any(
            module == self._original_module and issubclass(self.pool[parent], mixin)
            for parent, module in self._inherit_module.items()
        )
        computed = {
            name
            for name, field in self._fields.items()
            if is_of_suite and field.compute and field.store and field.readonly
        }
        return frozenset(computed.union(*declared(self, "_protected_fields")))

    def _protected_of(self, vals: dict[str, Any]) -> dict[str, Any]:
        return {name: vals[name] for name in self._protected_names() & vals.keys()}

    def _protected_records(self):
        # sudo: the rule may ask what the user may not read
        return self.filtered(lambda record: record.sudo()._is_protected())

    def _without_sent_defaults(self):
        sent = {f"default_{name}" for name in self._protected_names()}
        if sent.isdisjoint(self.env.context):
            return self
        context = {k: v for k, v in self.env.context.items() if k not in sent}
        # nothing else is lost  pylint: disable=context-overridden
        return self.with_context(context)

    def _refuse_given(self, given: list[dict[str, Any]]) -> None:
        """New records hold in protected fields what they would have by themselves."""
        for record, values in zip(self, given, strict=True):
            # sudo: the rule may ask what the user may not read
            if not values or not record.sudo()._is_protected():
                continue
            defaults = self.default_get(list(values))
            changed = []
            for name, value in values.items():
                field = self._fields[name]
                if field.compute and field.store:
                    self.env.add_to_compute(field, record)
                    if record._differs(name, value):
                        changed.append(name)
                elif value != defaults.get(name) and (
                    record._as_value(name, value)
                    != record._as_value(name, defaults.get(name))
                ):
                    changed.append(name)
            if changed:
                raise self._protected_error(changed)

    def _refuse_change(self, given: dict[str, Any]) -> None:
        changed = [
            name
            for name, value in given.items()
            if any(record._differs(name, value) for record in self)
        ]
        if changed:
            raise self._protected_error(changed)

    def _refuse_entering(self, before: dict) -> None:
        """Nobody brings values of his own into the protected records."""
        entered = self._protected_records()
        after = entered._values_of(next(iter(before.values()), ()))
        changed = {
            name
            for record, values in after.items()
            for name, value in values.items()
            if value != before[record][name]
        }
        if changed:
            raise self._protected_error(changed)

    def _values_of(self, names: Collection[str]) -> dict:
        # sudo: to compare, not to show
        return {
            record: {name: record.sudo()[name] for name in names} for record in self
        }

    def _differs(self, name: str, value) -> bool:
        # sudo: to compare, not to show
        current = self.sudo().with_context(active_test=False)[name]
        try:
            if self._fields[name].type.endswith("2many"):
                kept = {*current.ids}
                return not all(_keeps(kept, command) for command in value or ())
            return current != self._as_value(name, value)
        except (IndexError, OverflowError, TypeError, ValueError):
            # what the field cannot hold is surely not there
            return True

    def _as_value(self, name: str, value):
        """A value as it would be read after it was written; commands as they are."""
        field = self._fields[name]
        if field.type.endswith("2many"):
            return value or []
        # sudo: to compare, not to show
        record = self.sudo()
        return field.convert_to_record(field.convert_to_cache(value, record), record)

    def _protected_error(self, names: Collection[str]) -> AccessError:
        labels = [self._fields[n]._description_string(self.env) for n in sorted(names)]
        return AccessError(
            self.env._(
                "%(model)s: only the system can change “%(fields)s”.",
                model=self.env["ir.model"]._get(self._name).name,
                fields="”, “".join(labels),
            )
        )


def _keeps(linked: set[int], command) -> bool:
    """Whether a command leaves a field with the records that are linked."""
    operation, id_, *rest = command
    return (operation == Command.LINK and id_ in linked) or (
        operation == Command.SET and {*rest[0]} == linked
    )
