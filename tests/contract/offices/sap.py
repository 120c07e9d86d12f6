"""The office of SAP: a filled stand-in and what its staff does there."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from integrations.adapters.sap.sandbox import SapStandIn
from integrations.adapters.sap.sandbox.store import Row
from integrations.records import ExchangeRecord
from integrations.sandbox.erps.sap import PASSWORD, filled
from integrations.sandbox.goods import Role, Warehouse
from integrations.sandbox.seeds import FilledErp
from tests.contract.office import Carried, FilledOffice, Seen

# A field that each port needs, for "an upgrade took it away".
_NEEDED = {
    "PullsProducts": ("A_Product", "ProductGroup"),
    "PullsPrices": ("A_SlsPrcgConditionRecord", "ConditionRateValue"),
    "PullsStock": ("A_MatlStkInAcctMod", "MatlWrhsStkQtyInMatlBaseUnit"),
    "PullsCustomers": ("A_CustomerSalesArea", "PriceListType"),
    "QuotesPrices": ("A_SalesOrderItemSimulation", "NetAmount"),
    "ChecksCredit": ("CreditManagementAccount", "CreditLimitAmount"),
    "PushesOrders": ("A_SalesOrder", "DeliveryBlockReason"),
    "ListsOrders": ("A_SalesOrder", "CreationDate"),
    "TracksOrders": ("A_OutbDeliveryHeader", "OverallGoodsMovementStatus"),
    "RecordsPayments": ("A_SalesOrderText", "LongText"),
}


class Kept:
    """A recorder that keeps what it is given."""

    def __init__(self) -> None:
        self.exchanges: list[ExchangeRecord] = []

    def record(self, exchange: ExchangeRecord) -> None:
        self.exchanges.append(exchange)


class SapOffice(FilledOffice):
    kind = "sap"
    creating = "order.create"

    def __init__(self, standin: SapStandIn, seed: FilledErp) -> None:
        self.standin, self.seed = standin, seed
        self.company = standin.company
        self.recorder = Kept()
        # the suite orders far more from the usual customer than their limit and the stock allow
        self.company.trusted.add(self.customer("usual"))
        for sku in ("DRILL-18V", "TAPE-5M"):
            self.company.set_stock(sku, self.location("main"), 20_000)

    # -- the ERP's own names

    def tax(self, percent: int | Decimal) -> tuple[str, ...]:
        """A tax class is one character: those that the company lacks are added as they come."""
        table = self.company.tax_percent
        known = next((name[1] for name, rate in table.items() if rate == Decimal(percent)), "")
        if not known:
            free = (one for one in "6789ABCDEFGH" if ("1", one) not in table)
            known = next(free)
            table["1", known] = Decimal(percent)
        return (known,)

    def wrong_secrets(self) -> Mapping[str, str]:
        return {"password": "not-the-password"}

    # -- what its administrators get wrong, for good

    def expire_secrets(self) -> None:
        self.standin.password = "the next one"
        self.standin.expire_tokens()

    def renew_secrets(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        return {}, {"password": self.standin.password}

    def wrong_place(self) -> Mapping[str, str]:
        return {"client": "999"}

    def forbid_orders(self) -> None:
        self.standin.forbidden.add("API_SALES_ORDER_SRV")

    def permit_orders(self) -> None:
        self.standin.forbidden.discard("API_SALES_ORDER_SRV")

    def no_product(self) -> str:
        return "NO-SUCH-MATERIAL"

    def refuses_blocked_customers(self) -> bool:
        return True

    def close_period(self) -> bool:
        """Periods bind what is posted, and a sales order is not."""
        return False

    # -- what its staff does

    def orders_with(self, our_ref: str) -> list[Seen]:
        with self.standin.lock:
            return [
                Seen(
                    ref=row["SalesOrder"],
                    number=row["SalesOrder"],
                    is_cancelled=row["OverallSDDocumentRejectionSts"] == "C",
                    gross_total=self.gross_total(row["SalesOrder"]),
                )
                for row in self.standin.store.find("A_SalesOrder", PurchaseOrderByCustomer=our_ref)
            ]

    def gross_total(self, order: str) -> Decimal:
        items = self.company.open_items(self.company.order(order))
        return sum((item["NetAmount"] + item["TaxAmount"] for item in items), Decimal(0))

    def item_number(self, order: str, our_ref: str) -> str:
        ref = self.company.order(order)["PurchaseOrderByCustomer"]
        for item in self.company.items(self.company.order(order)):
            if item["PurchaseOrderByCustomer"].replace("~", ref) == our_ref:
                return str(item["SalesOrderItem"])
        raise AssertionError(f"order {order} has no line {our_ref}")

    def _by_item(self, order: str, quantities: Mapping[str, int]) -> dict[str, Decimal]:
        return {
            self.item_number(order, our_ref): Decimal(quantity)
            for our_ref, quantity in quantities.items()
        }

    def carried(self, order: str) -> Carried:
        """Our key stands in the customer reference, the buyer's number in that of the ship-to."""
        row = self.company.order(order)
        key = row["PurchaseOrderByCustomer"]
        items = {
            item["PurchaseOrderByCustomer"].replace("~", key): item
            for item in self.company.items(row)
        }
        return Carried(
            po_number=row["PurchaseOrderByShipToParty"],
            payment_term_ref=row["CustomerPaymentTerms"],
            texts={ref: self._text_of(item) for ref, item in items.items()},
            prices={
                ref: item["NetAmount"] / item["RequestedQuantity"] for ref, item in items.items()
            },
        )

    def _text_of(self, item: Row) -> str:
        keys = {name: item[name] for name in ("SalesOrder", "SalesOrderItem")}
        long_texts = self.standin.store.find("A_SalesOrderItemText", **keys)
        return "\n".join([item["SalesOrderItemText"], *(one["LongText"] for one in long_texts)])

    def ship(
        self, order: str, quantities: Mapping[str, int] | None = None, *, tracking: str = ""
    ) -> None:
        chosen = None if quantities is None else self._by_item(order, quantities)
        with self.standin.lock:
            self.company.ship(order, chosen, tracking=tracking)

    def invoice(self, order: str) -> str:
        with self.standin.lock:
            return self.company.bill(order)

    def pay(self, invoice: str) -> None:
        with self.standin.lock:
            self.company.pay(invoice)

    def credit(self, invoice: str) -> None:
        with self.standin.lock:
            self.company.credit(invoice)

    def take_back(self, order: str, quantities: Mapping[str, int]) -> None:
        with self.standin.lock:
            self.company.take_back(order, self._by_item(order, quantities))

    def edit_line(self, order: str, our_ref: str, *, quantity: int) -> None:
        with self.standin.lock:
            self.company.edit_item(order, self.item_number(order, our_ref), quantity)

    def cancel(self, order: str) -> None:
        with self.standin.lock:
            self.company.reject_all(order)

    def enter_again(self, order: str) -> bool:
        row = self.company.order(order)
        with self.standin.lock:
            self.company.type_in(row["SoldToParty"], row["PurchaseOrderByCustomer"], "TAPE-5M")
        return True

    def set_price(self, sku: str, price: Decimal) -> None:
        with self.standin.lock:
            self.company.set_price(sku, price)

    def set_stock(self, sku: str, warehouse: Warehouse, quantity: int) -> None:
        with self.standin.lock:
            self.company.set_stock(sku, self.location(warehouse), quantity)

    def touch_product(self, sku: str, title: str) -> None:
        with self.standin.lock:
            text = self.standin.store.first("A_ProductDescription", Product=sku)
            assert text is not None
            text["ProductDescription"] = title
            self.company.touch(sku)

    def archive_product(self, sku: str) -> None:
        with self.standin.lock:
            self.company.touch(sku, IsMarkedForDeletion=True)

    def block_customer(self, role: Role) -> None:
        with self.standin.lock:
            self.company.block_customer(self.customer(role))

    def spoil_customer(self, role: Role) -> str:
        with self.standin.lock:
            areas = self.standin.store.find("A_CustomerSalesArea", Customer=self.customer(role))
            for area in areas:
                area["CustomerPaymentTerms"] = {"text": "call us"}
        return "call us"

    def change_field(self, port: str, how: str) -> tuple[str, str]:
        entity, name = _NEEDED[port]
        with self.standin.lock:
            self.standin.change_field(entity, name, how)
        return f"{self.standin.store.service_of[entity]}/{entity}", name


@contextmanager
def office() -> Iterator[Any]:
    with SapStandIn(password=PASSWORD) as standin:
        yield SapOffice(standin, filled(standin))
