"""An office that sells in euros, and questions about its prices."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.odoo.adapter import OdooAdapter
from integrations.records import PriceAnswer, PriceAsk, PriceQuestion, PriceRefusal
from tests.adapters.odoo.office import Office


class Sales:
    """An office that sells in euros, with one customer on a pricelist of their own."""

    def __init__(self, office: Office) -> None:
        erp = self.erp = office.erp
        self.office = office
        erp.set_company_currency("EUR")
        self.gold = erp.add_pricelist("Gold", "EUR", discount_percent=10)
        self.tier = erp.add_rule(
            self.gold, product_id=office.bolt, fixed_price="15.50", min_quantity=100
        )
        self.customer = erp.add_partner("Gold GmbH", specific_property_product_pricelist=self.gold)

    def question(self, *asks: tuple[int | str, object], **changed: Any) -> PriceQuestion:
        """Asks of (product, quantity), referred to as line_1, line_2 …"""
        usual = PriceQuestion(
            customer_ref=str(self.customer),
            currency="EUR",
            asked_on=datetime.now(UTC).date(),
            lines=tuple(
                PriceAsk(
                    our_ref=f"line_{number}",
                    product_ref=str(product),
                    quantity=Decimal(str(quantity)),
                )
                for number, (product, quantity) in enumerate(asks, start=1)
            ),
        )
        return replace(usual, **changed)

    def ask(
        self, *asks: tuple[int | str, object], adapter: OdooAdapter | None = None, **changed: Any
    ) -> Sequence[PriceAnswer | PriceRefusal]:
        by = adapter or self.office.adapter()
        return by.quote_prices(self.question(*asks, **changed))

    def price(self, product: int, quantity: object = 1, **changed: Any) -> PriceAnswer:
        (answer,) = self.ask((product, quantity), **changed)
        assert isinstance(answer, PriceAnswer), answer
        return answer

    def reason(self, product: int | str, quantity: object = 1) -> str:
        (answer,) = self.ask((product, quantity))
        assert isinstance(answer, PriceRefusal), answer
        return answer.reason
