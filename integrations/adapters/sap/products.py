"""Products out of SAP: every material of the sales area is one product with one variant."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from integrations.adapters.sap.base import Material
from integrations.adapters.sap.conditions import list_price_at
from integrations.adapters.sap.fields import (
    PRODUCT,
    PRODUCT_LONG_TEXT,
    PRODUCT_TEXT,
    PRODUCT_UNIT,
    PRODUCTS,
    SALES_DATA,
)
from integrations.adapters.sap.prices import Prices
from integrations.adapters.sap.query import Query
from integrations.adapters.sap.wire import (
    Row,
    moment_literal,
    moment_of,
    number_of,
    plain,
    rows_of,
    text_of,
)
from integrations.records import ErpProduct, ErpVariant, Page, Window, flat_category

_KILOGRAMS = {"KG": Decimal(1), "G": Decimal("0.001"), "TO": Decimal(1000)}


class Products(Prices):
    """Implements `PullsProducts`.

    A price does not move a material's last change, and whether its sales data or texts do
    depends on the release: the nightly complete pull catches those.
    """

    def product_page(self, window: Window, cursor: str | None) -> Page[ErpProduct]:
        """Left out: materials that were never in the sales area, and the portal's own services."""
        rows, following = self.client.page(
            PRODUCTS, self._product_query(window), cursor, size=self.page_size
        )
        sold = [(row, self._sales_of(row)) for row in rows if not self._is_own(row)]
        materials = [self.to_material(row, sales) for row, sales in sold if sales is not None]
        today = datetime.now(UTC).date()
        prices = self.prices_of(materials, on=today)
        currency = self.settings.currencies[0]
        return Page(
            rows=tuple(
                self._to_product(
                    row,
                    self.to_material(row, sales),
                    list_price_at(
                        prices[text_of(row["Product"])],
                        currency=currency,
                        quantity=Decimal(1),
                        on=today,
                    ),
                )
                for row, sales in sold
                if sales is not None
            ),
            next_cursor=following,
        )

    def _product_query(self, window: Window) -> Query:
        terms = [f"LastChangeDateTime le {moment_literal(window.end)}"]
        if window.start is not None:
            terms.append(f"LastChangeDateTime ge {moment_literal(window.start)}")
        return Query(
            path=PRODUCT.set,
            # a material that was never changed has no moment: a complete pull asks for no end
            filter=" and ".join(terms) if window.start is not None else "",
            select=(
                *PRODUCT.read,
                *PRODUCT_TEXT.under("to_Description"),
                *PRODUCT_LONG_TEXT.under("to_ProductBasicText"),
                *SALES_DATA.under("to_SalesDelivery"),
                *PRODUCT_UNIT.under("to_ProductUnitsOfMeasure"),
            ),
            expand=(
                "to_Description",
                "to_ProductBasicText",
                "to_SalesDelivery",
                "to_ProductUnitsOfMeasure",
            ),
            orderby="Product",
        )

    def _sales_of(self, row: Row) -> Row | None:
        area = (self.settings.sales_organization, self.settings.distribution_channel)
        for sales in rows_of(row["to_SalesDelivery"]):
            if (sales["ProductSalesOrg"], sales["ProductDistributionChnl"]) == area:
                return sales
        return None

    def _is_own(self, row: Row) -> bool:
        return text_of(row["Product"]) in self.settings.own_products

    def _to_product(self, row: Row, material: Material, price: Decimal | None) -> ErpProduct:
        title = self._in_language(row["to_Description"], "ProductDescription") or material.number
        variant = ErpVariant(
            ref=material.number,
            sku=material.number,
            barcode=text_of(row["ProductStandardID"]),
            title=title,
            options=(),
            net_list_price=price,
            unit=material.sales_unit,
            is_active=material.is_sold,
            weight_kg=_weight_kg(row),
        )
        return ErpProduct(
            ref=material.number,
            title=title,
            description=self._in_language(row["to_ProductBasicText"], "LongText"),
            currency=self.settings.currencies[0],
            category=text_of(row["ProductGroup"]),
            category_chain=flat_category(text_of(row["ProductGroup"])),
            variants=(variant,),
            is_active=material.is_sold,
            updated_at=moment_of(row["LastChangeDateTime"]) or datetime.fromtimestamp(0, UTC),
        )

    def _in_language(self, texts: object, name: str) -> str:
        """In the language of the connection, else in any."""
        rows: Iterable[Row] = rows_of(texts)
        by_language = {text_of(row["Language"]): text_of(row[name]) for row in rows}
        own = by_language.get(self.settings.language)
        return own or next(iter(by_language.values()), "")


def _weight_kg(row: Row) -> Decimal | None:
    factor = _KILOGRAMS.get(text_of(row["WeightUnit"]))
    weight = number_of(row["GrossWeight"])
    return plain(weight * factor) if weight and factor else None
