"""Business Central with its companion extension, and the company inside."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from integrations.adapters.business_central.sandbox import BusinessCentralStandIn
from integrations.sandbox.erps.business_central import filled
from integrations.sandbox.goods import Role, Warehouse
from tests.contract.office import Carried, FilledOffice, Seen

# A field whose loss each port must tell: (entity, field).
_NEEDED = {
    "PullsProducts": ("itemVariant", "code"),
    "PullsPrices": ("portalPriceLine", "unitPrice"),
    "PullsStock": ("portalStockLevel", "reservedQuantity"),
    "PullsCustomers": ("customer", "blocked"),
    "QuotesPrices": ("portalPriceLine", "allowLineDiscount"),
    "ChecksCredit": ("customerFinancialDetail", "balance"),
    "PushesOrders": ("salesOrder", "externalDocumentNumber"),
    "TracksOrders": ("salesShipmentLine", "description2"),
}


@contextmanager
def office() -> Iterator["BusinessCentralOffice"]:
    with BusinessCentralStandIn() as standin:
        yield BusinessCentralOffice(standin=standin, seed=filled(standin))


@dataclass
class BusinessCentralOffice(FilledOffice):
    kind: str = "business_central"
    creating: str = "salesOrders.post"

    # -- the ERP's own names

    def tax(self, percent: int | Decimal) -> tuple[str, ...]:
        return (self.standin.add_vat_group(f"VAT{percent}", percent),)

    def wrong_secrets(self) -> Mapping[str, str]:
        return {"client_secret": "not-the-client-secret"}

    # -- what its administrators get wrong, for good

    def expire_secrets(self) -> None:
        self.standin.is_secret_expired = True
        self.standin.expire_tokens()

    def renew_secrets(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        self.standin.is_secret_expired = False
        self.standin.client_secret = "the next one"
        return {}, {"client_secret": self.standin.client_secret}

    def wrong_place(self) -> Mapping[str, str]:
        return {"company_id": "00000000-0000-4000-8000-000000000000"}

    def forbid_orders(self) -> None:
        self.standin.denied.add("salesOrders")

    def permit_orders(self) -> None:
        self.standin.denied.discard("salesOrders")

    def no_product(self) -> str:
        return "00000000-0000-4000-8000-000000000000"

    def refuses_blocked_customers(self) -> bool:
        return True

    def close_period(self) -> bool:
        """Looked at when something is posted; an order may have any date."""
        return False

    # -- what its staff does

    def orders_with(self, our_ref: str) -> list[Seen]:
        return [
            Seen(
                ref=f"order:{row['number']}",
                number=row["number"],
                is_cancelled=row["isDeleted"],
                gross_total=row["gross"],
            )
            for row in self.standin.orders_with(our_ref)
        ]

    def carried(self, order: str) -> Carried:
        """There is no field for the buyer's number: it stands in a comment."""
        row = self.standin.order(_number(order))
        lines = self.standin.lines_of(row)
        comments = [one["description"] for one in lines if not one["description2"]]
        goods = {one["description2"]: one for one in lines if one["lineType"] != "Comment"}
        return Carried(
            po_number="\n".join(comments),
            payment_term_ref=row["paymentTermsId"],
            texts={
                ref: "\n".join(one["description"] for one in lines if one["description2"] == ref)
                for ref in goods
            },
            prices={ref: one["unitPrice"] for ref, one in goods.items()},
        )

    def ship(
        self, order: str, quantities: Mapping[str, int] | None = None, *, tracking: str = ""
    ) -> None:
        self.standin.ship(_number(order), quantities, tracking=tracking)

    def invoice(self, order: str) -> str:
        return self.standin.invoice(_number(order))

    def pay(self, invoice: str) -> None:
        self.standin.pay(invoice)

    def credit(self, invoice: str) -> None:
        self.standin.credit(invoice)

    def take_back(self, order: str, quantities: Mapping[str, int]) -> None:
        self.standin.take_back(_number(order), quantities)

    def edit_line(self, order: str, our_ref: str, *, quantity: int) -> None:
        self.standin.edit_line(_number(order), our_ref, quantity=quantity)

    def cancel(self, order: str) -> None:
        self.standin.cancel(_number(order))

    def enter_again(self, order: str) -> bool:
        known = self.standin.order(_number(order))
        self.standin.enter_order(known["customerId"], known["externalDocumentNumber"])
        return True

    def set_price(self, sku: str, price: Decimal) -> None:
        self.standin.change("items", self.variant(sku), unitPrice=price)

    def set_stock(self, sku: str, warehouse: Warehouse, quantity: int) -> None:
        place = self.standin.store.one("locations", "code", self.location(warehouse))["id"]
        self.standin.set_stock(self.variant(sku), place, quantity)

    def touch_product(self, sku: str, title: str) -> None:
        self.standin.change("items", self.variant(sku), displayName=title)

    def archive_product(self, sku: str) -> None:
        self.standin.change("items", self.variant(sku), blocked=True)

    def block_customer(self, role: Role) -> None:
        self.standin.change("customers", self.customer(role), blocked="All")

    def spoil_customer(self, role: Role) -> str:
        self.standin.change("customers", self.customer(role), creditLimit="call us")
        return "call us"

    def call_back_to(self, url: str, secret: str) -> None:
        self.adapter().ensure_subscription(url, secret)

    def tell(self) -> None:
        self.standin.deliver_notifications()

    def change_field(self, port: str, how: str) -> tuple[str, str]:
        entity, name = _NEEDED[port]
        self.standin.change_field(entity, name, how)
        return entity, name


def _number(ref: str) -> str:
    return ref.removeprefix("order:")
