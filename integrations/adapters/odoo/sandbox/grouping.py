"""Sums per group, as `read_group` and its successor `formatted_read_group` tell them."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.adapters.odoo.sandbox.computed import value_of
from integrations.adapters.odoo.sandbox.faults import value_error
from integrations.adapters.odoo.sandbox.rows import shown
from integrations.adapters.odoo.sandbox.store import Row, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """`shown` as an answer names it, `terms` the domain of its rows, `sums` by field."""

    shown: Row
    terms: list[Any]
    count: int
    sums: dict[str, Decimal]


def groups(
    store: Store, model: str, ids: list[int], names: list[str], sums: list[str]
) -> Iterable[Group]:
    """In the order of what is grouped by; `sums` are written "field:sum"."""
    fields = [one.removesuffix(":sum") for one in sums]
    for name in (*names, *fields):
        if name not in store.models[model].fields:
            raise value_error(f"Invalid field {name!r} on model {model!r}")
    members: dict[tuple[Any, ...], list[int]] = {}
    for one in ids:
        row = store.get(model, one)
        members.setdefault(tuple(value_of(store, model, row, name) for name in names), []).append(
            one
        )
    places = {
        key: [_place(store, model, *pair) for pair in zip(names, key, strict=True)]
        for key in members
    }
    for key in sorted(members, key=lambda one: places[one]):
        rows = [store.get(model, one) for one in members[key]]
        (first,) = shown(store, model, members[key][:1], names)
        yield Group(
            shown={name: first[name] for name in names},
            terms=[[name, "=", value] for name, value in zip(names, key, strict=True)],
            count=len(rows),
            sums={name: _sum(store, model, rows, name) for name in fields},
        )


def joined(*domains: list[Any]) -> list[Any]:
    """All terms in prefix notation, as the server writes them back."""
    terms = [term for domain in domains for term in domain]
    return ["&"] * (len(terms) - 1) + terms


def _place(store: Store, model: str, name: str, value: Any) -> tuple[str, int]:
    """Where a group of this value stands: by the order of the model it points to."""
    relation = store.models[model].fields[name].relation
    if not relation or not value:
        return str(value), 0
    first = store.models[relation].order.split(",")[0].split()[0]
    ranked = "" if first == "id" else str(store.get(relation, value)[first])
    return ranked, int(value)


def _sum(store: Store, model: str, rows: list[Row], name: str) -> Decimal:
    return sum((Decimal(value_of(store, model, row, name)) for row in rows), Decimal(0))
