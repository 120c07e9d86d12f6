"""Prices out of NetSuite: price levels by quantity, and what customers agreed on items.

Prices carry no time of change; they are part of the item's or the customer's record, whose
time moves with them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from integrations.adapters.netsuite.base import NetSuitePart
from integrations.adapters.netsuite.client import PAGE_ROWS, marks
from integrations.adapters.netsuite.columns import is_no_table
from integrations.adapters.netsuite.mapping import CUSTOM_PRICE
from integrations.adapters.netsuite.products import SOLD
from integrations.adapters.netsuite.wire import is_true, number_of, text_of
from integrations.adapters.unfit import NOT_ABOVE_ZERO, unfit
from integrations.errors import NeedsOperator, Rejected
from integrations.records import ErpPrice, Page, Window
from integrations.records.catalog import Audience

Row = Mapping[str, Any]

GROUP_ROWS = 20  # of customers and groups on a page: a group may hold thousands of items
LEVEL_COLUMNS = (
    "p.item, p.pricelevel, BUILTIN.DF(p.pricelevel) AS levelname, p.quantity, p.unitprice, "
    "p.currency, BUILTIN.DF(i.saleunit) AS unitname, i.isinactive"
)


class Prices(NetSuitePart):
    """Implements `PullsPrices`."""

    def price_page(self, window: Window, cursor: str | None) -> Page[ErpPrice]:
        """The cursor is `levels:item`, `customers:customer` or `groups:customer`, each the last
        one read whole."""
        stage, _, last = (cursor or "levels:0").partition(":")
        if stage == "levels":
            return self._level_page(window, last)
        if stage == "customers":
            return self._customer_page(window, last)
        return self._group_page(window, last)

    def _level_page(self, window: Window, last: str) -> Page[ErpPrice]:
        term, params = self.window_terms("i.lastmodifieddate", window)
        rows, following = self.grouped_page(
            f"SELECT {LEVEL_COLUMNS} FROM pricing p JOIN item i ON i.id = p.item "
            f"WHERE p.item {{}} ? AND {SOLD} AND {term} "
            "ORDER BY p.item, p.pricelevel, p.currency, p.quantity",
            "item",
            last,
            params,
        )
        next_cursor = f"levels:{following}" if following else "customers:0"
        return Page(rows=tuple(self._to_prices(rows)), next_cursor=next_cursor)

    def _customer_page(self, window: Window, last: str) -> Page[ErpPrice]:
        term, params = self.window_terms("c.lastmodifieddate", window)
        rows, following = self.grouped_page(
            "SELECT a.customer, a.item, a.level, a.price, c.companyname, c.currency, "
            "BUILTIN.DF(i.saleunit) AS unitname, i.isinactive "
            "FROM customeritempricing a JOIN customer c ON c.id = a.customer "
            f"JOIN item i ON i.id = a.item WHERE a.customer {{}} ? AND {term} "
            "ORDER BY a.customer, a.item",
            "customer",
            last,
            params,
        )
        levels = self._levels_of({text_of(row["item"]) for row in rows})
        prices = tuple(price for row in rows for price in self._agreed(row, levels))
        next_cursor = f"customers:{following}" if following else "groups:0"
        return Page(rows=prices, next_cursor=next_cursor)

    def _group_page(self, window: Window, last: str) -> Page[ErpPrice]:
        """What customers pay by the pricing groups of items; none without that feature."""
        term, params = self.window_terms("c.lastmodifieddate", window)
        # its column "group" is a word of the language, so it cannot be named
        sql = (
            "SELECT g.* FROM customergrouppricing g JOIN customer c ON c.id = g.customer "
            f"WHERE g.customer {{}} ? AND {term} ORDER BY g.customer"
        )
        try:
            rows, following = self.grouped_page(sql, "customer", last, params, size=GROUP_ROWS)
        except (Rejected, NeedsOperator) as exc:
            if not is_no_table(exc, "customergrouppricing"):
                raise
            return Page(rows=(), next_cursor=None)
        next_cursor = f"groups:{following}" if following else None
        return Page(rows=tuple(self._by_groups(rows)), next_cursor=next_cursor)

    def _by_groups(self, rows: Sequence[Row]) -> Iterable[ErpPrice]:
        """The customer's own pricing of an item goes before that of its group."""
        if not rows:
            return
        customers = self._customers_of(rows)
        agreed = self._agreed_by(sorted(customers, key=int))
        items = self._items_by_group({text_of(row["group"]) for row in rows})
        levels = self._levels_of({item for found in items.values() for item in found})
        for row in rows:
            customer = text_of(row["customer"])
            about = {**customers[customer], "customer": customer, "level": row["level"]}
            for item in items.get(text_of(row["group"]), ()):
                if (customer, item) not in agreed:
                    yield from self._agreed({**about, "item": item}, levels)

    def _customers_of(self, rows: Sequence[Row]) -> Mapping[str, Row]:
        wanted = sorted({text_of(row["customer"]) for row in rows}, key=int)
        found = self.client.rows(
            "SELECT c.id, c.companyname, c.currency FROM customer c "
            f"WHERE c.id IN ({marks(wanted)}) ORDER BY c.id",
            wanted,
        )
        return {text_of(row["id"]): row for row in found}

    def _agreed_by(self, customers: Sequence[str]) -> set[tuple[str, str]]:
        found = self.client.rows(
            "SELECT a.customer, a.item FROM customeritempricing a "
            f"WHERE a.customer IN ({marks(customers)}) ORDER BY a.customer, a.item",
            customers,
        )
        return {(text_of(row["customer"]), text_of(row["item"])) for row in found}

    def _items_by_group(self, groups: Iterable[str]) -> Mapping[str, Sequence[str]]:
        """Raises NeedsOperator where the role sees no item's group: prices would be missed."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        wanted = sorted(groups, key=int)
        for row in self.client.rows(
            "SELECT i.id, i.pricinggroup FROM item i "
            f"WHERE i.pricinggroup IN ({marks(wanted)}) AND {SOLD} ORDER BY i.id",
            wanted,
        ):
            found[text_of(row["pricinggroup"])].append(text_of(row["id"]))
        return found

    def _levels_of(self, items: Iterable[str]) -> Mapping[tuple[str, str], Sequence[Row]]:
        found: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        wanted = sorted(items, key=int)
        for start in range(0, len(wanted), PAGE_ROWS // 2):
            part = wanted[start : start + PAGE_ROWS // 2]
            rows = self.client.rows(
                f"SELECT {LEVEL_COLUMNS} FROM pricing p JOIN item i ON i.id = p.item "
                f"WHERE p.item IN ({marks(part)}) "
                "ORDER BY p.item, p.pricelevel, p.currency, p.quantity",
                part,
            )
            for row in rows:
                found[text_of(row["item"]), text_of(row["pricelevel"])].append(row)
        return found

    def _to_prices(self, rows: Sequence[Row]) -> Iterable[ErpPrice]:
        for row in rows:
            level = text_of(row["pricelevel"])
            is_base = level == self.settings.base_price_level
            audience: Audience = "everyone" if is_base else "price_list"
            yield from self._price(
                row,
                ref=_level_ref(row),
                audience=audience,
                audience_ref="" if is_base else level,
                audience_name="" if is_base else text_of(row.get("levelname")),
            )

    def _agreed(
        self, row: Row, levels: Mapping[tuple[str, str], Sequence[Row]]
    ) -> Iterable[ErpPrice]:
        """What a customer agreed on one item: a price of their own, or another level of it."""
        customer, item, level = (text_of(row[name]) for name in ("customer", "item", "level"))
        about: dict[str, Any] = {
            "audience": "customer",
            "audience_ref": customer,
            "audience_name": text_of(row.get("companyname")),
        }
        if level == CUSTOM_PRICE:
            own = {**row, "unitprice": row.get("price"), "quantity": "0"}
            yield from self._price(own, ref=f"customer:{customer}:{item}", **about)
            return
        for step in levels.get((item, level), ()):
            is_theirs = text_of(step.get("currency")) == text_of(row.get("currency"))
            if is_theirs and number_of(step.get("unitprice")) > 0:  # else the level itself tells
                ref = f"customer:{customer}:{_level_ref(step)}"
                yield from self._price(step, ref=ref, **about)

    def _price(
        self, row: Row, *, ref: str, audience: Audience, audience_ref: str, audience_name: str
    ) -> Iterable[ErpPrice]:
        """None of a level that is left empty, and of what stands for freight and the like."""
        if row.get("unitprice") in (None, "") or text_of(row["item"]) in self.settings.own_products:
            return
        amount, currency = number_of(row["unitprice"]), self.code_of(text_of(row["currency"]))
        price = ErpPrice(
            ref=ref,
            variant_ref=text_of(row["item"]),
            audience=audience,
            audience_ref=audience_ref,
            audience_name=audience_name,
            currency=currency,
            net_unit_price=amount,
            # NetSuite counts the first step from 0
            min_quantity=max(number_of(row.get("quantity")), Decimal(1)),
            unit=text_of(row.get("unitname")),
            starts_on=None,
            ends_on=None,
            is_active=not is_true(row.get("isinactive")),
        )
        if not currency:
            yield unfit(price, f"the role sees no currency {text_of(row['currency'])}")
        else:
            yield price if amount > 0 else unfit(price, NOT_ABOVE_ZERO)


def _level_ref(row: Row) -> str:
    parts = (row["item"], row["pricelevel"], row["currency"], row["quantity"])
    return ":".join(text_of(part) for part in parts)
