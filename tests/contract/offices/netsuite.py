"""NetSuite, with the company inside."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from cryptography.hazmat.primitives.asymmetric import ec

from integrations.adapters.netsuite.sandbox import NetSuiteStandIn
from integrations.adapters.netsuite.sandbox.server import LINE_FIELD
from integrations.sandbox.erps.netsuite import filled, pem_of, sign_in
from integrations.sandbox.goods import Role, Warehouse
from tests.contract.office import Carried, FilledOffice, Seen

# A field whose loss each port must tell: (entity, field).
_NEEDED = {
    "PullsProducts": ("SuiteQL item", "itemid"),
    "PullsPrices": ("SuiteQL pricing", "unitprice"),
    "PullsStock": ("SuiteQL aggregateItemLocation", "quantityavailable"),
    "PullsCustomers": ("SuiteQL customer", "creditholdoverride"),
    "QuotesPrices": ("SuiteQL term", "daysuntilnetdue"),
    "ChecksCredit": ("customer", "creditLimit"),
    "PushesOrders": ("salesOrder", "otherRefNum"),
    "TracksOrders": ("SuiteQL transactionline", "quantityshiprecv"),
}


@contextmanager
def office() -> Iterator["NetSuiteOffice"]:
    with NetSuiteStandIn() as standin:
        yield NetSuiteOffice(standin=standin, seed=filled(standin))


@dataclass
class NetSuiteOffice(FilledOffice):
    kind: str = "netsuite"
    creating: str = "create:salesOrder"

    # -- the ERP's own names

    def tax(self, percent: int | Decimal) -> tuple[str, ...]:
        known = self.seed.taxes.get(int(percent))
        if known is not None and percent == int(percent):
            return known
        return (str(self.standin.add_tax_code(f"{percent} %", percent)),)

    def wrong_secrets(self) -> Mapping[str, str]:
        """A key whose certificate nobody mapped."""
        return {"private_key": pem_of(ec.generate_private_key(ec.SECP256R1()))}

    # -- what its administrators get wrong, for good

    def expire_secrets(self) -> None:
        """As after the end of the certificate, or a refresh of a sandbox."""
        self.standin.refresh_sandbox()

    def renew_secrets(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Another certificate is mapped, which has an id of its own."""
        key = sign_in(self.standin, certificate_id="next-certificate")
        return {"certificate_id": "next-certificate"}, {"private_key": key}

    def wrong_place(self) -> Mapping[str, str]:
        """The address names the account, and another account is another address."""
        return {}

    def forbid_orders(self) -> None:
        self.standin.forbidden.add("create:salesOrder")

    def permit_orders(self) -> None:
        self.standin.forbidden.discard("create:salesOrder")

    def no_product(self) -> str:
        return "999999"

    def refuses_blocked_customers(self) -> bool:
        return True

    def close_period(self) -> bool:
        self.standin.sales.closed_until = "9999-12-31"
        return True

    # -- what its staff does

    def orders_with(self, our_ref: str) -> list[Seen]:
        return [
            Seen(
                ref=str(one.id),
                number=one.tranid,
                is_cancelled=one.status in {"C", "H"},
                gross_total=one.total,
            )
            for one in self.standin.store.of_type("SalesOrd")
            if one.externalid == f"mso-{our_ref}"
        ]

    def carried(self, order: str) -> Carried:
        one = self.standin.order(order)
        lines = {line.custom[LINE_FIELD]: line for line in one.lines}
        return Carried(
            po_number=one.header.get("otherRefNum", ""),
            payment_term_ref=one.header.get("terms", {}).get("id", ""),
            texts={ref: line.description for ref, line in lines.items()},
            prices={ref: line.rate for ref, line in lines.items()},
        )

    def ship(
        self, order: str, quantities: Mapping[str, int] | None = None, *, tracking: str = ""
    ) -> None:
        parts = None if quantities is None else self._by_line(order, quantities)
        self.standin.ship(order, parts, tracking=tracking, carrier="Parcel Post")

    def invoice(self, order: str) -> str:
        return str(self.standin.invoice(order))

    def pay(self, invoice: str) -> None:
        self.standin.pay(invoice)

    def credit(self, invoice: str) -> None:
        self.standin.credit(invoice)

    def take_back(self, order: str, quantities: Mapping[str, int]) -> None:
        self.standin.take_back(order, self._by_line(order, quantities))

    def edit_line(self, order: str, our_ref: str, *, quantity: int) -> None:
        (line,) = self._by_line(order, {our_ref: quantity})
        self.standin.edit_line(order, line, quantity=quantity)

    def cancel(self, order: str) -> None:
        self.standin.cancel(order)

    def enter_again(self, order: str) -> bool:
        return False  # an external id is taken once

    def set_price(self, sku: str, price: Decimal) -> None:
        """In every currency: a price of zero is one in none."""
        item = int(self.variant(sku))
        for row in [row for row in self.standin.store.pricing if row["item"] == item]:
            self.standin.set_price(
                item,
                price,
                currency=row["currency"],
                level=row["pricelevel"],
                quantity=row["quantity"],
            )

    def set_stock(self, sku: str, warehouse: Warehouse, quantity: int) -> None:
        self.standin.set_stock(int(self.variant(sku)), int(self.location(warehouse)), quantity)

    def touch_product(self, sku: str, title: str) -> None:
        self.standin.touch("item", int(self.variant(sku)), displayname=title)

    def archive_product(self, sku: str) -> None:
        self.standin.touch("item", int(self.variant(sku)), isinactive="T")

    def block_customer(self, role: Role) -> None:
        self.standin.touch("customer", int(self.customer(role)), creditholdoverride="ON")

    def spoil_customer(self, role: Role) -> str:
        self.standin.touch("customer", int(self.customer(role)), creditlimit="call us")
        return "call us"

    def change_field(self, port: str, how: str) -> tuple[str, str] | None:
        """Of SuiteQL's columns nothing is told but whether they are there."""
        entity, name = _NEEDED[port]
        if how == "retype_field" and entity.startswith("SuiteQL "):
            return None
        self.standin.change_field(entity, name, how)
        return entity, name

    def _by_line(self, order: str, quantities: Mapping[str, int]) -> dict[int, int]:
        lines = self.standin.order(order).lines
        by_ref = {line.custom.get(LINE_FIELD): line.id for line in lines}
        return {by_ref[our_ref]: quantity for our_ref, quantity in quantities.items()}
