"""Prices by the rule of Business Central, worked out from the lines of its price lists.

Its documentation: "the best price is the lowest permissible price with the highest permissible
line discount on a given date". Lines are served by the companion extension; without it no
price of a customer can be told, and the adapter does not have this ability.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from integrations.adapters.business_central.customers import (
    CUSTOMER_FIELDS,
    Customers,
    unknown_customer,
)
from integrations.adapters.business_central.mapping import customer_id
from integrations.adapters.business_central.prices import Prices, is_valid_on
from integrations.adapters.business_central.products import (
    ITEM_FIELDS,
    VARIANT_FIELDS,
    list_price,
)
from integrations.adapters.business_central.refs import Goods, goods_of
from integrations.adapters.business_central.windows import chunks
from integrations.adapters.business_central.wire import (
    Row,
    amount_of,
    any_id,
    choice_of,
    id_of,
    quoted,
    text_of,
)
from integrations.errors import NeedsOperator
from integrations.records import PaymentTerm, PriceAnswer, PriceAsk, PriceQuestion, PriceRefusal

_WITH_COST = {
    "$select": f"{ITEM_FIELDS},unitCost",
    "$expand": f"itemVariants($select={VARIANT_FIELDS})",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What all lines of a question share. `lines` are those that hold for the customer."""

    question: PriceQuestion
    items: Mapping[str, Row]
    lines: Sequence[Row]
    local_currency: str
    priced_at: datetime


class Pricing(Prices, Customers):
    """Implements `QuotesPrices`."""

    def quote_prices(self, question: PriceQuestion) -> Sequence[PriceAnswer | PriceRefusal]:
        """Two calls per forty products, and five more."""
        if not question.lines:
            return ()
        sources = self._sources(question.customer_ref)
        ids = sorted({goods_of(one.product_ref).item_id for one in question.lines} - {""})
        found = self.items_by_id(ids, _WITH_COST)
        lines = list(self._price_lines(ids))
        local = self.local_currency()
        self._refuse_currency(question.currency, local)
        basis = Basis(
            question=question,
            items={id_of(row["id"]): row for row in found},
            lines=[row for row in lines if _source(row) in sources],
            local_currency=local,
            priced_at=datetime.now(UTC),
        )
        return tuple(answer(one, basis) for one in question.lines)

    def payment_terms(self) -> Sequence[PaymentTerm]:
        return self.payment_terms_in_use()

    def _sources(self, customer_ref: str) -> set[tuple[str, str]]:
        """(kind, number) of what the customer belongs to, as price lists name it."""
        one = customer_id(customer_ref)
        query = {"$select": CUSTOMER_FIELDS}
        row = self.client.get_or_none(self.client.company(f"customers({one})"), query)
        if row is None:
            raise unknown_customer(customer_ref)
        added = self.added_to([one]).get(one, {})
        return {
            ("All Customers", ""),
            ("Customer", text_of(row["number"])),
            ("Customer Price Group", text_of(added.get("priceGroupCode"))),
            ("Customer Disc. Group", text_of(added.get("discountGroupCode"))),
        }

    def _price_lines(self, item_ids: Sequence[str]) -> Iterable[Row]:
        path = self.client.extension("portalPriceLines")
        for some in chunks(item_ids):
            condition = f"({any_id('itemId', some)}) and status eq 'Active'"
            yield from self.client.rows(path, {"$filter": condition})

    def _refuse_currency(self, currency: str, local: str) -> None:
        """List prices are in the currency of the company; any other needs a price list."""
        if currency == local:
            return
        path = self.client.extension("portalPriceLines")
        condition = f"currencyCode eq {quoted(currency)} and status eq 'Active'"
        rows, _ = self.client.page(path, {"$filter": condition}, None)
        if not rows:
            raise NeedsOperator(
                f"No price list in Business Central is in {currency}.",
                reason="no_pricelist",
                cause=f"no_pricelist:{currency}",
                hint="Make a price list in this currency there; list prices are in "
                f"{local} and are not converted.",
            )


def answer(ask: PriceAsk, basis: Basis) -> PriceAnswer | PriceRefusal:
    """The answer to one line. Pure."""
    goods = goods_of(ask.product_ref)
    item = basis.items.get(goods.item_id)
    reason = _refusal(ask, goods, item)
    if reason or item is None:
        return PriceRefusal(our_ref=ask.our_ref, reason=reason)
    lines = [row for row in basis.lines if _applies(row, ask, goods, item, basis)]
    listed = list_price(item) if basis.question.currency == basis.local_currency else None
    best = _best(lines, listed)
    if best is None:
        name, currency = text_of(item["displayName"]), basis.question.currency
        return PriceRefusal(our_ref=ask.our_ref, reason=f"{name} has no price in {currency}.")
    price, rule = best
    below = amount_of((1 - price / listed) * 100) if listed and price < listed else Decimal(0)
    return PriceAnswer(
        our_ref=ask.our_ref,
        net_unit_price=price,
        list_price=listed,
        discount_percent=round(below, 5),
        currency=basis.question.currency,
        currency_rate=None,
        unit=text_of(item["baseUnitOfMeasureCode"]),
        cost=amount_of(item["unitCost"]) or None,
        cost_currency=basis.local_currency,
        cost_as_of=basis.priced_at,
        pricelist_ref=text_of(rule["priceListCode"]) if rule else "",
        pricelist_name=text_of(rule["priceListDescription"]) if rule else "List price",
        rule_ref=id_of(rule["id"]) if rule else "",
        rule_version=text_of(rule["lastModifiedDateTime"]) if rule else "",
        is_binding=False,
        priced_at=basis.priced_at,
    )


def _refusal(ask: PriceAsk, goods: Goods, item: Row | None) -> str:
    if item is None:
        return f"Business Central has no item {ask.product_ref}."
    name = text_of(item["displayName"]) or text_of(item["number"])
    if item["blocked"]:
        return f"{name} is blocked in Business Central."
    variants = {id_of(row["id"]) for row in item.get("itemVariants") or ()}
    if goods.variant_id and goods.variant_id not in variants:
        return f"{name} has no such variant any more."
    if not ask.quantity.is_finite() or ask.quantity <= 0:
        return f"{name}: how many?"
    return ""


def _source(row: Row) -> tuple[str, str]:
    kind = choice_of(row["sourceType"])
    return kind, "" if kind == "All Customers" else text_of(row["sourceNumber"])


def _applies(row: Row, ask: PriceAsk, goods: Goods, item: Row, basis: Basis) -> bool:
    unit = text_of(row["unitOfMeasureCode"])
    currency = text_of(row["currencyCode"]).upper() or basis.local_currency
    return (
        id_of(row["itemId"]) == goods.item_id
        and id_of(row["variantId"]) in {"", goods.variant_id}
        and unit in {"", text_of(item["baseUnitOfMeasureCode"])}
        and currency == basis.question.currency
        and amount_of(row["minimumQuantity"]) <= ask.quantity
        and is_valid_on(row, basis.question.asked_on)
        and not row["priceIncludesTax"]
    )


def _best(lines: Sequence[Row], listed: Decimal | None) -> tuple[Decimal, Row | None] | None:
    """The lowest price, less the highest discount where the price allows one."""
    priced = [row for row in lines if amount_of(row["unitPrice"])]
    cheapest = min(priced, key=lambda row: amount_of(row["unitPrice"]), default=None)
    price = amount_of(cheapest["unitPrice"]) if cheapest else listed
    if not price:
        return None
    takes_discount = cheapest is None or bool(cheapest["allowLineDiscount"])
    discounts = [row for row in lines if amount_of(row["lineDiscountPercent"])]
    if not takes_discount or not discounts:
        return price, cheapest
    highest = max(discounts, key=lambda row: amount_of(row["lineDiscountPercent"]))
    percent = amount_of(highest["lineDiscountPercent"])
    return amount_of(price * (100 - percent) / 100), cheapest or highest
