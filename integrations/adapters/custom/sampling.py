"""Which fields of the mapping the ERP's answers really hold, by looking at some rows.

No home-grown API describes itself, so the description is made of what it sends now. A field
that stands in none of the first rows counts as missing, but for one that may be rare and was
never seen. Where there are no rows, or only nulls, nothing is said of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from integrations.adapters.custom.base import CustomPart
from integrations.adapters.custom.mapping.fields import FieldPath
from integrations.adapters.custom.mapping.requests import Operation
from integrations.adapters.custom.mapping.shapes import Entry
from integrations.adapters.custom.paths import MISSING, Path, plain
from integrations.records import UsedField, Window

SAMPLE = 20
UNSEEN = "not seen yet"
_PULLED = {
    "products": "PullsProducts",
    "prices": "PullsPrices",
    "stock": "PullsStock",
    "customers": "PullsCustomers",
}

Rows = Sequence[tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Sample:
    """Some rows of one entity, each with the row around it, and the fields read from them."""

    entity: str
    ports: tuple[str, ...]
    fields: Entry
    rows: Rows


class Sampling(CustomPart):
    """Implements `DescribesFields`."""

    def used_fields(self) -> Sequence[UsedField]:
        """One call per list of the mapping, and a few for one order, customer and price."""
        found: dict[tuple[str, str], UsedField] = {}
        for sample in self._samples():
            for field in described(sample):
                found.setdefault((field.entity, field.name), field)
        return list(found.values())

    def _samples(self) -> Iterator[Sample]:
        first: dict[str, list[str]] = {}
        for name, port in _PULLED.items():
            section = self.mapping[name]
            if section is None:
                continue
            rows = _alone(self._first_rows(section["list"]))
            yield Sample(name, (port,), section["fields"], rows)
            if name == "customers":
                first[name] = _told_at(section["fields"]["ref"].path, rows)[:1]
            if name == "products":
                inner = _within(section["variants"]["rows"], rows)
                yield Sample("products.variants", (port,), section["variants"]["fields"], inner)
                first["variants"] = _told_at(section["variants"]["fields"]["ref"].path, inner)
        yield from self._of_customer(first)
        if self.mapping["orders"] is not None:
            yield from self._of_order()

    def _first_rows(self, operation: Operation) -> list[Any]:
        window = Window(start=None, end=datetime.now(UTC) + timedelta(days=1))
        return self.client.page(operation, self.asked_window(window), None).rows[:SAMPLE]

    # -- what is asked about one customer

    def _of_customer(self, first: Mapping[str, Sequence[str]]) -> Iterator[Sample]:
        customer = "".join(first.get("customers", ()))
        variants = first.get("variants", ())[:SAMPLE]
        credit, pricing = self.mapping["credit"], self.mapping["pricing"]
        if credit is not None:
            rows: list[Any] = []
            if customer:
                values = {"customer_ref": customer}
                body = self.client.call(credit["read"], values, writes=False).json()
                rows = [credit["row"].find(body) if credit["row"] is not None else body]
            yield Sample("credit", ("ChecksCredit",), credit["fields"], _alone(rows))
        if pricing is not None:
            is_known = bool(customer and variants)
            asked = self._asked_prices(customer, variants) if is_known else []
            yield Sample("pricing", ("QuotesPrices",), pricing["fields"], _alone(asked))

    def _asked_prices(self, customer: str, variants: Sequence[str]) -> list[Any]:
        lines = [
            {"our_ref": str(number), "product_ref": variant, "quantity": Decimal(1)}
            for number, variant in enumerate(variants)
        ]
        values = {
            "customer_ref": customer,
            "currency": self.mapping.currency or "EUR",
            "asked_on": datetime.now(UTC).date(),
            "lines": lines,
        }
        return self.client.all_rows(self.mapping["pricing"]["ask"], values)

    # -- what is told of one order

    def _of_order(self) -> Iterator[Sample]:
        orders, progress = self.mapping["orders"], self.mapping["progress"]
        ports = ("PushesOrders",) if progress is None else ("PushesOrders", "TracksOrders")
        rows: list[Any] = []
        lines: Rows = []
        ref = self._some_order()
        if ref:
            body = self.client.call(orders["read"], {"ref": ref}, writes=False).json()
            rows = [orders["row"].find(body) if orders["row"] is not None else body]
            lines = _within(orders["lines"]["rows"], _alone(rows))
            if orders["lines_apart"] is not None:
                listed = self.client.all_rows(orders["lines_apart"]["list"], {"ref": ref})
                lines = [(one, rows[0]) for one in listed]
        yield Sample("orders", ports, orders["fields"], _alone(rows))
        yield Sample("orders.lines", ports, orders["lines"]["fields"], lines)
        for name in ("shipments", "invoices", "returns") if progress is not None else ():
            part = progress[name]
            if part is not None:
                found = self._attached_rows(part, ref, rows)
                yield Sample(name, ("TracksOrders",), part["fields"], found)

    def _attached_rows(self, part: Entry, ref: str, orders: Sequence[Any]) -> Rows:
        if part["list"] is None:
            return _within(part["rows"], _alone(orders))
        values = {"refs": [ref], "ref": ref}
        return _alone(self.client.all_rows(part["list"], values) if ref else [])

    def _some_order(self) -> str:
        """The ref of one order, where a list of them is mapped."""
        orders, progress = self.mapping["orders"], self.mapping["progress"]
        if orders["created"] is not None:
            operation, path = orders["created"], orders["fields"]["ref"].path
        elif progress is not None:
            operation, path = (progress["changed"][0][key] for key in ("list", "order_ref"))
        else:
            return ""
        return "".join(_told_at(path, _alone(self._first_rows(operation)))[:1])


def described(sample: Sample) -> Iterator[UsedField]:
    """One field each, `type` empty where it stands in no row. Pure."""
    for field in sample.fields.values():
        if isinstance(field, FieldPath):
            told = _type(field, sample.rows)
            yield UsedField(
                entity=sample.entity,
                name=field.path.text,
                type=told,
                needed_by=sample.ports,
                is_told=told != UNSEEN,
                is_optional=not field.spec.is_required,
            )


def _type(field: FieldPath, rows: Rows) -> str:
    if not rows:
        return UNSEEN
    found = [field.path.find(raw, parent) for raw, parent in rows]
    words = sorted({_word(value) for value in found if value is not MISSING and value is not None})
    if words:
        return " or ".join(words)
    return UNSEEN if any(value is None for value in found) else ""


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, list) else "object" if isinstance(value, dict) else "number"


def _alone(rows: Sequence[Any]) -> Rows:
    return [(raw, MISSING) for raw in rows]


def _within(path: Path | None, rows: Rows) -> Rows:
    """The rows of a list inside each row; the rows themselves where there is no such list."""
    if path is None:
        return rows
    lists = ((path.find(row, around), row) for row, around in rows)
    return [(raw, row) for found, row in lists if isinstance(found, list) for raw in found]


def _told_at(path: Path, rows: Rows) -> list[str]:
    found = (path.find(raw, around) for raw, around in rows)
    return [plain(one) for one in found if one is not MISSING and one is not None]
