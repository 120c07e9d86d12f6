"""A small company in the stand-in, and the adapter that talks to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

from integrations.adapters.odoo.adapter import OdooAdapter, open_adapter
from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.http import Limits, Session
from integrations.records import Address, DraftLine, ExchangeRecord, OrderDraft

API_KEY = "office-service-key"
PLACED_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
BERLIN = Address(
    company="Acme GmbH",
    first_name="Ada",
    last_name="Byron",
    street1="Weg 1",
    city="Berlin",
    postal_code="10115",
    country_code="DE",
)


class Kept:
    """A recorder that keeps what it is given."""

    def __init__(self) -> None:
        self.exchanges: list[ExchangeRecord] = []

    def record(self, exchange: ExchangeRecord) -> None:
        self.exchanges.append(exchange)


@dataclass
class Office:
    """`protocol` as in the connection's settings; `recorder` sees every call of the adapters."""

    erp: OdooStandIn
    protocol: str = "auto"
    recorder: Kept = field(default_factory=Kept)

    def __post_init__(self) -> None:
        erp = self.erp
        self.vat = erp.add_tax("VAT 19 %", 19)
        self.euro = erp.add_pricelist("Euro", "EUR")
        self.yen = erp.add_pricelist("Yen", "JPY")
        self.bolt = erp.add_product("BOLT", "Bolt", "19.99", tax_ids=[self.vat])
        self.nut = erp.add_product("NUT", "Nut", "0.35", tax_ids=[self.vat])
        self.shipping = erp.add_product("SHIP", "Shipping", 0, kind="service")
        self.rounding = erp.add_product("ROUND", "Rounding", 0, kind="service")
        self.customer = erp.add_partner("Acme GmbH", ref="ACME")

    def settings(self, **changed: str) -> dict[str, str]:
        return {
            "database": "odoo",
            "protocol": self.protocol,
            "login": "portal",
            "pricelists": f"EUR={self.euro}, JPY={self.yen}",
            "rounding_product_ref": str(self.rounding),
            "shipping_product_ref": str(self.shipping),
            **changed,
        }

    def adapter(
        self,
        *,
        settings: Mapping[str, str] | None = None,
        api_key: str = API_KEY,
        limits: Limits | None = None,
    ) -> OdooAdapter:
        session = Session(
            base_url=self.erp.url,
            allow_private=True,
            recorder=self.recorder,
            limits=limits or Limits(),
            secrets=(api_key,),
        )
        return open_adapter(session, settings or self.settings(), {"api_key": api_key})

    # -- what is sent

    def line(self, our_ref: str = "line_1", **changed: object) -> DraftLine:
        """Three bolts at 19.99 with 10 % off and 19 % tax, unless told otherwise."""
        usual = DraftLine(
            our_ref=our_ref,
            kind="item",
            product_ref=str(self.bolt),
            description="Bolt, box of 100",
            quantity=Decimal(3),
            net_unit_price=Decimal("19.99"),
            discount_percent=Decimal(10),
            tax_refs=(str(self.vat),),
            tax_rates=(Decimal(19),),
        )
        return replace(usual, **changed)  # type: ignore[arg-type]

    def nuts(self, our_ref: str = "line_2", **changed: object) -> DraftLine:
        fixed = {"product_ref": str(self.nut), "description": "Nut", "quantity": Decimal(10)}
        price = {"net_unit_price": Decimal("0.35"), "discount_percent": Decimal(0)}
        return self.line(our_ref, **{**fixed, **price, **changed})

    def rounding_line(self, amount: str, our_ref: str = "rounding") -> DraftLine:
        return self.line(
            our_ref,
            kind="rounding",
            product_ref="",
            description="Rounding",
            quantity=Decimal(1),
            net_unit_price=Decimal(amount),
            discount_percent=Decimal(0),
            tax_refs=(),
            tax_rates=(),
        )

    def draft(
        self,
        our_ref: str = "order_01",
        *,
        lines: Sequence[DraftLine] | None = None,
        total: str = "64.22",
        **changed: object,
    ) -> OrderDraft:
        usual = OrderDraft(
            our_ref=our_ref,
            display_ref="#1001",
            placed_at=PLACED_AT,
            currency="EUR",
            customer_ref=str(self.customer),
            ship_to=BERLIN,
            bill_to=BERLIN,
            lines=tuple(lines if lines is not None else [self.line()]),
            expected_gross_total=Decimal(total),
        )
        return replace(usual, **changed)  # type: ignore[arg-type]
