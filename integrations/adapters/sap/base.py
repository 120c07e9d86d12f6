"""What every ability of the adapter shares: client, settings, what is known of materials."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from integrations.adapters.sap.client import SapClient
from integrations.adapters.sap.fields import PRODUCT, PRODUCT_UNIT, SALES_DATA
from integrations.adapters.sap.query import reads_of
from integrations.adapters.sap.settings import SapSettings
from integrations.adapters.sap.wire import Row, number_of, quoted, rows_of, text_of

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What selling needs to know of a material.

    `factors` is how many of the base unit one of each unit is. `not_sold` says why it may not be
    sold in the connection's sales area, as the end of a sentence; empty where it may.
    """

    number: str
    base_unit: str
    sales_unit: str
    factors: Mapping[str, Decimal]
    not_sold: str

    @property
    def is_sold(self) -> bool:
        return not self.not_sold

    def in_sales_units(self, price: Decimal, unit: str) -> Decimal | None:
        """A price per `unit` as one per sales unit; None for a unit that is not known."""
        if unit == self.sales_unit or not unit:
            return price
        given, wanted = self.factors.get(unit), self.factors.get(self.sales_unit)
        return price * wanted / given if given and wanted else None


class SapPart:
    """One ability; the adapter is made of these."""

    page_size = PAGE_SIZE

    def __init__(self, client: SapClient, settings: SapSettings) -> None:
        self.client = client
        self.settings = settings

    def in_sales_area(self) -> str:
        """The filter for sales data of materials in the connection's sales area."""
        return (
            f"ProductSalesOrg eq {quoted(self.settings.sales_organization)} and "
            f"ProductDistributionChnl eq {quoted(self.settings.distribution_channel)}"
        )

    def may_be_sold(self, sales: Row) -> bool:
        status = text_of(sales.get("ProductSalesStatus"))
        is_open = not status or status in self.settings.sellable_statuses
        return is_open and not sales.get("IsMarkedForDeletion")

    def is_alive(self, product: Row) -> bool:
        status = text_of(product.get("CrossPlantStatus"))
        is_open = not status or status in self.settings.sellable_statuses
        return is_open and not product.get("IsMarkedForDeletion")

    def materials(self, numbers: Iterable[str]) -> dict[str, Material]:
        """Those that exist, in one call for many."""
        wanted = list(numbers)
        products = reads_of(
            PRODUCT.set,
            "Product",
            wanted,
            select=(
                "Product",
                "BaseUnit",
                "CrossPlantStatus",
                "IsMarkedForDeletion",
                *PRODUCT_UNIT.under("to_ProductUnitsOfMeasure"),
            ),
            expand=("to_ProductUnitsOfMeasure",),
        )
        sales = reads_of(
            SALES_DATA.set, "Product", wanted, only=self.in_sales_area(), select=SALES_DATA.read
        )
        if not products:
            return {}
        found = self.client.read_many(PRODUCT.service, [*products, *sales])
        split = len(products)
        sold = {text_of(row["Product"]): row for rows in found[split:] for row in rows}
        return {
            text_of(row["Product"]): self.to_material(row, sold.get(text_of(row["Product"])))
            for rows in found[:split]
            for row in rows
        }

    def to_material(self, product: Row, sales: Row | None) -> Material:
        base_unit = text_of(product["BaseUnit"])
        return Material(
            number=text_of(product["Product"]),
            base_unit=base_unit,
            sales_unit=text_of(sales["SalesMeasureUnit"]) or base_unit if sales else base_unit,
            factors={base_unit: Decimal(1), **_factors(product)},
            not_sold=self._why_not_sold(product, sales),
        )

    def _why_not_sold(self, product: Row, sales: Row | None) -> str:
        if sales is None:
            return f"is not extended to the sales area {self.settings.sales_area}"
        if product.get("IsMarkedForDeletion") or sales.get("IsMarkedForDeletion"):
            return "is marked for deletion"
        if not self.is_alive(product):
            return f"has the status {product['CrossPlantStatus']} in all plants"
        if not self.may_be_sold(sales):
            return f"has the sales status {sales['ProductSalesStatus']}"
        return ""


def _factors(product: Row) -> dict[str, Decimal]:
    found = {}
    for unit in rows_of(product.get("to_ProductUnitsOfMeasure")):
        below = number_of(unit["QuantityDenominator"])
        above = number_of(unit["QuantityNumerator"])
        if above and below:
            found[text_of(unit["AlternativeUnit"])] = above / below
    return found
