"""Products out of the ERP, each whole with its variants."""

from datetime import UTC, datetime
from typing import Any

from integrations.adapters.custom.base import CustomPart
from integrations.adapters.custom.misfits import read_each
from integrations.adapters.custom.paths import MISSING
from integrations.adapters.custom.rows import Row
from integrations.records import ErpProduct, ErpVariant, Page, Window, flat_category


class Products(CustomPart):
    """Implements `PullsProducts`."""

    def product_page(self, window: Window, cursor: str | None) -> Page[ErpProduct]:
        """Left out: the portal's own products of freight, rounding and free text."""
        section = self.mapping["products"]
        page = self.client.page(section["list"], self.asked_window(window), cursor)
        products = read_each(page.rows, self._product, self._unreadable_product, what="products")
        return Page(
            rows=tuple(one for one in products if one.variants or one.problem),
            next_cursor=page.next_cursor,
        )

    def _unreadable_product(self, raw: Any, problem: str) -> ErpProduct:
        row = self.refs_of(raw, self.mapping["products"]["fields"], "ref", "title")
        return ErpProduct(
            ref=row.text("ref"),
            title=row.text("title"),
            description="",
            currency="",
            category="",
            variants=(),
            is_active=True,
            updated_at=datetime.now(UTC),
            problem=problem,
        )

    def _product(self, raw: Any) -> ErpProduct:
        section = self.mapping["products"]
        row = self.row(raw, section["fields"])
        own = {self.product_ref_for(kind) for kind in ("shipping", "rounding", "free_text")}
        variants = [self._variant(one, row) for one in self._variant_rows(row)]
        kept = tuple(one for one in variants if one.ref not in own)
        return ErpProduct(
            ref=row.text("ref"),
            title=row.text("title"),
            description=row.text("description"),
            currency=row.currency,
            category=row.text("category"),
            category_chain=flat_category(row.text("category")),
            image_urls=tuple(filter(None, [row.text("image_url")])),
            variants=kept,
            is_active=row.flag("is_active", otherwise=True) and any(one.is_active for one in kept),
            updated_at=row.moment("updated_at") or datetime.now(UTC),
        )

    def _variant_rows(self, row: Row) -> list[Row]:
        variants = self.mapping["products"]["variants"]
        if variants["rows"] is None:
            return [self.row(row.raw, variants["fields"], currency=row.currency)]
        return [
            self.row(raw, variants["fields"], currency=row.currency, parent=row.raw)
            for raw in row.rows(variants["rows"])
        ]

    def _variant(self, row: Row, product: Row) -> ErpVariant:
        options = self._options(row)
        told = " / ".join(value for _, value in options)
        return ErpVariant(
            ref=row.text("ref"),
            sku=row.text("sku"),
            barcode=row.text("barcode"),
            title=row.text("title") or told or product.text("title"),
            options=options,
            net_list_price=row.get("net_list_price") or None,
            unit=row.text("unit"),
            is_active=row.flag("is_active", otherwise=True)
            and product.flag("is_active", otherwise=True),
            weight_kg=row.get("weight_kg") or None,
            tax_class=row.text("tax_class"),
            backorder=row.get("backorder"),
        )

    def _options(self, row: Row) -> tuple[tuple[str, str], ...]:
        section = self.mapping["products"]["variants"]["options"]
        if section is None or section["rows"].find(row.raw) is MISSING:
            return ()
        rows = self.rows_within(row, section)
        return tuple((one.text("name"), one.text("value")) for one in rows)
