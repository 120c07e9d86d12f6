"""Rows in and out: what `read` shows, what `create` and `write` accept."""

from datetime import UTC, date, datetime
from typing import Any

from integrations.adapters.odoo.sandbox.amounts import rounded
from integrations.adapters.odoo.sandbox.computed import display, value_of
from integrations.adapters.odoo.sandbox.faults import OdooFault, missing, value_error
from integrations.adapters.odoo.sandbox.fields import FieldDef
from integrations.adapters.odoo.sandbox.searching import TIME_FORMAT, number
from integrations.adapters.odoo.sandbox.store import Row, Store


def shown(store: Store, model: str, row_ids: list[int], names: list[str]) -> list[Row]:
    """Rows as `read` answers them, in the given order; ids that do not exist are left out."""
    for name in names:
        if name not in store.models[model].fields:
            raise value_error(f"Invalid field {name!r} on {model!r}")
    return [_shown(store, model, store.get(model, one), names) for one in row_ids]


def _shown(store: Store, model: str, row: Row, names: list[str]) -> Row:
    fields = store.models[model].fields
    return {
        "id": row["id"],
        **{
            name: _out(store, fields[name], value_of(store, model, row, name))
            for name in names
            if name != "id"
        },
    }


def _out(store: Store, one: FieldDef, value: Any) -> Any:
    if value is None or value is False:
        return False
    if one.type == "many2one":
        other = store.get(one.relation, value)
        return [value, display(store, one.relation, other, "display_name")]
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime(TIME_FORMAT)
    if isinstance(value, date):
        return value.isoformat()
    return value


def accepted(store: Store, model: str, values: Row, *, for_create: bool) -> Row:
    """Values of a caller as they are stored; relations to many are left to the caller.

    Unknown names, wrong types and missing references fail as they do in Odoo.
    """
    fields = store.models[model].fields
    found: Row = {}
    for name, value in values.items():
        one = fields.get(name)
        if one is None:
            if for_create:
                raise value_error(f"Invalid field {name!r} in {model!r}")
            raise OdooFault("builtins.KeyError", name)
        if one.compute or one.type == "one2many":
            continue
        found[one.source or name] = _in(store, model, name, one, value)
    return found


def _in(store: Store, model: str, name: str, one: FieldDef, value: Any) -> Any:
    if one.type in {"float", "monetary"}:
        amount = number(value or 0)
        return rounded(amount, one.digits[1]) if one.digits else amount
    if value is None or value is False:
        return [] if one.type == "many2many" else False
    if one.type == "many2one":
        return _reference(store, model, name, one, value)
    if one.type == "many2many":
        return many_ids(value)
    if one.type == "datetime":
        return moment(value)
    if one.type == "selection" and one.selection and value not in dict(one.selection):
        raise value_error(f"Wrong value for {model}.{name}: {value!r}")
    if one.type == "html" and not str(value).startswith("<"):
        return f"<p>{value}</p>"
    return value


def _reference(store: Store, model: str, name: str, one: FieldDef, value: Any) -> int:
    if isinstance(value, str):
        raise OdooFault(
            "psycopg2.errors.InvalidTextRepresentation",
            f'invalid input syntax for type integer: "{value}"\nLINE 1: ...{value!r}...\n   ^\n',
        )
    if not store.exists(one.relation, value):
        if one.relation in {"stock.warehouse", "res.users"}:
            # nothing reads these before the insert, so the database's own constraint speaks
            raise OdooFault(
                "odoo.exceptions.ValidationError",
                "The operation cannot be completed: Another model is using the record you are "
                f"trying to delete.\n\nThe troublemaker is: {store.models[model].label!r} "
                f"({model})\nThanks to the following constraint: {one.label!r} ({name})\n"
                "How about archiving the record instead?",
            )
        raise missing(one.relation, value, store.uid)
    return int(value)


def moment(value: Any) -> datetime:
    try:
        return datetime.strptime(str(value), TIME_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise value_error(
            f"time data {str(value)!r} does not match format '%Y-%m-%d %H:%M:%S'"
        ) from None


def many_ids(value: Any) -> list[int]:
    """Ids out of relation commands ([[6, 0, ids]], [[4, id]]) or a plain list of ids."""
    ids: list[int] = []
    for item in value:
        if not isinstance(item, list):
            ids.append(int(item))
        elif item[0] == 6:
            ids = list(item[2])
        elif item[0] == 4:
            ids.append(item[1])
    return ids
