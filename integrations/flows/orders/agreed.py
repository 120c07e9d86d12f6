"""Orders whose content was agreed to elsewhere before they were placed, as with a quote.

Such an order goes to the ERP's customer that was agreed on and at the agreed sums, line by line,
or not at all. Whoever knows agreements registers `find`; here nobody knows what they are.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from integrations.errors import NeedsOperator
from integrations.flows.orders.overrides import Overrides
from integrations.flows.totals.currency import round_half_up
from integrations.models import Order
from integrations.records import StorefrontLine, StorefrontOrder

# What an order of a quote carries: the quote's key of "exactly once".
QUOTE_KEY = "erp_quote_ref"
DIFFERS, GIVEN_UP, TWICE = "quoted_order_differs", "quoted_given_up", "quoted_twice"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedLine:
    """One line in what both sides agreed to: `net` is rounded, for the whole line.

    `article` is the variant in the storefront, for free text its SKU; freight has none.
    """

    article: str
    quantity: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What was agreed, under what name. `customer_ref` is the customer in the ERP `erp` (the
    Connection's id); `order_ref` the storefront's order that it became, empty until it is known.
    """

    name: str
    currency: str
    gross_total: Decimal
    lines: tuple[AgreedLine, ...]
    erp: int | None
    customer_ref: str
    order_ref: str
    is_given_up: bool


Find = Callable[[str, str], Agreement | None]
_finders: list[Find] = []


def register(find: Find) -> None:
    """`find` gets the storefront's order and what stands under QUOTE_KEY. Safe to repeat."""
    if find not in _finders:
        _finders.append(find)


def as_agreed(order: Order, seen: StorefrontOrder, overrides: Overrides) -> Overrides:
    """The overrides with the agreed customer, for an order that is to be sent.

    Raises NeedsOperator, with both sums, for one that is not what was agreed, whose agreement
    was given up or became another order. A total that two people agreed on for this very order
    stands above the quote's.
    """
    agreement = _agreement_of(seen)
    if agreement is None:
        return overrides
    _refuse_other_order(seen, agreement)
    wrong = difference(agreement, seen.lines, seen.currency)
    if wrong and overrides.agreed_total is None:
        raise NeedsOperator(
            f"Order {seen.display_id} is not what was accepted with {agreement.name}: {wrong}",
            reason=DIFFERS,
            cause=f"{DIFFERS}:{seen.order_id}",
            hint="Bring the order in the storefront back to what was accepted and requeue, edit "
            "this job to agree on a total, or cancel the order there and make a new offer.",
            ids={"order": seen.order_id},
        )
    return _for_customer(order, agreement, overrides)


def for_whom(order: Order, seen: StorefrontOrder, overrides: Overrides) -> Overrides:
    """The overrides with the agreed customer, for an order that the ERP has already."""
    agreement = _agreement_of(seen)
    return overrides if agreement is None else _for_customer(order, agreement, overrides)


def difference(agreement: Agreement, lines: Iterable[StorefrontLine], currency: str) -> str:
    """What the lines are that was not agreed, in one sentence with both sums; empty for none."""
    held = list(lines)
    gross = round_half_up(sum((line.gross_total for line in held), Decimal(0)), currency)
    sums = f"it comes to {gross} {currency}, and {agreement.gross_total} {agreement.currency} was "
    if (gross, currency) != (agreement.gross_total, agreement.currency):
        return f"{sums}accepted."
    here = Counter(_line_of(line, currency) for line in held)
    there = Counter(agreement.lines)
    changed = [_told(line, currency) for line in (here - there)]
    missing = [_told(line, currency) for line in (there - here)]
    if not (changed or missing):
        return ""
    return f"{sums}accepted, but it has {_or_none(changed)} instead of {_or_none(missing)}."


def _agreement_of(seen: StorefrontOrder) -> Agreement | None:
    ref = str(seen.metadata.get(QUOTE_KEY) or "")
    found = (find(seen.order_id, ref) for find in _finders)
    return next((one for one in found if one is not None), None)


def _refuse_other_order(seen: StorefrontOrder, agreement: Agreement) -> None:
    if agreement.is_given_up:
        raise NeedsOperator(
            f"The order of {agreement.name} was given up, but the storefront has it placed as "
            f"{seen.display_id}.",
            reason=GIVEN_UP,
            cause=f"{GIVEN_UP}:{seen.order_id}",
            hint="Cancel the order in the storefront.",
            ids={"order": seen.order_id},
        )
    if agreement.order_ref not in ("", seen.order_id):
        raise NeedsOperator(
            f"{agreement.name} became order {agreement.order_ref} already, and order "
            f"{seen.display_id} names it, too.",
            reason=TWICE,
            cause=f"{TWICE}:{seen.order_id}",
            hint="Cancel the one in the storefront that is too many.",
            ids={"order": seen.order_id},
        )


def _for_customer(order: Order, agreement: Agreement, overrides: Overrides) -> Overrides:
    """A customer that a person named for this order stands above the agreed one."""
    if overrides.customer_ref or agreement.erp != order.erp_id:
        return overrides
    return replace(overrides, customer_ref=agreement.customer_ref)


def _line_of(line: StorefrontLine, currency: str) -> AgreedLine:
    is_item = line.kind == "item"
    return AgreedLine(
        article=(line.variant_id or line.sku) if is_item else "",
        quantity=line.quantity,
        net=round_half_up(line.net_subtotal - line.net_discount, currency),
    )


def _told(line: AgreedLine, currency: str) -> str:
    what = line.article or "freight"
    return f"{line.quantity.normalize():f} × {what} at {line.net} {currency} net"


def _or_none(told: list[str]) -> str:
    return " and ".join(sorted(told)) or "nothing"
