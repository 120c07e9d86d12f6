"""The requests of a mapping, filled with a made-up order: what would be sent, and is not."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from integrations.adapters.custom.drafts import draft_values
from integrations.adapters.custom.mapping import ErpMapping
from integrations.adapters.custom.mapping.requests import Operation
from integrations.adapters.custom.mapping.shapes import Entry
from integrations.adapters.custom.paging import asked
from integrations.adapters.custom.template import Filling, filled_path, filled_query
from integrations.http import dumps
from integrations.records import Address, DraftLine, OrderDraft

_AT = datetime(2026, 11, 27, 13, 5, 9, tzinfo=UTC)
_TO = Address(
    company="Nordwind GmbH",
    first_name="Erika",
    last_name="Muster",
    street1="Hafenstr. 1",
    city="Hamburg",
    postal_code="20457",
    country_code="DE",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRequest:
    """One call as it would be sent, without headers and credentials; `problem` instead of it."""

    where: str
    line: int
    request: str = ""
    body: str = ""
    problem: str = ""


def sample_requests(mapping: ErpMapping) -> list[SampleRequest]:
    """Every call of the mapping, in the order of its lines."""
    given = Filling(_values(mapping), mapping.formats, mapping.currency or "EUR")
    calls = sorted(operations_of(mapping.root), key=lambda one: one.line)
    return [_sample(one, given) for one in calls]


def operations_of(entry: Any) -> Iterator[Operation]:
    """All calls that a section holds, however deep."""
    if isinstance(entry, Operation):
        yield entry
    elif isinstance(entry, Entry):
        for value in entry.values():
            yield from operations_of(value)
    elif isinstance(entry, list):
        for value in entry:
            yield from operations_of(value)


def _sample(operation: Operation, given: Filling) -> SampleRequest:
    where, line = operation.where, operation.line
    given = replace(given, values={**given.values, **asked(operation.paging, None)})
    try:
        query = urlencode(filled_query(operation.query, given))
        path = filled_path(operation.path, given)
        body = None if operation.body is None else operation.body.fill(given)
    except ValueError as exc:
        return SampleRequest(where=where, line=line, problem=str(exc))
    return SampleRequest(
        where=where,
        line=line,
        request=f"{operation.method} {path}{'?' if query else ''}{query}",
        body="" if body is None else dumps(body),
    )


def _values(mapping: ErpMapping) -> dict[str, Any]:
    order = draft_values(_draft(mapping.currency or "EUR"), lambda kind: kind.upper())
    line = {f"line.{name}": value for name, value in order["lines"][0].items()}
    one = {"our_ref": "1", "product_ref": "A-1", "quantity": Decimal(3)}
    return {
        **order,
        **line,
        **{f"ask.{name}": value for name, value in one.items()},
        "since": _AT,
        "until": _AT,
        "ref": "4711",
        "number": "4711",
        "version": "1",
        "line_ref": "10",
        "refs": ["4711"],
        "asked_on": date(2026, 11, 27),
        "reason": "no longer wanted",
        "amount": Decimal("548.00"),
        "paid_amount": Decimal("548.00"),
        "provider": "card",
        "captured_at": _AT,
        "kind": "payment",
    }


def _draft(currency: str) -> OrderDraft:
    return OrderDraft(
        our_ref="order_01SAMPLE",
        display_ref="#1001",
        placed_at=_AT,
        currency=currency,
        customer_ref="10001",
        ship_to=_TO,
        bill_to=_TO,
        lines=(_line("line_1", 3, "129"), _line("line_2", 10, "7")),
        expected_gross_total=Decimal(548),
        po_number="PO-7",
        note="Ring twice",
        payment_term_ref="30",
    )


def _line(our_ref: str, quantity: int, price: str) -> DraftLine:
    return DraftLine(
        our_ref=our_ref,
        kind="item",
        product_ref="A-1",
        description="Cordless drill",
        quantity=Decimal(quantity),
        net_unit_price=Decimal(price),
        discount_percent=Decimal(0),
        tax_refs=("V19",),
        tax_rates=(Decimal(19),),
        configuration=(("Length", "2 m"),),
    )
