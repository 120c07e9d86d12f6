"""Products out of Business Central: an item with its variants is one product."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from integrations.adapters.business_central.base import BcPart
from integrations.adapters.business_central.refs import item_ref
from integrations.adapters.business_central.windows import (
    chunks,
    in_window,
    next_place,
    place_of,
)
from integrations.adapters.business_central.wire import (
    Row,
    amount_of,
    any_id,
    choice_of,
    id_of,
    moment_of,
    text_of,
)
from integrations.records import ErpProduct, ErpVariant, Page, Window

# Without naming fields the stock of every item would be summed up, too.
ITEM_FIELDS = (
    "id,number,displayName,displayName2,type,itemCategoryCode,blocked,gtin,unitPrice,"
    "priceIncludesTax,baseUnitOfMeasureCode,lastModifiedDateTime"
)
VARIANT_FIELDS = "id,itemId,code,description,lastModifiedDateTime"
WITH_VARIANTS = {
    "$select": ITEM_FIELDS,
    "$expand": f"itemVariants($select={VARIANT_FIELDS})",
}
_STAGES = ("items", "itemVariants")


class Products(BcPart):
    """Implements `PullsProducts`.

    A changed variant does not mark its item as changed, so variants are walked, too. Neither
    prices of variants nor anything that says a variant is blocked is served.
    """

    def product_page(self, window: Window, cursor: str | None) -> Page[ErpProduct]:
        """Left out: what the connection names for shipping and rounding lines."""
        stage, link = place_of(cursor, _STAGES)
        changed = in_window(window)
        if stage == "items":
            query = {**WITH_VARIANTS, "$filter": changed}
            rows, following = self.client.page(
                self.client.company("items"), query, link, from_copy=True
            )
        else:
            query = {"$select": "itemId", "$filter": changed}
            path = self.client.company("itemVariants")
            variants, following = self.client.page(path, query, link, from_copy=True)
            rows = self.items_by_id(sorted({id_of(row["itemId"]) for row in variants}))
        currency = self.local_currency() if rows else ""
        return Page(
            rows=tuple(to_product(row, currency) for row in rows if self._is_sold(row)),
            next_cursor=next_place(stage, following, _STAGES),
        )

    def items_by_id(self, ids: Sequence[str], query: Mapping[str, str] | None = None) -> list[Row]:
        path = self.client.company("items")
        return [
            row
            for some in chunks(ids)
            for row in self.client.rows(
                path, {**(query or WITH_VARIANTS), "$filter": any_id("id", some)}, from_copy=True
            )
        ]

    def _is_sold(self, row: Row) -> bool:
        return not self.settings.own_products & {text_of(row["number"]), id_of(row["id"])}


def to_product(row: Row, currency: str) -> ErpProduct:
    """A product from an item with its variants. Pure."""
    variants = row.get("itemVariants") or ()
    is_active = not row["blocked"]
    return ErpProduct(
        ref=id_of(row["id"]),
        title=text_of(row["displayName"]) or text_of(row["number"]),
        description=text_of(row.get("displayName2")),
        currency=currency,
        category=text_of(row["itemCategoryCode"]),
        variants=tuple(_variants(row, variants, is_active=is_active)),
        is_active=is_active,
        updated_at=max(moment_of(one["lastModifiedDateTime"]) for one in (row, *variants)),
    )


def _variants(row: Row, variants: Sequence[Row], *, is_active: bool) -> Sequence[ErpVariant]:
    if not variants:
        return [_to_variant(row, None, is_active=is_active)]
    ordered = sorted(variants, key=lambda one: text_of(one["code"]))
    return [_to_variant(row, one, is_active=is_active) for one in ordered]


def _to_variant(row: Row, variant: Row | None, *, is_active: bool) -> ErpVariant:
    number = text_of(row["number"])
    code = text_of(variant["code"]) if variant else ""
    value = (text_of(variant["description"]) or code) if variant else ""
    return ErpVariant(
        ref=item_ref(id_of(row["id"]), id_of(variant["id"]) if variant else ""),
        sku=f"{number}-{code}" if variant else number,
        barcode="" if variant else text_of(row["gtin"]),
        title=value or text_of(row["displayName"]) or number,
        options=(("Variant", value),) if variant else (),
        net_list_price=list_price(row),
        unit=text_of(row["baseUnitOfMeasureCode"]),
        is_active=is_active,
    )


def list_price(row: Row) -> Decimal | None:
    """Net and per base unit; None where there is none, or where it is a price with tax."""
    price = amount_of(row["unitPrice"])
    return None if row["priceIncludesTax"] else price or None


def is_goods(row: Row) -> bool:
    """Whether stock is kept of it."""
    return choice_of(row["type"]) in {"Inventory", ""}
