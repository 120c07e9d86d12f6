"""Drafts of the usual customer, and orders that are confirmed already."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from integrations.records import Address, DraftLine, ErpOrder, OrderDraft
from tests.contract.offices.sap import SapOffice

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


@dataclass
class Sales:
    office: SapOffice

    def line(self, our_ref: str = "ordli_1", **changed: object) -> DraftLine:
        """Three drills at 129.00 with 19 % tax, unless told otherwise."""
        usual = DraftLine(
            our_ref=our_ref,
            kind="item",
            product_ref="DRILL-18V",
            description="Cordless drill 18 V",
            quantity=Decimal(3),
            net_unit_price=Decimal("129.00"),
            discount_percent=Decimal(0),
            tax_refs=("1",),
            tax_rates=(Decimal(19),),
        )
        return replace(usual, **changed)  # type: ignore[arg-type]

    def draft(
        self,
        lines: Sequence[DraftLine] | None = None,
        *,
        our_ref: str = "order_01ABC",
        total: str = "460.53",  # 3 × 129.00 and 19 %
        **changed: object,
    ) -> OrderDraft:
        usual = OrderDraft(
            our_ref=our_ref,
            display_ref="#1001",
            placed_at=PLACED_AT,
            currency="EUR",
            customer_ref=self.office.customer("usual"),
            ship_to=HAMBURG,
            bill_to=HAMBURG,
            lines=tuple([self.line()] if lines is None else lines),
            expected_gross_total=Decimal(total),
        )
        return replace(usual, **changed)  # type: ignore[arg-type]

    def confirmed(self, draft: OrderDraft | None = None) -> ErpOrder:
        adapter = self.office.adapter()
        return adapter.confirm_order(adapter.create_order(draft or self.draft()).ref)
