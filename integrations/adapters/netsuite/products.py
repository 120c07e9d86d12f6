"""Items out of NetSuite, a matrix with its members as one product."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from integrations.adapters.netsuite.base import NetSuitePart
from integrations.adapters.netsuite.client import PAGE_ROWS, marks
from integrations.adapters.netsuite.wire import SQL_TIME, is_true, number_of, text_of, time_of
from integrations.records import ErpProduct, ErpVariant, Page, Window

SOLD_TYPES = "'InvtPart', 'NonInvtPart', 'Assembly', 'Kit', 'Service'"
# Items that are only bought are of no use to a shop.
SOLD = f"i.itemtype IN ({SOLD_TYPES}) AND (i.subtype IS NULL OR i.subtype <> 'Purchase')"
_KILOGRAMS = {
    "1": Decimal("0.45359237"),
    "2": Decimal("0.028349523125"),
    "3": Decimal(1),
    "4": Decimal("0.001"),
}

Row = Mapping[str, Any]


class Products(NetSuitePart):
    """Implements `PullsProducts`."""

    def product_page(self, window: Window, cursor: str | None) -> Page[ErpProduct]:
        """Walks by internal id; a matrix counts as changed when one of its members is."""
        own, own_params = self.window_terms("i.lastmodifieddate", window)
        member, member_params = self.window_terms("m.lastmodifieddate", window)
        roots = self.client.page(
            f"SELECT {self._columns()} FROM item i WHERE i.id > ? AND {SOLD} "
            "AND (i.matrixtype IS NULL OR i.matrixtype <> 'CHILD') "
            f"AND (({own}) OR EXISTS (SELECT 1 FROM item m WHERE m.parent = i.id AND {member})) "
            "ORDER BY i.id",
            [cursor or "0", *own_params, *member_params],
            limit=self.page_size,
        )
        ids = [text_of(row["id"]) for row in roots]
        members = self._members(ids)
        prices = self._list_prices(
            [*ids, *(text_of(row["id"]) for rows in members.values() for row in rows)]
        )
        rows = tuple(
            self._to_product(root, members[text_of(root["id"])], prices)
            for root in roots
            if text_of(root["id"]) not in self.settings.own_products
            # a matrix without members has nothing to sell
            and (root.get("matrixtype") != "PARENT" or members[text_of(root["id"])])
        )
        is_last = len(roots) < self.page_size
        return Page(rows=rows, next_cursor=None if is_last else ids[-1])

    def _columns(self) -> str:
        options = "".join(
            f", BUILTIN.DF(i.{field}) AS {field}" for _, field in self.settings.matrix_options
        )
        return _ITEM_COLUMNS + options

    def _members(self, parents: Sequence[str]) -> defaultdict[str, list[Row]]:
        found: defaultdict[str, list[Row]] = defaultdict(list)
        if parents:
            rows = self.client.rows(
                f"SELECT {self._columns()} FROM item i WHERE i.matrixtype = 'CHILD' "
                f"AND i.parent IN ({marks(parents)}) ORDER BY i.id",
                parents,
            )
            for row in rows:
                found[text_of(row["parent"])].append(row)
        return found

    def _list_prices(self, items: Sequence[str]) -> Mapping[str, Decimal]:
        base = next((one.ref for one in self.currencies.values() if one.is_base), "")
        found: dict[str, Decimal] = {}
        for start in range(0, len(items), PAGE_ROWS // 2):
            part = items[start : start + PAGE_ROWS // 2]
            rows = self.client.rows(
                "SELECT p.item, p.unitprice FROM pricing p WHERE p.pricelevel = ? "
                f"AND p.currency = ? AND p.quantity <= 1 AND p.item IN ({marks(part)}) "
                "ORDER BY p.item, p.quantity",
                [self.settings.base_price_level, base, *part],
            )
            found |= {
                text_of(row["item"]): number_of(row.get("unitprice"))
                for row in rows
                if number_of(row.get("unitprice"))
            }
        return found

    def _to_product(
        self, root: Row, members: Sequence[Row], prices: Mapping[str, Decimal]
    ) -> ErpProduct:
        variants = tuple(
            to_variant(row, self.settings.matrix_options if members else (), prices)
            for row in members or [root]
        )
        moments = [time_of(row["modified"], self.settings.zone) for row in (root, *members)]
        return ErpProduct(
            ref=text_of(root["id"]),
            title=_title(root),
            description=text_of(root.get("description")),
            currency=self.base_currency,
            category=text_of(root.get("classname")),
            variants=variants,
            is_active=not is_true(root.get("isinactive")),
            updated_at=max(moment for moment in moments if moment is not None),
        )


_ITEM_COLUMNS = (
    "i.id, i.itemid, i.displayname, i.description, i.isinactive, i.parent, i.matrixtype, "
    "i.upccode, i.weight, i.weightunit, BUILTIN.DF(i.saleunit) AS unitname, "
    f"BUILTIN.DF(i.class) AS classname, TO_CHAR(i.lastmodifieddate, {SQL_TIME}) AS modified"
)


def to_variant(
    row: Row, options: Sequence[tuple[str, str]], prices: Mapping[str, Decimal]
) -> ErpVariant:
    """One item as it is sold; `options` are (name, column)."""
    weight = number_of(row.get("weight")) * _KILOGRAMS.get(text_of(row.get("weightunit")), 0)
    named = [(name, text_of(row.get(field))) for name, field in options]
    return ErpVariant(
        ref=text_of(row["id"]),
        sku=sku_of(row),
        barcode=text_of(row.get("upccode")),
        title=_title(row),
        options=tuple((name, value) for name, value in named if value),
        net_list_price=prices.get(text_of(row["id"])),
        unit=text_of(row.get("unitname")),
        is_active=not is_true(row.get("isinactive")),
        weight_kg=weight or None,
    )


def sku_of(row: Row) -> str:
    """A member's name may carry that of its matrix: "BAG : BAG-S"."""
    return text_of(row.get("itemid")).rpartition(" : ")[2]


def _title(row: Row) -> str:
    return text_of(row.get("displayname")) or sku_of(row)
