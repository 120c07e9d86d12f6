"""Orders whose content was agreed to elsewhere before they were placed, as with a quote.

Such an order goes to the ERP's customer that was agreed on, at the agreed sums, line by line, with
the agreed terms, to the agreed addresses, or not at all. Whoever keeps agreements registers `find`,
which tells of them from records of its own (`quotes/apps.py`). The metadata of the storefront's
order is no source: a buyer writes what they like into that of their cart, and it becomes the
order's.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from integrations.errors import NeedsOperator
from integrations.flows.orders.overrides import Overrides
from integrations.flows.orders.places import refuse_elsewhere
from integrations.flows.totals.currency import round_half_up
from integrations.models import Connection
from integrations.records import Address, StorefrontLine, StorefrontOrder

# What an order of a quote carries: the quote's key of "exactly once".
QUOTE_KEY = "erp_quote_ref"
Configuration = tuple[tuple[str, str], ...]
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
    """What was agreed; `name` is for people, like "Q-000012 rev 1".

    `customer_ref` is the customer in the ERP `erp` (the Connection's id); `order_ref` the
    storefront's order that it becomes, empty as long as none was made. `payment_term_ref` is the
    ERP's id; empty with a name: terms that the ERP has no row for, in words only. `is_term_known`
    false: the ERP that gets the order does not have these terms. An address of None was not
    agreed on. `configurations` go by `StorefrontLine.agreed_line`.
    """

    name: str
    currency: str
    gross_total: Decimal
    lines: tuple[AgreedLine, ...]
    erp: int | None
    customer_ref: str
    order_ref: str
    is_given_up: bool
    po_number: str = ""
    payment_term_ref: str = ""
    payment_term_name: str = ""
    is_term_known: bool = True
    ship_to: Address | None = None
    bill_to: Address | None = None
    configurations: Mapping[str, Configuration] = field(default_factory=dict)


# (order, the ERP that gets it). Repeatable, without calls to a remote; what it raises stops the
# order, for without its terms it must not be sent.
Find = Callable[[StorefrontOrder, Connection], Agreement | None]
_finders: list[Find] = []


def register(find: Find) -> None:
    """Has `find` asked for each order that is planned. Safe to repeat."""
    if find not in _finders:
        _finders.append(find)


def agreement_of(seen: StorefrontOrder, erp: Connection) -> Agreement | None:
    """The agreement that this order is of, or says to be of; None for one simply placed."""
    found = (find(seen, erp) for find in _finders)
    return next((one for one in found if one is not None), None)


def own_agreement_of(seen: StorefrontOrder, erp: Connection) -> Agreement | None:
    """As `agreement_of`, of an order that is known to be the agreement's."""
    found = agreement_of(seen, erp)
    return found if found is not None and found.order_ref == seen.order_id else None


def as_agreed(seen: StorefrontOrder, erp: Connection, overrides: Overrides) -> Overrides:
    """The overrides with the agreed customer, for an order that is to be sent.

    Raises NeedsOperator, with both sums or addresses, for one that is not what was agreed, whose
    agreement was given up or became another order. What people decided for this very order, a
    total or its addresses, stands above the quote's.
    """
    agreement = agreement_of(seen, erp)
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
    refuse_elsewhere(seen, agreement, overrides)
    return _for_customer(erp, agreement, overrides)


def for_whom(seen: StorefrontOrder, erp: Connection, overrides: Overrides) -> Overrides:
    """The overrides with the agreed customer, for an order that the ERP has already.

    Its lines may change, as the flow allows; raises NeedsOperator for other addresses than agreed.
    """
    agreement = own_agreement_of(seen, erp)
    if agreement is None:
        return overrides
    refuse_elsewhere(seen, agreement, overrides)
    return _for_customer(erp, agreement, overrides)


def term_ref_of(
    agreement: Agreement | None, seen: StorefrontOrder, erp: Connection, chosen: str = ""
) -> str:
    """The ERP's id of the order's terms; empty: its customer's own.

    `chosen` is what people decided for this order instead. Raises NeedsOperator for terms that
    the ERP does not have.
    """
    if agreement is None or chosen or agreement.is_term_known:
        return chosen or (agreement.payment_term_ref if agreement else "")
    name = agreement.payment_term_name or agreement.payment_term_ref
    raise NeedsOperator(
        f"{agreement.name} was accepted with the payment terms “{name}”, which {erp.name} does "
        "not have.",
        reason="terms_unknown",
        cause=f"terms:{erp.pk}:{agreement.payment_term_ref or name}",
        hint=f"Add these terms in {erp.name}, refresh the payment terms there and requeue; or "
        "edit this job and name the id of the terms that shall count.",
        ids={"order": seen.order_id},
    )


def note_of(agreement: Agreement | None, term_ref: str) -> str:
    """Terms that the ERP has no field value for, for whoever invoices there."""
    if agreement is None or term_ref or not agreement.payment_term_name:
        return ""
    return f"Payment terms agreed: {agreement.payment_term_name}"


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
    if agreement.order_ref != seen.order_id:
        ours = f"became order {agreement.order_ref}" if agreement.order_ref else "has no order yet"
        raise NeedsOperator(
            f"{agreement.name} {ours}, and order {seen.display_id} names it, too.",
            reason=TWICE,
            cause=f"{TWICE}:{seen.order_id}",
            hint="Cancel the one in the storefront that is too many.",
            ids={"order": seen.order_id},
        )


def _for_customer(erp: Connection, agreement: Agreement, overrides: Overrides) -> Overrides:
    """A customer that a person named for this order stands above the agreed one."""
    if overrides.customer_ref or agreement.erp != erp.pk:
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
