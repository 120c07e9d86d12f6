"""Products out of Odoo: a template with its variants is one product."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from integrations.adapters.odoo.base import OdooPart
from integrations.adapters.odoo.windows import in_window
from integrations.adapters.odoo.wire import (
    amount_of,
    currency_of,
    id_of,
    name_of,
    number_of,
    text_of,
    time_of,
)
from integrations.records import ErpProduct, ErpVariant, Page, Window

VARIANT_FIELDS = [
    "default_code",
    "barcode",
    "name",
    "active",
    "sale_ok",
    "type",
    "lst_price",
    "uom_id",
    "categ_id",
    "product_tmpl_id",
    "product_template_attribute_value_ids",
    "weight",
    "description_sale",
    "currency_id",
    "write_date",
]

Row = Mapping[str, Any]


class Products(OdooPart):
    """Implements `PullsProducts`.

    Read by variant, because a change of one variant does not always touch its template, while
    a change of the template touches all variants. A product whose variants lie on two pages
    comes twice, whole each time. Stock, pricelists and the extra price of an attribute value
    do not move `write_date`: the nightly complete pull catches the last one.
    """

    def product_page(self, window: Window, cursor: str | None) -> Page[ErpProduct]:
        """Left out: combos (they are choices, not goods) and the portal's own service products."""
        changed = self.client.call(
            "product.product",
            "search_read",
            writes=False,
            domain=[
                *in_window(window, after_id=int(cursor or 0)),
                ["active", "in", [True, False]],  # without naming it, archived ones stay away
            ],
            fields=["product_tmpl_id"],
            order="id",
            limit=self.page_size,
        )
        templates = sorted({id_of(row["product_tmpl_id"]) or 0 for row in changed})
        is_last = len(changed) < self.page_size
        return Page(
            rows=tuple(self._whole_products(templates)),
            next_cursor=None if is_last else str(changed[-1]["id"]),
        )

    def _whole_products(self, templates: list[int]) -> Iterable[ErpProduct]:
        if not templates:
            return []
        variants = self.client.call(
            "product.product",
            "search_read",
            writes=False,
            domain=[["product_tmpl_id", "in", templates], ["active", "in", [True, False]]],
            fields=VARIANT_FIELDS,
            order="id",
        )
        options = self._options(variants)
        by_template: dict[int, list[Row]] = defaultdict(list)
        for row in variants:
            if row["type"] != "combo" and str(row["id"]) not in self.settings.own_products:
                by_template[id_of(row["product_tmpl_id"]) or 0].append(row)
        return [to_product(rows, options) for _, rows in sorted(by_template.items())]

    def _options(self, variants: Iterable[Row]) -> dict[int, tuple[str, str]]:
        ids = {one for row in variants for one in row["product_template_attribute_value_ids"]}
        if not ids:
            return {}
        found = self.client.call(
            "product.template.attribute.value",
            "read",
            ids=sorted(ids),
            writes=False,
            fields=["name", "attribute_id"],
        )
        return {row["id"]: (name_of(row["attribute_id"]), text_of(row["name"])) for row in found}


def to_product(rows: list[Row], options: Mapping[int, tuple[str, str]]) -> ErpProduct:
    """A product from the rows of all its variants (at least one). Pure."""
    first = rows[0]
    variants = tuple(_to_variant(row, options) for row in rows)
    return ErpProduct(
        ref=str(id_of(first["product_tmpl_id"])),
        title=text_of(first["name"]),
        description=text_of(first["description_sale"]),
        currency=currency_of(first),
        category=name_of(first["categ_id"]),
        variants=variants,
        is_active=any(variant.is_active for variant in variants),
        updated_at=max(moment for row in rows if (moment := time_of(row["write_date"]))),
    )


def _to_variant(row: Row, options: Mapping[int, tuple[str, str]]) -> ErpVariant:
    chosen = tuple(
        options[one] for one in row["product_template_attribute_value_ids"] if one in options
    )
    price = amount_of(row["lst_price"])
    weight = number_of(row["weight"])
    return ErpVariant(
        ref=str(row["id"]),
        sku=text_of(row["default_code"]),
        barcode=text_of(row["barcode"]),
        title=" / ".join(value for _, value in chosen) or text_of(row["name"]),
        options=chosen,
        net_list_price=price or None,  # Odoo has no word for "no price" but zero
        unit=name_of(row["uom_id"]),
        is_active=bool(row["active"] and row["sale_ok"]),
        weight_kg=weight or None,
    )
