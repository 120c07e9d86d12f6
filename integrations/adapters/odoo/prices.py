"""Prices out of Odoo: the sales price for everyone, and what the rules of its pricelists make.

A fixed price of one variant is told as it stands. Any other rule (a percentage, a formula, a
rule on the cost or on another list, a rule for a whole product, category or everything) is
worked out by Odoo, with carts that are not stored: one line per variant at the quantity and on
the day from which the rule holds. It is told only where that rule is the one Odoo chose: a
narrower one goes before it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from integrations.adapters.odoo.priced import Basis, Header, to_answer
from integrations.adapters.odoo.pricing import PRODUCT_FIELDS, Pricing
from integrations.adapters.odoo.rounding import Rounding
from integrations.adapters.odoo.windows import in_window
from integrations.adapters.odoo.wire import (
    amount_of,
    currency_of,
    day_of,
    id_of,
    name_of,
    number_of,
    text_of,
    time_of,
)
from integrations.records import ErpPrice, Page, PriceAnswer, PriceAsk, Window

LINES_PER_CART = 100
_NARROW = ["0_product_variant", "1_product"]
_BROAD = ["2_product_category", "3_global"]

Row = Mapping[str, Any]


class Wanted(NamedTuple):
    """A variant under a rule, to be worked out."""

    rule: Row
    variant: int


class Prices(Pricing, Rounding):
    """Implements `PullsPrices`.

    The cursor is `list:product id` (sales prices), then `narrow:rule id` (rules of a variant or
    a product), then `broad:rule id:variant id` (one rule of a category or of everything).
    """

    def price_page(self, window: Window, cursor: str | None) -> Page[ErpPrice]:
        """In a window also what rules make of each product that changed in it. A rule that was
        deleted, and one upon another list that changed, are found by a complete pull alone."""
        stage, *marks = (cursor or "list:0").split(":")
        after = [int(mark) for mark in marks]
        if stage == "list":
            return self._list_page(window, after[0])
        if stage == "narrow":
            return self._narrow_page(window, after[0])
        return self._broad_page(window, after[0], after[1])

    # -- pages

    def _list_page(self, window: Window, after: int) -> Page[ErpPrice]:
        found = self._variants(in_window(window, after_id=after), limit=self.page_size)
        rows = [one for row in found.values() if (one := to_list_price(row)) is not None]
        if window.start is not None and found:
            rows += self._worked_out(self._rules_upon(found), found)
        return Page(rows=tuple(rows), next_cursor=self._after("list", found) or "narrow:0")

    def _narrow_page(self, window: Window, after: int) -> Page[ErpPrice]:
        rules = self._rules_where(
            [["applied_on", "in", _NARROW], *in_window(window, after_id=after)], self.page_size
        )
        variants = self._variants(_reached(rules.values()))
        wanted = [
            Wanted(rule, variant)
            for rule in rules.values()
            for variant, row in variants.items()
            if _is_narrowly_meant(rule, row)
        ]
        next_cursor = self._after("narrow", rules) or "broad:0:0"
        return Page(rows=tuple(self._worked_out(wanted, variants)), next_cursor=next_cursor)

    def _broad_page(self, window: Window, rule_id: int, after: int) -> Page[ErpPrice]:
        # the rule that the last page did not finish comes first again
        begin = in_window(window, after_id=rule_id - 1 if after else rule_id)
        rules = self._rules_where([["applied_on", "in", _BROAD], *begin], 1)
        if not rules:
            return Page(rows=(), next_cursor=None)
        (rule,) = rules.values()
        already = after if rule["id"] == rule_id else 0
        variants = self._variants([*_broadly(rule), ["id", ">", already]], limit=self.page_size)
        rows = self._worked_out([Wanted(rule, one) for one in variants], variants)
        last = max(variants, default=0) if len(variants) >= self.page_size else 0
        return Page(rows=tuple(rows), next_cursor=f"broad:{rule['id']}:{last}")

    def _after(self, stage: str, rows: Mapping[int, Row]) -> str | None:
        return f"{stage}:{max(rows)}" if len(rows) >= self.page_size else None

    # -- rows of Odoo

    def _variants(self, domain: Sequence[Any], limit: int | None = None) -> dict[int, Row]:
        if not domain:
            return {}
        bound: dict[str, Any] = {} if limit is None else {"limit": limit}
        found = self.client.call(
            "product.product",
            "search_read",
            writes=False,
            domain=[
                *domain,
                ["active", "in", [True, False]],
                ["type", "!=", "combo"],
                ["id", "not in", self._own_products()],
            ],
            fields=[*PRODUCT_FIELDS, "product_tmpl_id"],
            order="id",
            **bound,
        )
        return {row["id"]: row for row in found}

    def _own_products(self) -> list[int]:
        return sorted(int(ref) for ref in self.settings.own_products)

    def _rules_where(self, domain: Sequence[Any], limit: int) -> dict[int, Row]:
        found = self.client.call(
            "product.pricelist.item",
            "search_read",
            writes=False,
            domain=list(domain),
            fields=RULE_FIELDS,
            order="id",
            limit=limit,
        )
        return {row["id"]: row for row in found}

    def _rules_upon(self, variants: Mapping[int, Row]) -> list[Wanted]:
        """What may be due anew since these products changed: a fixed price stays what it is."""
        rules = self.client.call(
            "product.pricelist.item",
            "search_read",
            writes=False,
            domain=[["compute_price", "!=", "fixed"]],
            fields=RULE_FIELDS,
            order="id",
        )
        found: list[Wanted] = []
        for rule in rules:
            for variant, row in variants.items():
                if rule["applied_on"] in _BROAD or _is_narrowly_meant(rule, row):
                    found.append(Wanted(rule, variant))
        return found

    def _lists(self, ids: Iterable[int]) -> dict[int, Row]:
        wanted = sorted(set(ids) - {0})
        if not wanted:
            return {}
        found = self.client.call(
            "product.pricelist",
            "search_read",
            writes=False,
            domain=[["id", "in", wanted], ["active", "in", [True, False]]],
            fields=["name", "active", "currency_id"],
        )
        return {row["id"]: row for row in found}

    # -- amounts

    def _worked_out(self, wanted: Sequence[Wanted], variants: Mapping[int, Row]) -> list[ErpPrice]:
        lists = self._lists(id_of(one.rule["pricelist_id"]) or 0 for one in wanted)
        plain = [one for one in wanted if _is_plain(one.rule)]
        rows = [
            to_rule_price(one, variants[one.variant], lists, number_of(one.rule["fixed_price"]))
            for one in plain
        ]
        now = datetime.now(UTC)
        carts: defaultdict[tuple[int, date], list[Wanted]] = defaultdict(list)
        for one in wanted:
            # Odoo prices nothing by a rule that is over, by a list or for a product it put away
            if not _is_plain(one.rule) and _is_asked_for(one, variants, lists, now):
                key = id_of(one.rule["pricelist_id"]) or 0, _day_to_ask(one.rule, now)
                carts[key].append(one)
        for (list_id, day), asked in carts.items():
            for start in range(0, len(asked), LINES_PER_CART):
                part = asked[start : start + LINES_PER_CART]
                rows += self._cart_prices(lists[list_id], day, part, variants, lists)
        return [row for row in rows if row.net_unit_price > 0]

    def _cart_prices(
        self,
        pricelist: Row,
        day: date,
        asked: Sequence[Wanted],
        variants: Mapping[int, Row],
        lists: Mapping[int, Row],
    ) -> Iterable[ErpPrice]:
        header = Header(partner_id=self._house(), pricelist=pricelist, is_own=False)
        asks = [(f"v{number}", _ask(one)) for number, one in enumerate(asked, start=1)]
        told = {} if day == datetime.now(UTC).date() else {"date": day.isoformat()}
        lines = self._priced_lines(header, asks, told)
        products = {one.variant: variants[one.variant] for one in asked}
        basis = Basis(
            header=header,
            products=products,
            costs={},
            rules={one.rule["id"]: one.rule for one in asked},
            currencies=self._currencies(header, products.values(), told),
            priced_at=datetime.now(UTC),
        )
        for one, (key, ask) in zip(asked, asks, strict=True):
            line = lines.get(key, {})
            if line.get("pricelist_item_id") != one.rule["id"]:
                continue  # refused, or another rule goes before this one
            answer = to_answer(ask, line, basis)
            if isinstance(answer, PriceAnswer):
                yield to_rule_price(one, variants[one.variant], lists, answer.net_unit_price)

    def _house(self) -> int:
        """The contact of the company itself, for carts that are nobody's."""
        company = self.client.call(
            "res.company",
            "read",
            ids=[self.company_id()],
            writes=False,
            fields=["partner_id"],
        )[0]
        return id_of(company["partner_id"]) or 0


def to_list_price(row: Row) -> ErpPrice | None:
    """The sales price of a variant; None where Odoo has none. Pure."""
    amount = amount_of(row["lst_price"])
    if amount <= 0:
        return None
    return ErpPrice(
        ref=f"list:{row['id']}",
        variant_ref=str(row["id"]),
        audience="everyone",
        audience_ref="",
        audience_name="",
        currency=currency_of(row),
        net_unit_price=amount,
        min_quantity=Decimal(0),
        unit=name_of(row["uom_id"]),
        starts_on=None,
        ends_on=None,
        is_active=bool(row["active"] and row["sale_ok"]),
    )


def to_rule_price(
    wanted: Wanted, variant: Row, lists: Mapping[int, Row], amount: Decimal
) -> ErpPrice:
    """Pure."""
    rule = wanted.rule
    pricelist = lists[id_of(rule["pricelist_id"]) or 0]
    return ErpPrice(
        ref=f"{rule['id']}:{wanted.variant}",
        variant_ref=str(wanted.variant),
        audience="price_list",
        audience_ref=str(pricelist["id"]),
        audience_name=text_of(pricelist["name"]),
        currency=currency_of(pricelist),
        net_unit_price=amount_of(amount),
        min_quantity=number_of(rule["min_quantity"]),
        unit=name_of(variant["uom_id"]),
        starts_on=day_of(rule["date_start"]),
        ends_on=day_of(rule["date_end"]),
        is_active=bool(pricelist["active"] and variant["active"] and variant["sale_ok"]),
    )


RULE_FIELDS = [
    "pricelist_id",
    "applied_on",
    "product_id",
    "product_tmpl_id",
    "categ_id",
    "compute_price",
    "fixed_price",
    "min_quantity",
    "date_start",
    "date_end",
    "write_date",
]


def _is_plain(rule: Row) -> bool:
    """Its amount stands as it is: no other rule goes before one of a single variant."""
    return rule["applied_on"] == "0_product_variant" and rule["compute_price"] == "fixed"


def _is_narrowly_meant(rule: Row, variant: Row) -> bool:
    if rule["applied_on"] == "0_product_variant":
        return id_of(rule["product_id"]) == variant["id"]
    if rule["applied_on"] != "1_product":
        return False
    return id_of(rule["product_tmpl_id"]) == id_of(variant["product_tmpl_id"])


def _is_asked_for(
    wanted: Wanted, variants: Mapping[int, Row], lists: Mapping[int, Row], now: datetime
) -> bool:
    variant = variants[wanted.variant]
    ends = time_of(wanted.rule["date_end"])
    is_sold = variant["active"] and variant["sale_ok"]
    is_offered = lists.get(id_of(wanted.rule["pricelist_id"]) or 0, {}).get("active", False)
    return bool(is_sold and is_offered and (ends is None or ends > now))


def _day_to_ask(rule: Row, now: datetime) -> date:
    """Today, or the first day at whose noon the rule holds: noon is when a cart is dated."""
    starts = time_of(rule["date_start"])
    if starts is None or starts <= now:
        return now.date()
    return (starts + timedelta(hours=12)).date()


def _ask(wanted: Wanted) -> PriceAsk:
    return PriceAsk(
        our_ref=str(wanted.rule["id"]),
        product_ref=str(wanted.variant),
        quantity=number_of(wanted.rule["min_quantity"]) or Decimal(1),
    )


def _reached(rules: Iterable[Row]) -> list[Any]:
    """The domain of the variants that narrow rules are for; empty for no rules."""
    variants, templates = set(), set()
    for rule in rules:
        if rule["applied_on"] == "0_product_variant":
            variants.add(id_of(rule["product_id"]) or 0)
        else:
            templates.add(id_of(rule["product_tmpl_id"]) or 0)
    if not variants and not templates:
        return []
    return ["|", ["id", "in", sorted(variants)], ["product_tmpl_id", "in", sorted(templates)]]


def _broadly(rule: Row) -> list[list[Any]]:
    if rule["applied_on"] == "2_product_category":
        return [["categ_id", "child_of", id_of(rule["categ_id"])]]
    return []
