"""Prices out of Business Central: list prices of the items, and, where the companion
extension serves them, the lines of its price lists."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from integrations.adapters.business_central.products import ITEM_FIELDS, Products, list_price
from integrations.adapters.business_central.refs import item_ref
from integrations.adapters.business_central.windows import in_window, next_place, place_of
from integrations.adapters.business_central.wire import (
    Row,
    amount_of,
    choice_of,
    day_of,
    id_of,
    text_of,
)
from integrations.adapters.unfit import NOT_ABOVE_ZERO, unfit
from integrations.records import ErpPrice, Page, Window
from integrations.records.catalog import Audience

_AUDIENCES: Mapping[str, Audience] = {
    "All Customers": "everyone",
    "Customer": "customer",
    "Customer Price Group": "price_list",
    "Customer Disc. Group": "customer_group",
}


WITH_TAX = "its price includes tax, and the storefront's prices are net"
NO_PRICE = f"{NOT_ABOVE_ZERO} where the item has no price of its own either"


class Prices(Products):
    """Implements `PullsPrices`; without the extension the list prices alone."""

    def price_page(self, window: Window, cursor: str | None) -> Page[ErpPrice]:
        """A changed list price moves what a discount line comes to, though not that line's
        time: only a complete pull has all of those anew."""
        stages = ["items", *(["portalPriceLines"] if self.settings.has_page("prices") else [])]
        stage, link = place_of(cursor, stages)
        changed = {"$filter": in_window(window)}
        if stage == "items":
            path, query = self.client.company(stage), {"$select": ITEM_FIELDS, **changed}
        else:
            path, query = self.client.extension(stage), changed
        rows, following = self.client.page(path, query, link, from_copy=True)
        found = self._list_prices(rows) if stage == "items" else self._lines(rows)
        return Page(rows=tuple(found), next_cursor=next_place(stage, following, stages))

    def _list_prices(self, rows: Sequence[Row]) -> Iterable[ErpPrice]:
        currency = self.local_currency() if rows else ""
        for row in rows:
            price = amount_of(row["unitPrice"])  # zero: it has none
            if price > 0 and self._is_sold(row):
                listed = ErpPrice(
                    ref=f"list:{id_of(row['id'])}",
                    variant_ref=id_of(row["id"]),
                    audience="everyone",
                    audience_ref="",
                    audience_name="",
                    currency=currency,
                    net_unit_price=price,
                    min_quantity=Decimal(1),
                    unit=text_of(row["baseUnitOfMeasureCode"]),
                    starts_on=None,
                    ends_on=None,
                    is_active=not row["blocked"],
                )
                yield unfit(listed, WITH_TAX) if row["priceIncludesTax"] else listed

    def _lines(self, rows: Sequence[Row]) -> Iterable[ErpPrice]:
        local = self.local_currency() if rows else ""
        items = self._items_of_discounts(rows)
        found = (to_price(row, items.get(id_of(row["itemId"])), local) for row in rows)
        return [price for price in found if price is not None]

    def _items_of_discounts(self, rows: Sequence[Row]) -> dict[str, Row]:
        """A line may name a discount only: it counts from the item's own price."""
        ids = {id_of(row["itemId"]) for row in rows if not amount_of(row["unitPrice"])}
        found = self.items_by_id(sorted(ids - {""}), {"$select": ITEM_FIELDS})
        return {id_of(row["id"]): row for row in found}


def to_price(row: Row, item: Row | None, local_currency: str) -> ErpPrice | None:
    """A line of a price list; None for one that names no single price of one item. One with a
    price that nothing can be sold at says why."""
    audience = _AUDIENCES.get(choice_of(row["sourceType"]))
    if audience is None or not id_of(row["itemId"]):
        return None
    price = _price(row, audience, net_price(row, item), local_currency)
    problem = _problem(row, price.net_unit_price)
    return unfit(price, problem) if problem else price


def _problem(row: Row, net: Decimal) -> str:
    if row["priceIncludesTax"]:
        return WITH_TAX
    unit, base = text_of(row["unitOfMeasureCode"]), text_of(row["baseUnitOfMeasureCode"])
    if unit and unit != base:
        return f"it is a price per {unit}, and the storefront sells per {base}"
    return "" if net > 0 else NO_PRICE


def _price(row: Row, audience: Audience, net: Decimal, local_currency: str) -> ErpPrice:
    return ErpPrice(
        ref=id_of(row["id"]),
        variant_ref=item_ref(id_of(row["itemId"]), id_of(row["variantId"])),
        audience=audience,
        audience_ref=audience_ref(row, audience),
        audience_name=text_of(row["priceListDescription"]) or text_of(row["priceListCode"]),
        currency=text_of(row["currencyCode"]).upper() or local_currency,
        net_unit_price=net,
        min_quantity=amount_of(row["minimumQuantity"]) or Decimal(1),
        unit=text_of(row["baseUnitOfMeasureCode"]),
        starts_on=day_of(row["startingDate"]),
        ends_on=day_of(row["endingDate"]),
        is_active=choice_of(row["status"]) == "Active",
    )


def audience_ref(row: Row, audience: Audience) -> str:
    if audience == "everyone":
        return ""
    return id_of(row["sourceId"]) if audience == "customer" else text_of(row["sourceNumber"])


def net_price(row: Row, item: Row | None) -> Decimal:
    """What one unit costs by this line, its own discount taken off; 0 where it says none."""
    if row["priceIncludesTax"]:
        return Decimal(0)
    price = amount_of(row["unitPrice"])
    if not price and item is not None:
        price = list_price(item) or Decimal(0)
    return amount_of(price * (100 - amount_of(row["lineDiscountPercent"])) / 100)


def is_valid_on(row: Row, day: date) -> bool:
    starts, ends = day_of(row["startingDate"]), day_of(row["endingDate"])
    return (starts is None or starts <= day) and (ends is None or day <= ends)
