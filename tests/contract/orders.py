"""Drafts for the tests, and an adapter that must have the port that is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from integrations.http import Limits
from integrations.records import Address, DraftLine, ErpOrder, OrderDraft, PaymentNotice
from integrations.sandbox.goods import Role
from tests.contract.office import Office

PLACED_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HAMBURG = Address(
    company="Nordwind GmbH",
    first_name="Erika",
    last_name="Muster",
    street1="Hafenstr. 1",
    city="Hamburg",
    postal_code="20457",
    country_code="DE",
)


def able(office: Office, *ports: type, limits: Limits | None = None) -> Any:
    """An adapter with these ports; without one of them the test does not concern this ERP.

    That an ERP lacks a port is told in docs/erps/abilities.md, see test_abilities.
    """
    adapter = office.adapter(limits=limits) if limits else office.adapter()
    for port in ports:
        if not isinstance(adapter, port):
            pytest.skip(f"{office.kind} has no {port.__name__}")
    return adapter


@dataclass
class Desk:
    """Writes orders for one test; `number` keeps their references apart from all others'."""

    office: Office
    number: int
    written: int = field(default=0)

    def line(self, our_ref: str = "line_1", sku: str = "DRILL-18V", **changed: object) -> DraftLine:
        """Three drills at 129.00 with 19 % tax, unless told otherwise."""
        usual = DraftLine(
            our_ref=our_ref,
            kind="item",
            product_ref=self.office.variant(sku),
            description="Cordless drill 18 V",
            quantity=Decimal(3),
            net_unit_price=Decimal("129.00"),
            discount_percent=Decimal(0),
            tax_refs=self.office.tax(19),
            tax_rates=(Decimal(19),),
        )
        return replace(usual, **changed)  # type: ignore[arg-type]

    def tape(self, our_ref: str = "line_2", **changed: object) -> DraftLine:
        """Ten tapes at 7.35."""
        fixed: dict[str, object] = {"description": "Tape measure 5 m", "quantity": Decimal(10)}
        price = {"net_unit_price": Decimal("7.35")}
        return self.line(our_ref, "TAPE-5M", **{**fixed, **price, **changed})

    def draft(
        self,
        lines: Sequence[DraftLine] | None = None,
        *,
        total: str = "460.53",  # 3 × 129.00 and 19 %
        role: Role = "usual",
        **changed: object,
    ) -> OrderDraft:
        """A new reference each time."""
        self.written += 1
        usual = OrderDraft(
            our_ref=f"order_01CONTRACT{self.number:05d}{self.written:03d}",
            display_ref=f"#{self.number}{self.written:03d}",
            placed_at=PLACED_AT,
            currency="EUR",
            customer_ref=self.office.customer(role),
            ship_to=HAMBURG,
            bill_to=HAMBURG,
            lines=tuple([self.line()] if lines is None else lines),
            expected_gross_total=Decimal(total),
        )
        return replace(usual, **changed)  # type: ignore[arg-type]

    def two_lines(self, **changed: object) -> OrderDraft:
        """387.00 + 73.50 = 460.50 net, 87.50 tax (87.495)."""
        return self.draft([self.line(), self.tape()], total="548.00", **changed)  # type: ignore[arg-type]

    def confirmed(self, adapter: Any, draft: OrderDraft | None = None) -> ErpOrder:
        order: ErpOrder = adapter.create_order(draft or self.draft())
        confirmed: ErpOrder = adapter.confirm_order(order.ref)
        return confirmed


def notice(our_ref: str = "pay_1", amount: str = "460.53") -> PaymentNotice:
    return PaymentNotice(
        our_ref=our_ref,
        amount=Decimal(amount),
        currency="EUR",
        provider="card",
        captured_at=PLACED_AT,
    )
