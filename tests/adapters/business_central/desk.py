"""A filled stand-in, adapters to it, and drafts of orders."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.business_central.adapter import BusinessCentralAdapter, open_adapter
from integrations.adapters.business_central.sandbox import BusinessCentralStandIn
from integrations.http import Recorder, Session
from integrations.records import Address, DraftLine, OrderDraft
from integrations.sandbox.erps.business_central import filled
from integrations.sandbox.seeds import FilledErp

PLACED_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ORDER = "order_01JABCDEF0123456789ABCDEF0"


@contextmanager
def opened(*, extension: str = "contoso/portal/v1.0") -> Iterator["Desk"]:
    with BusinessCentralStandIn(extension=extension) as erp:
        yield Desk(erp=erp, seed=filled(erp))


@dataclass
class Desk:
    erp: BusinessCentralStandIn
    seed: FilledErp

    def adapter(self, *, recorder: Recorder | None = None, **settings: str) -> Any:
        secrets = dict(self.seed.secrets)
        session = Session(
            base_url=self.seed.url, allow_private=True, secrets=tuple(secrets.values())
        )
        if recorder:
            session.recorder = recorder
        made: BusinessCentralAdapter = open_adapter(
            session, {**self.seed.settings, **settings}, secrets
        )
        return made

    def line(self, our_ref: str = "line_1", **changed: object) -> DraftLine:
        """Three drills at 129.00 with 19 % tax."""
        usual = DraftLine(
            our_ref=our_ref,
            kind="item",
            product_ref=self.seed.variants["DRILL-18V"],
            description="Cordless drill",
            quantity=Decimal(3),
            net_unit_price=Decimal("129.00"),
            discount_percent=Decimal(0),
            tax_refs=("VAT19",),
            tax_rates=(Decimal(19),),
        )
        return replace(usual, **changed)  # type: ignore[arg-type]

    def draft(
        self, lines: Sequence[DraftLine] | None = None, *, total: str = "460.53", **changed: object
    ) -> OrderDraft:
        usual = OrderDraft(
            our_ref=ORDER,
            display_ref="#1001",
            placed_at=PLACED_AT,
            currency="EUR",
            customer_ref=self.seed.customers["usual"],
            ship_to=Address(company="Nordwind GmbH", street1="Hafenstr. 1", city="Hamburg"),
            bill_to=Address(),
            lines=tuple([self.line()] if lines is None else lines),
            expected_gross_total=Decimal(total),
        )
        return replace(usual, **changed)  # type: ignore[arg-type]
