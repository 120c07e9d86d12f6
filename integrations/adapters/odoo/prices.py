"""Prices out of Odoo: the sales price for everyone, and what the rules of its pricelists make.

A fixed price of one variant is told as it stands. Any other rule (a percentage, a formula, a
rule on the cost or on another list, a rule for a whole product, category or everything) is
worked out by Odoo, with carts that are not stored: one line per variant at the quantity and on
the day from which the rule holds. It is told only where that rule is the one Odoo chose: a
narrower one goes before it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from integrations.adapters.odoo.price_rules import (
    BROAD,
    NARROW,
    RULE_FIELDS,
    Wanted,
    ask_for,
    broadly,
    day_to_ask,
    is_asked_for,
    is_narrowly_meant,
    is_plain,
    reached,
    to_list_price,
    to_rule_price,
)
from integrations.adapters.odoo.priced import Basis, Header, effective_price, to_answer
from integrations.adapters.odoo.pricing import PRODUCT_FIELDS, Pricing
from integrations.adapters.odoo.rounding import Rounding
from integrations.adapters.odoo.windows import in_window
from integrations.adapters.odoo.wire import (
    id_of,
    number_of,
)
from integrations.adapters.unfit import NOT_ABOVE_ZERO, unfit
from integrations.records import ErpPrice, Page, PriceAnswer, Window

LINES_PER_CART = 100

Row = Mapping[str, Any]


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
            [["applied_on", "in", NARROW], *in_window(window, after_id=after)], self.page_size
        )
        variants = self._variants(reached(rules.values()))
        wanted = [
            Wanted(rule, variant)
            for rule in rules.values()
            for variant, row in variants.items()
            if is_narrowly_meant(rule, row)
        ]
        next_cursor = self._after("narrow", rules) or "broad:0:0"
        return Page(rows=tuple(self._worked_out(wanted, variants)), next_cursor=next_cursor)

    def _broad_page(self, window: Window, rule_id: int, after: int) -> Page[ErpPrice]:
        # the rule that the last page did not finish comes first again
        begin = in_window(window, after_id=rule_id - 1 if after else rule_id)
        rules = self._rules_where([["applied_on", "in", BROAD], *begin], 1)
        if not rules:
            return Page(rows=(), next_cursor=None)
        (rule,) = rules.values()
        already = after if rule["id"] == rule_id else 0
        variants = self._variants([*broadly(rule), ["id", ">", already]], limit=self.page_size)
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
                if rule["applied_on"] in BROAD or is_narrowly_meant(rule, row):
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
        plain = [one for one in wanted if is_plain(one.rule)]
        rows = [_fixed_price(one, variants, lists) for one in plain]
        now = datetime.now(UTC)
        carts: defaultdict[tuple[int, date], list[Wanted]] = defaultdict(list)
        for one in wanted:
            # Odoo prices nothing by a rule that is over, by a list or for a product it put away
            if not is_plain(one.rule) and is_asked_for(one, variants, lists, now):
                key = id_of(one.rule["pricelist_id"]) or 0, day_to_ask(one.rule, now)
                carts[key].append(one)
        for (list_id, day), asked in carts.items():
            for start in range(0, len(asked), LINES_PER_CART):
                part = asked[start : start + LINES_PER_CART]
                rows += self._cart_prices(lists[list_id], day, part, variants, lists)
        return rows

    def _cart_prices(
        self,
        pricelist: Row,
        day: date,
        asked: Sequence[Wanted],
        variants: Mapping[int, Row],
        lists: Mapping[int, Row],
    ) -> Iterable[ErpPrice]:
        """What a formula makes of a product without a price is none, and not told."""
        header = Header(partner_id=self._house(), pricelist=pricelist, is_own=False)
        asks = [(f"v{number}", ask_for(one)) for number, one in enumerate(asked, start=1)]
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
            elif effective_price(line) > 0:
                price = to_rule_price(one, variants[one.variant], lists, effective_price(line))
                yield unfit(price, answer.reason.rstrip("."))
            elif one.rule["compute_price"] == "fixed":
                yield _fixed_price(one, variants, lists)

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


def _fixed_price(wanted: Wanted, variants: Mapping[int, Row], lists: Mapping[int, Row]) -> ErpPrice:
    amount = number_of(wanted.rule["fixed_price"])
    price = to_rule_price(wanted, variants[wanted.variant], lists, amount)
    return price if price.net_unit_price > 0 else unfit(price, NOT_ABOVE_ZERO)
