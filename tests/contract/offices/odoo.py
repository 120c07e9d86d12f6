"""Odoo, with the company inside."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from urllib.parse import unquote

from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.adapters.odoo.sandbox.importing import xids_of
from integrations.sandbox.erps.odoo import API_KEY, filled
from integrations.sandbox.goods import Role, Warehouse
from tests.contract.office import Carried, FilledOffice, Seen

# A field whose loss each port must tell: (model, field).
_NEEDED = {
    "PullsProducts": ("product.product", "lst_price"),
    "PullsPrices": ("product.pricelist.item", "fixed_price"),
    "PullsStock": ("stock.quant", "reserved_quantity"),
    "PullsCustomers": ("res.partner", "vat"),
    "QuotesPrices": ("sale.order.line", "price_unit"),
    "ChecksCredit": ("res.company", "account_use_credit_limit"),
    "PushesOrders": ("sale.order", "client_order_ref"),
    "TracksOrders": ("stock.picking", "date_done"),
    "RecordsPayments": ("mail.message", "body"),
    "ProposesRounding": ("res.company", "tax_calculation_rounding_method"),
}


@contextmanager
def office() -> Iterator["OdooOffice"]:
    with OdooStandIn(api_key=API_KEY) as standin:
        yield OdooOffice(standin=standin, seed=filled(standin))


@dataclass
class OdooOffice(FilledOffice):
    kind: str = "odoo"
    creating: str = "sale.order.load"
    taxes: dict[Decimal, tuple[str, ...]] = field(default_factory=dict)

    # -- the ERP's own names

    def tax(self, percent: int | Decimal) -> tuple[str, ...]:
        rate = Decimal(percent)
        if not self.taxes:
            self.taxes = {Decimal(known): refs for known, refs in self.seed.taxes.items()}
        if rate not in self.taxes:
            self.taxes[rate] = (str(self.standin.add_tax(f"VAT {rate} %", rate)),)
        return self.taxes[rate]

    def wrong_secrets(self) -> Mapping[str, str]:
        return {"api_key": "0" * 40}

    # -- what its administrators get wrong, for good

    def expire_secrets(self) -> None:
        self.standin.keys.pop(self.seed.secrets["api_key"])

    def renew_secrets(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        key = "f" * 40
        self.standin.sign_in_as(key, uid=self.standin.service_uid, login="portal")
        return {}, {"api_key": key}

    def wrong_place(self) -> Mapping[str, str]:
        return {"database": "no-such-database"}

    def forbid_orders(self) -> None:
        key = self.seed.secrets["api_key"]
        self.standin.keys[key] = replace(self.standin.keys[key], rights={"sale.order": "r"})

    def permit_orders(self) -> None:
        key = self.seed.secrets["api_key"]
        self.standin.keys[key] = replace(self.standin.keys[key], rights={})

    def no_product(self) -> str:
        return "999999"

    def refuses_blocked_customers(self) -> bool:
        """Odoo blocks nobody, not even one who is archived: the portal's checks do."""
        return False

    def close_period(self) -> bool:
        """Lock dates are looked at when an invoice is posted, not when goods are sold."""
        return False

    # -- what its staff does

    def orders_with(self, our_ref: str) -> list[Seen]:
        return [
            Seen(
                ref=str(row["id"]),
                number=row["name"],
                is_cancelled=row["state"] == "cancel",
                gross_total=Decimal(row["amount_total"]),
            )
            for row in self.standin.orders_with(our_ref)
        ]

    def carried(self, order: str) -> Carried:
        store = self.standin.store
        row = store.get("sale.order", int(order))
        lines = store.find("sale.order.line", "order_id", int(order))
        xids = xids_of(store, "sale.order.line", [line["id"] for line in lines])
        by_ref = {unquote(xids[str(line["id"])].rsplit(".", 1)[-1]): line for line in lines}
        return Carried(
            po_number=row["client_order_ref"],
            payment_term_ref=str(row["payment_term_id"] or ""),
            texts={ref: line["name"] for ref, line in by_ref.items()},
            prices={ref: Decimal(str(line["price_unit"])) for ref, line in by_ref.items()},
        )

    def ship(
        self, order: str, quantities: Mapping[str, int] | None = None, *, tracking: str = ""
    ) -> None:
        parts = None if quantities is None else self._by_line(order, quantities)
        self.standin.deliver(int(order), parts, tracking=tracking, carrier="Parcel Post")

    def invoice(self, order: str) -> str:
        return str(self.standin.invoice(int(order)))

    def pay(self, invoice: str) -> None:
        self.standin.pay(int(invoice))

    def credit(self, invoice: str) -> None:
        self.standin.credit_note(int(invoice))

    def take_back(self, order: str, quantities: Mapping[str, int]) -> None:
        self.standin.take_back(int(order), self._by_line(order, quantities))

    def edit_line(self, order: str, our_ref: str, *, quantity: int) -> None:
        line = next(iter(self._by_line(order, {our_ref: quantity})))
        self.standin.change_line(int(order), line, quantity=quantity)

    def cancel(self, order: str) -> None:
        self.standin.cancel(int(order))

    def enter_again(self, order: str) -> bool:
        """Ours is the one under our external id, which Odoo gives once: a copy never hides it."""
        return False

    def set_price(self, sku: str, price: Decimal) -> None:
        self.standin.set_price(int(self.variant(sku)), price)

    def set_stock(self, sku: str, warehouse: Warehouse, quantity: int) -> None:
        depot = int(self.location(warehouse))
        self.standin.set_stock(int(self.variant(sku)), quantity, warehouse=depot)

    def touch_product(self, sku: str, title: str) -> None:
        self.standin.rename_template(int(self.variant(sku)), title)

    def archive_product(self, sku: str) -> None:
        self.standin.archive_product(int(self.variant(sku)))

    def block_customer(self, role: Role) -> None:
        self.standin.archive_partner(int(self.customer(role)))

    def spoil_customer(self, role: Role) -> str:
        self.standin.store.update("res.partner", int(self.customer(role)), {"vat": ["call us"]})
        return "call us"

    def call_back_to(self, url: str, secret: str) -> None:
        """By an automation rule; the address is all the secret there is."""
        self.standin.webhook_url = url

    def tell(self) -> None:
        """Odoo does so at each commit."""

    def change_field(self, port: str, how: str) -> tuple[str, str]:
        entity, name = _NEEDED[port]
        self.standin.change_field(entity, name, how)
        return entity, name

    def _by_line(self, order: str, quantities: Mapping[str, int]) -> dict[str, int]:
        """By id of the order line, which two lines of one SKU tell apart."""
        lines = self.standin.store.find("sale.order.line", "order_id", int(order))
        xids = xids_of(self.standin.store, "sale.order.line", [line["id"] for line in lines])
        by_ref = {unquote(xid.rsplit(".", 1)[-1]): line for line, xid in xids.items()}
        return {by_ref[our_ref]: quantity for our_ref, quantity in quantities.items()}
