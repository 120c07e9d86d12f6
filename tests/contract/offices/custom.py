"""The plain invented ERP behind its mapping, with the company inside."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integrations.adapters.custom.sandbox import PlainErp
from integrations.sandbox.erps.custom import filled
from integrations.sandbox.goods import Role, Warehouse
from tests.contract.office import Carried, FilledOffice, Seen

# A field whose loss each port must tell: (entity, field), as `used_fields` names them.
NEEDED = {
    "PullsProducts": ("products", "name"),
    "PullsPrices": ("prices", "amount"),
    "PullsStock": ("stock", "on_hand"),
    "PullsCustomers": ("customers", "tax_id"),
    "QuotesPrices": ("pricing", "net_price"),
    "ChecksCredit": ("credit", "exposure"),
    "PushesOrders": ("orders", "external_reference"),
    "TracksOrders": ("orders.lines", "shipped"),
}


@contextmanager
def office() -> Iterator["CustomOffice"]:
    with PlainErp() as standin:
        yield CustomOffice(standin=standin, seed=filled(standin))


@dataclass
class CustomOffice(FilledOffice):
    kind: str = "custom"
    creating: str = "create_order"
    needed: Mapping[str, tuple[str, str]] = field(default_factory=lambda: NEEDED)
    number_prefix: str = "SO-"
    po_field: str = "po_number"

    # -- the ERP's own names

    def tax(self, percent: int | Decimal) -> tuple[str, ...]:
        code = f"V{percent}"
        self.standin.add_tax(code, Decimal(percent))
        return (code,)

    def wrong_secrets(self) -> Mapping[str, str]:
        return {"client_secret": "0" * 40}

    # -- what its administrators get wrong, for good

    def expire_secrets(self) -> None:
        self.standin.client_secret = "the next one"
        self.standin.expire_tokens()

    def renew_secrets(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        return {}, {"client_secret": self.standin.client_secret}

    def wrong_place(self) -> Mapping[str, str]:
        """Its address is all that names it."""
        return {}

    def forbid_orders(self) -> None:
        self.standin.forbidden.add(self.creating)

    def permit_orders(self) -> None:
        self.standin.forbidden.clear()

    def no_product(self) -> str:
        return "999999"

    def refuses_blocked_customers(self) -> bool:
        return True

    def close_period(self) -> bool:
        self.standin.close_period()
        return True

    # -- what its staff does

    def orders_with(self, our_ref: str) -> list[Seen]:
        return [
            Seen(
                ref=one.ref,
                number=f"{self.number_prefix}{one.ref}",
                is_cancelled=one.is_cancelled,
                gross_total=one.gross_total,
            )
            for one in self.standin.shown(our_ref)
        ]

    def carried(self, order: str) -> Carried:
        one = self.standin.books.orders[order]
        return Carried(
            po_number=str(one.extra.get(self.po_field) or ""),
            payment_term_ref=one.term,
            texts={line.our_ref: line.text for line in one.lines},
            prices={line.our_ref: line.price for line in one.lines},
        )

    def ship(
        self, order: str, quantities: Mapping[str, int] | None = None, *, tracking: str = ""
    ) -> None:
        self.standin.ship(order, quantities, tracking=tracking)

    def invoice(self, order: str) -> str:
        return self.standin.invoice(order)

    def pay(self, invoice: str) -> None:
        self.standin.pay(invoice)

    def credit(self, invoice: str) -> None:
        self.standin.credit(invoice)

    def take_back(self, order: str, quantities: Mapping[str, int]) -> None:
        self.standin.take_back(order, quantities)

    def edit_line(self, order: str, our_ref: str, *, quantity: int) -> None:
        self.standin.edit_line(order, our_ref, quantity)

    def cancel(self, order: str) -> None:
        self.standin.cancel(order)

    def enter_again(self, order: str) -> bool:
        """The plain ERP keeps our reference unique, whoever types it in."""
        return False

    def set_price(self, sku: str, price: Decimal) -> None:
        self.standin.set_price(self.variant(sku), price)

    def set_stock(self, sku: str, warehouse: Warehouse, quantity: int) -> None:
        self.standin.set_stock(self.variant(sku), self.location(warehouse), quantity)

    def touch_product(self, sku: str, title: str) -> None:
        self.standin.rename(self.variant(sku), title)

    def archive_product(self, sku: str) -> None:
        self.standin.archive(self.variant(sku))

    def block_customer(self, role: Role) -> None:
        self.standin.block(self.customer(role))

    def spoil_customer(self, role: Role) -> str:
        left: Any = "call us"
        self.standin.books.firms[self.customer(role)].credit_limit = left
        return "call us"

    def change_field(self, port: str, how: str) -> tuple[str, str]:
        entity, name = self.needed[port]
        self.standin.change_field(entity, name, how)
        return entity, name
