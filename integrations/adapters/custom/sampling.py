"""Which fields of the mapping the ERP's answers really hold, by looking at some rows.

No home-grown API describes itself, so the description is made of what it sends now: a field
that stands in none of the first rows counts as missing, unless the mapping can do without it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.adapters.custom.base import CustomPart
from integrations.adapters.custom.mapping.fields import FieldPath
from integrations.adapters.custom.mapping.shapes import Entry
from integrations.adapters.custom.paths import MISSING
from integrations.records import UsedField, Window

SAMPLE = 20
_PORTS = {
    "products": "PullsProducts",
    "prices": "PullsPrices",
    "stock": "PullsStock",
    "customers": "PullsCustomers",
    "orders": "PushesOrders",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """Some rows of one entity, each with the row around it, and the fields read from them."""

    entity: str
    port: str
    fields: Entry
    rows: Sequence[tuple[Any, Any]]


class Sampling(CustomPart):
    """Implements `DescribesFields`."""

    def used_fields(self) -> Sequence[UsedField]:
        """One call per list of the mapping, three for orders. Where there are no rows yet, the
        type says so, since nothing can be told."""
        return [one for sample in self._samples() for one in described(sample)]

    def _samples(self) -> Iterator[Sample]:
        for name in ("products", "prices", "stock", "customers"):
            section = self.mapping[name]
            if section is not None:
                rows = [(raw, MISSING) for raw in self._first_rows(section["list"])]
                yield Sample(name, _PORTS[name], section["fields"], rows)
                if name == "products":
                    yield self._variants(section["variants"], rows)
        if self.mapping["orders"] is not None:
            yield from self._orders()

    def _first_rows(self, operation: Any) -> list[Any]:
        window = Window(start=None, end=datetime.now(UTC) + timedelta(days=1))
        return self.client.page(operation, self.asked_window(window), None).rows[:SAMPLE]

    def _variants(self, variants: Entry, rows: Sequence[tuple[Any, Any]]) -> Sample:
        inner = rows
        if variants["rows"] is not None:
            inner = [
                (raw, product)
                for product, _ in rows
                for raw in variants["rows"].find(product) or ()
            ]
        return Sample("products.variants", _PORTS["products"], variants["fields"], inner)

    def _orders(self) -> Iterator[Sample]:
        orders, refs = self.mapping["orders"], self._some_order()
        rows: list[tuple[Any, Any]] = []
        lines: list[tuple[Any, Any]] = []
        for ref in refs:
            body = self.client.call(orders["read"], {"ref": ref}, writes=False).json()
            raw = orders["row"].find(body) if orders["row"] is not None else body
            rows.append((raw, MISSING))
            if orders["lines"]["rows"] is not None:
                found = orders["lines"]["rows"].find(raw) or ()
            else:
                found = self.client.all_rows(orders["lines_apart"]["list"], {"ref": ref})
            lines += [(one, raw) for one in found]
        yield Sample("orders", _PORTS["orders"], orders["fields"], rows)
        yield Sample("orders.lines", _PORTS["orders"], orders["lines"]["fields"], lines)

    def _some_order(self) -> Sequence[str]:
        """The ref of one order, where a list of them is mapped."""
        orders, progress = self.mapping["orders"], self.mapping["progress"]
        if orders["created"] is not None:
            operation, path = orders["created"], orders["fields"]["ref"].path
        elif progress is not None:
            operation, path = (progress["changed"][0][key] for key in ("list", "order_ref"))
        else:
            return []
        found = [path.find(raw) for raw in self._first_rows(operation)]
        return [str(ref) for ref in found if ref is not MISSING and ref is not None][:1]


def described(sample: Sample) -> Iterable[UsedField]:
    """One field each, `type` empty where it stands in no row. Pure."""
    for field in sample.fields.values():
        if isinstance(field, FieldPath):
            yield UsedField(
                entity=sample.entity,
                name=field.path.text,
                type=_type(field, sample.rows),
                needed_by=(sample.port,) if _is_needed(field) else (),
            )


def _is_needed(field: FieldPath) -> bool:
    return field.spec.is_required and field.default is None


def _type(field: FieldPath, rows: Sequence[tuple[Any, Any]]) -> str:
    if not rows:
        return "not seen yet: there are no rows"
    found = [field.path.find(raw, parent) for raw, parent in rows]
    words = sorted({_word(value) for value in found if value is not MISSING and value is not None})
    if words:
        return " or ".join(words)
    return "null" if any(value is None for value in found) else ""


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, list) else "object" if isinstance(value, dict) else "number"
