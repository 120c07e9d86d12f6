"""What people decided for one order, over what the storefront says of it.

Entered by editing a job (JobKind.editable), kept on the order, used by every plan of it from
then on: a push that starts anew and a later change must not fall back to what was wrong.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.engine.editable import EditableField, FieldType
from integrations.engine.models import SyncJob
from integrations.errors import NeedsOperator
from integrations.flows.orders import allowed, places
from integrations.flows.orders.working import erp_of, order_of
from integrations.flows.totals import round_half_up
from integrations.models import IdLink, Order
from integrations.records import StorefrontOrder

NAMES = (
    "po_number",
    "customer_ref",
    "payment_term_ref",
    "note",
    "agreed_total",
    "agreed_for",
    "addresses",
    "addresses_for",
    "let_pass",
    "let_pass_for",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """Empty where nobody decided anything. `agreed_for` is the storefront's total that
    `agreed_total` was agreed for: with another one it means nothing. `addresses` is one of
    `places.CHOICES`, `addresses_for` the digest of those that the storefront had then. `let_pass`
    lets an order pass that may not be placed, for the reasons of the digest `let_pass_for`."""

    po_number: str = ""
    customer_ref: str = ""
    payment_term_ref: str = ""
    note: str = ""
    agreed_total: Decimal | None = None
    agreed_for: Decimal | None = None
    addresses: str = ""
    addresses_for: str = ""
    let_pass: str = ""
    let_pass_for: str = ""


NONE = Overrides()


def overrides_of(order: Order) -> Overrides:
    kept = order.overrides
    return Overrides(
        po_number=kept.get("po_number", ""),
        customer_ref=kept.get("customer_ref", ""),
        payment_term_ref=kept.get("payment_term_ref", ""),
        note=kept.get("note", ""),
        agreed_total=_decimal(kept.get("agreed_total")),
        agreed_for=_decimal(kept.get("agreed_for")),
        addresses=kept.get("addresses", ""),
        addresses_for=kept.get("addresses_for", ""),
        let_pass=kept.get("let_pass", ""),
        let_pass_for=kept.get("let_pass_for", ""),
    )


def keep_on_order(job: SyncJob, writes: Mapping[str, Any]) -> None:
    """`on_edited` of order jobs: the order remembers what its next jobs must know, too."""
    order = Order.objects.select_for_update().get(pk=job.payload["order"])
    kept = {**order.overrides, **{name: writes[name] for name in NAMES if name in writes}}
    order.overrides = {name: value for name, value in kept.items() if value is not None}
    order.save(update_fields=["overrides"])


def refuse_outdated(seen: StorefrontOrder, overrides: Overrides) -> None:
    """An agreed total is for the order as it was when two people agreed to it."""
    if overrides.agreed_total is None:
        return
    total = round_half_up(seen.gross_total, seen.currency)
    if overrides.agreed_for != total:
        raise NeedsOperator(
            f"{overrides.agreed_total} {seen.currency} was agreed for order {seen.display_id} when "
            f"it came to {overrides.agreed_for}; it comes to {total} now.",
            reason="agreed_total_outdated",
            cause=f"agreed_total_outdated:{seen.order_id}",
            hint="Edit this job: empty the agreed total, or agree on a new one.",
            ids={"order": seen.order_id},
        )


# ---------------------------------------------------------------- checks of the form


def _is_known_customer(value: str, job: SyncJob) -> None:
    """Only a customer that some link names: a typo must not invoice a stranger."""
    erp = erp_of(order_of(job.payload))
    kinds = (IdLink.Kind.CUSTOMER, IdLink.Kind.ACCOUNT)
    if not IdLink.objects.filter(kind__in=kinds, target=erp, target_ref=value).exists():
        raise ValueError(
            f"No customer or account link leads to {value} in {erp.name}. Add the link first."
        )


def _is_amount_of(value: Decimal, job: SyncJob) -> None:
    order = order_of(job.payload)
    if order.gross_total is None or not order.currency:
        raise ValueError("The order has not been read yet, so nothing can be agreed for it.")
    if value < 0:
        raise ValueError("An order cannot come to less than nothing.")
    if value != round_half_up(value, order.currency):
        raise ValueError(f"{order.currency} has fewer digits.")


def _total_now(job: SyncJob) -> str:
    order = order_of(job.payload)
    return str(round_half_up(order.gross_total or Decimal(0), order.currency))


def _are_asked(value: str, job: SyncJob) -> None:
    if not _addresses_seen(job):
        raise ValueError("This order does not wait for its addresses.")


def _addresses_seen(job: SyncJob) -> str:
    """Those that the person read on the job's page."""
    kept = order_of(job.payload).overrides.get("addresses_for", "")
    return str(job.error_ids.get(places.SEEN) or kept)


def _is_not_allowed(value: str, job: SyncJob) -> None:
    if not _reasons_seen(job):
        raise ValueError("This order is not held for what its company may not have.")


def _reasons_seen(job: SyncJob) -> str:
    """Those that the person read on the job's page."""
    kept = order_of(job.payload).overrides.get("let_pass_for", "")
    return str(job.error_ids.get(allowed.SEEN) or kept)


def _kept(name: str) -> Callable[[SyncJob], Any]:
    """What the order holds under that name: an edit of an earlier job may have decided it."""
    return lambda job: order_of(job.payload).overrides.get(name)


def _decimal(text: Any) -> Decimal | None:
    return None if text in (None, "") else Decimal(text)


EDITABLE = (
    EditableField(
        "po_number",
        "PO number for the ERP",
        feeds="plan",
        max_length=100,
        now=_kept("po_number"),
        help="Instead of the buyer's number in the storefront.",
    ),
    EditableField(
        "customer_ref",
        "Customer in the ERP",
        feeds="plan",
        max_length=64,
        now=_kept("customer_ref"),
        check=_is_known_customer,
        help="Its id there, for this order alone. To change it for all orders, edit the link.",
    ),
    EditableField(
        "payment_term_ref",
        "Payment terms in the ERP",
        feeds="plan",
        is_money=True,
        max_length=64,
        now=_kept("payment_term_ref"),
        help="Their id there, for this order alone: instead of the terms of its quote, or of the "
        "customer's own.",
    ),
    EditableField(
        "note",
        "Note on the ERP's order",
        feeds="plan",
        max_length=500,
        now=_kept("note"),
        help="For whoever ships or invoices it.",
    ),
    EditableField(
        "agreed_total",
        "Agreed total (gross)",
        FieldType.DECIMAL,
        feeds="plan",
        is_money=True,
        now=_kept("agreed_total"),
        check=_is_amount_of,
        pins={"agreed_for": _total_now},
        help="What the ERP shall charge, where that differs from the storefront: agreed freight, "
        "a correction, a difference that rounding may not settle. It is sent as a line of its own "
        "without tax.",
    ),
    EditableField(
        "addresses",
        "Which addresses count",
        FieldType.CHOICE,
        feeds="plan",
        is_money=True,
        choices=lambda job: places.CHOICES,
        now=_kept("addresses"),
        check=_are_asked,
        pins={"addresses_for": _addresses_seen},
        help="For the order of a quote whose addresses in the storefront are not the signed ones. "
        "Those of the storefront count as they are now; the signed ones until this is emptied.",
    ),
    EditableField(
        "let_pass",
        "Though its company may not place it",
        FieldType.CHOICE,
        feeds="plan",
        choices=lambda job: allowed.CHOICES,
        now=_kept("let_pass"),
        check=_is_not_allowed,
        pins={"let_pass_for": _reasons_seen},
        help="For this order and the reasons that it is held for now: another one holds it again. "
        "The ERP may still refuse it.",
    ),
)

# Of an order that the ERP has: a change carries neither the buyer's number nor the note, and it is
# not judged whether its company may have it.
_BEFORE = ("po_number", "note", "let_pass")
EDITABLE_LATER = tuple(field for field in EDITABLE if field.name not in _BEFORE)
