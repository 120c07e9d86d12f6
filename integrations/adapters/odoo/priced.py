"""From Odoo's rows to the answer for one line of a price question. Pure.

The price is `price_unit` less `discount`: a setting of Odoo decides whether a rule's discount
is shown apart or taken off the price. It is kept as exact as Odoo charges it, since it may be
finer than a coin on purpose (0.0035 for a screw), without the noise of its floats. What was
converted from another currency has more digits than anyone meant: it is rounded to the coin,
unless a coin is more than a hundredth of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from integrations.adapters.odoo.wire import amount_of, id_of, name_of, number_of, text_of, time_of
from integrations.records import PriceAnswer, PriceAsk, PriceRefusal

Row = Mapping[str, Any]

_COINS_WORTH_ROUNDING = 100
_RATE = Decimal("1E-10")
_HALF_A_COIN = Decimal("0.51")  # and a little for the noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Whom and how a cart is priced. `is_own`: by the pricelist the customer has in Odoo."""

    partner_id: int
    pricelist: Row
    is_own: bool

    @property
    def currency_id(self) -> int:
        return id_of(self.pricelist["currency_id"]) or 0

    @property
    def currency(self) -> str:
        return name_of(self.pricelist["currency_id"]).upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What all lines share: rows by id. `costs` is empty where they are not ours to see."""

    header: Header
    products: Mapping[int, Row]
    costs: Mapping[int, Row]
    rules: Mapping[int, Row]
    currencies: Mapping[int, Row]
    priced_at: datetime


def refusal(ask: PriceAsk, product: Row | None) -> str:
    """Why this line is not worth asking for, or an empty text."""
    if product is None:
        return f"There is no product {ask.product_ref or '(none)'} in Odoo."
    name = told(product)
    if not product["active"]:
        return f"{name} is archived in Odoo."
    if not product["sale_ok"] or product["type"] == "combo":
        return f"{name} is not for sale by itself in Odoo."
    if not ask.quantity.is_finite() or ask.quantity <= 0:
        return f"{name}: a price needs a quantity above zero."
    return ""


def to_answer(ask: PriceAsk, line: Row, basis: Basis) -> PriceAnswer | PriceRefusal:
    """`line` is Odoo's computed order line."""
    product = basis.products[int(ask.product_ref)]
    rate = _rate(product, basis)
    rule = basis.rules.get(line["pricelist_item_id"] or 0)
    is_fixed = rule is not None and rule["compute_price"] == "fixed"
    exact = amount_of(effective_price(line))
    net = exact if is_fixed or rate is None else to_coin(exact, _digits(basis))
    if _carries_tax(line, _digits(basis)):
        return PriceRefusal(our_ref=ask.our_ref, reason=_TAX_INCLUDED.format(told(product)))
    if net <= 0:
        return PriceRefusal(our_ref=ask.our_ref, reason=_ZERO.format(told(product)))
    exact_list = _list_price(product, rate, basis)
    list_price = exact_list if rate is None else to_coin(exact_list, _digits(basis))
    pricelist = basis.header.pricelist
    cost, cost_currency = _cost(product, basis)
    return PriceAnswer(
        our_ref=ask.our_ref,
        net_unit_price=net,
        list_price=list_price or None,
        discount_percent=discount_below(exact_list, exact),
        currency=basis.header.currency,
        currency_rate=rate,
        unit=name_of(product["uom_id"]),
        cost=cost,
        cost_currency=cost_currency,
        cost_as_of=None if cost is None else time_of(product["write_date"]),
        pricelist_ref=str(pricelist["id"]),
        pricelist_name=text_of(pricelist["name"]),
        rule_ref=str(rule["id"]) if rule else "",
        rule_version=text_of(rule["write_date"]) if rule else "",
        is_binding=False,  # nothing is reserved: a rule may change a second later
        priced_at=basis.priced_at,
    )


def effective_price(line: Row) -> Decimal:
    return number_of(line["price_unit"]) * (1 - number_of(line["discount"]) / 100)


def to_coin(amount: Decimal, digits: int) -> Decimal:
    """Half away from zero; an amount of less than a hundred coins keeps its digits."""
    coin = Decimal(1).scaleb(-digits)
    if abs(amount) < coin * _COINS_WORTH_ROUNDING:
        return amount
    return amount.quantize(coin, rounding=ROUND_HALF_UP)


def discount_below(list_price: Decimal, net: Decimal) -> Decimal:
    """Two digits; 0 for a price at or above the list."""
    if net >= list_price:
        return Decimal(0)
    return ((1 - net / list_price) * 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def told(product: Row) -> str:
    code = text_of(product["default_code"])
    return f"{text_of(product['name'])} ({code})" if code else text_of(product["name"])


_ZERO = (
    "Odoo prices {} at zero or less. Give it a sales price, or a cost where a rule builds upon "
    "the cost."
)
_TAX_INCLUDED = (
    "The price of {} includes its tax in Odoo. The portal quotes net prices: give the product "
    "a tax that is not included."
)


def _carries_tax(line: Row, digits: int) -> bool:
    """The net sum of the line is not what its price comes to: a tax was inside."""
    expected = effective_price(line) * number_of(line["product_uom_qty"])
    off = abs(expected - number_of(line["price_subtotal"]))
    return off > Decimal(1).scaleb(-digits) * _HALF_A_COIN


def _digits(basis: Basis) -> int:
    return int(basis.currencies[basis.header.currency_id]["decimal_places"])


def _rate(product: Row, basis: Basis) -> Decimal | None:
    """None where nothing is converted, or Odoo knows no rate."""
    source = id_of(product["currency_id"]) or 0
    if source == basis.header.currency_id or source not in basis.currencies:
        return None
    ours = number_of(basis.currencies[basis.header.currency_id]["rate"])
    theirs = number_of(basis.currencies[source]["rate"])
    return (ours / theirs).quantize(_RATE).normalize() if ours and theirs else None


def _list_price(product: Row, rate: Decimal | None, basis: Basis) -> Decimal:
    """In the currency of the question; 0 where it cannot be told in that."""
    is_same = id_of(product["currency_id"]) == basis.header.currency_id
    if rate is None and not is_same:
        return Decimal(0)
    return amount_of(number_of(product["lst_price"]) * (rate or 1))


def _cost(product: Row, basis: Basis) -> tuple[Decimal | None, str]:
    """Odoo has no word for an unknown cost but zero."""
    row = basis.costs.get(product["id"])
    cost = amount_of(row["standard_price"]) if row else None
    if row is None or not cost:
        return None, ""
    return cost, name_of(row["cost_currency_id"]).upper()
