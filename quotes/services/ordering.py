"""From an acceptance to one order.

draft      the draft order in the storefront, at the quoted prices; looked up first
check      the draft's total is the accepted one
convert    the draft becomes an order                                         (pivot)
push       the order goes to the ERP through the one door, `ensure_push`

The storefront's plugin keeps which draft belongs to which quote under a unique constraint, so
that each step may be repeated. The event of the conversion finds the push on its way. An order
that is given up before the pivot leaves no draft behind.
"""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from integrations.engine import beat, verbs
from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import JobMove, JobState, StepState, SyncJob
from integrations.engine.start import start_job
from integrations.errors import NeedsOperator, Rejected
from integrations.flows.orders.doors import QUOTE, ensure_push
from integrations.flows.totals.currency import round_half_up
from integrations.gateways import open_storefront
from integrations.models import Connection, Order, User
from integrations.records import PlacedQuote
from quotes.actors import SYSTEM, Actor, staff
from quotes.errors import Incomplete
from quotes.mails import sending
from quotes.models import Acceptance, Version
from quotes.services.counterparts import trading_flow
from quotes.services.ending import locked
from quotes.services.quoted_order import order_of, ref_of
from quotes.states import VersionState, Who

logger = logging.getLogger(__name__)

PLACE_ORDER = "place_quote_order"
NOTE_EVERY_S = 2.0
Output = Mapping[str, Any]


def start(acceptance: Acceptance) -> SyncJob:
    """Starts the placing of the order, in the transaction of the acceptance."""
    shop = trading_flow().source
    return start_job(
        PLACE_ORDER,
        key=f"quote:{acceptance.quote_id}",
        payload={"acceptance": acceptance.pk, "storefront": shop.pk},
        resources={"storefront": shop.resource_id},
        actor=acceptance.buyer.email,
        dedupe_key=f"place:{acceptance.quote_id}",
    )


# ---------------------------------------------------------------- the job


def draft(ctx: StepContext) -> Output:
    """The draft order of the quote, once."""
    acceptance, connection = _acceptance(ctx), _shop(ctx)
    with open_storefront(connection, actor=ctx.actor) as shop:
        ctx.checkpoint()
        return _output(shop.draft_quoted(order_of(acceptance, connection)))


def find_draft(ctx: StepContext) -> Output | None:
    acceptance = _acceptance(ctx)
    with open_storefront(_shop(ctx), actor=ctx.actor) as shop:
        placed = shop.find_quoted(ref_of(acceptance))
    return None if placed is None else _output(placed)


def drop_draft(ctx: StepContext) -> None:
    """Undoes `draft`. What became an order by another hand needs a person."""
    acceptance = _acceptance(ctx)
    try:
        with open_storefront(_shop(ctx), actor=ctx.actor) as shop:
            shop.discard_quoted(ref_of(acceptance))
    except Rejected as exc:
        raise NeedsOperator(
            f"The order of {acceptance.quote} was given up, but the storefront has it placed.",
            reason="given_up_but_placed",
            cause=f"given_up_but_placed:{acceptance.quote_id}",
            hint="Cancel the order in the storefront, then requeue this job.",
            ids=exc.ids,
        ) from exc


def check(ctx: StepContext) -> Output:
    """The draft's total, as people write it, is the accepted one before it becomes an order.

    A draft that differs is made anew: the storefront's tax rates may have been mended since.
    Repeatable.
    """
    acceptance, connection = _acceptance(ctx), _shop(ctx)
    order, version = order_of(acceptance, connection), acceptance.version
    with open_storefront(connection, actor=ctx.actor) as shop:
        placed = shop.draft_quoted(order)
        if not _fits(placed, version):
            shop.discard_quoted(order.quote_ref)
            placed = shop.draft_quoted(order)
    if not _fits(placed, version):
        gross = round_half_up(placed.gross_total, placed.currency)
        raise NeedsOperator(
            f"The storefront comes to {gross} {placed.currency} where {version.gross_total} was "
            "accepted, so the draft was not made an order.",
            reason="quoted_total_differs",
            cause=f"quoted_total_differs:{version.quote_id}",
            hint="Compare the tax rates of the quote with those of the storefront's region.",
        )
    return _output(placed)


def convert(ctx: StepContext) -> Output:
    """The draft becomes the order; that of a quote that was given up never does."""
    acceptance = _acceptance(ctx)
    if _is_given_up(acceptance.version):
        raise Rejected("The order was given up.")
    with open_storefront(_shop(ctx), actor=ctx.actor) as shop:
        ctx.checkpoint()
        placed = shop.convert_quoted(ref_of(acceptance))
    return _output(placed)


def find_converted(ctx: StepContext) -> Output | None:
    acceptance = _acceptance(ctx)
    with open_storefront(_shop(ctx), actor=ctx.actor) as shop:
        placed = shop.find_quoted(ref_of(acceptance))
    return None if placed is None or placed.is_draft else _output(placed)


def push(ctx: StepContext) -> Output:
    """Writes the order onto the acceptance, gives it to the account and sees to its push."""
    placed = ctx.outputs["convert"]
    Acceptance.objects.filter(pk=ctx.payload["acceptance"]).update(
        order_ref=placed["order"], order_number=placed["number"]
    )
    order = ensure_push(
        storefront=_shop(ctx), order_ref=placed["order"], origin=QUOTE, actor=ctx.actor
    )
    if order:
        _give_to_account(_acceptance(ctx))
    return {"order": order.pk if order else None}


def settle_s(ctx: StepContext) -> float:
    with open_storefront(_shop(ctx), actor=ctx.actor) as shop:
        seconds: float = shop.settle_s
    return seconds


def _fits(placed: PlacedQuote, version: Version) -> bool:
    total = round_half_up(placed.gross_total, placed.currency)
    return not placed.is_draft or total == version.gross_total


def _output(placed: PlacedQuote) -> Output:
    return {"order": placed.order_id, "number": placed.display_id, "gross": str(placed.gross_total)}


def _acceptance(ctx: StepContext) -> Acceptance:
    rows = Acceptance.objects.select_related("version", "quote", "buyer")
    return rows.get(pk=ctx.payload["acceptance"])


def _is_given_up(version: Version) -> bool:
    return version.state == VersionState.WITHDRAWN


def _shop(ctx: StepContext) -> Connection:
    return Connection.objects.get(pk=ctx.payload["storefront"])


# ---------------------------------------------------------------- what became of it


def note_move(job: SyncJob, made: JobMove) -> None:
    """Hook: a job that needs a person fails the order of its quote; one that goes on does not."""
    version = Acceptance.objects.select_related("version").get(pk=job.payload["acceptance"]).version
    is_stopped = made.to_state in (JobState.PARKED, JobState.CANCELLED, JobState.COMPENSATED)
    if is_stopped and version.state == VersionState.ACCEPTED:
        version.move("fail_order", SYSTEM, reason=job.error_text or made.reason)
        sending.start("sales_order_failed", version)
    goes_on = made.to_state in (JobState.QUEUED, JobState.RUNNING) and not job.requested
    if goes_on and version.state == VersionState.ORDER_FAILED:
        operator = Actor(who=Who.OPERATOR, name=job.last_actor or made.actor)
        version.move("retry_order", operator, reason=made.reason)


def note_ordered(at_most: int = 100) -> int:
    """Moves accepted versions whose order is in the ERP on to ordered, with its number.

    Each order is given to the account that accepted, also one that came in by its event alone.
    """
    placed = Acceptance.objects.exclude(order_ref="").filter(version__state=VersionState.ACCEPTED)
    rows = list(placed.select_related("version", "quote")[:at_most])
    orders = Order.objects.filter(storefront_ref__in=[row.order_ref for row in rows])
    numbers = {order.storefront_ref: order.erp_number for order in orders if order.is_in_erp}
    ownerless = {order.storefront_ref for order in orders if order.account_id is None}
    for row in rows:
        if row.order_ref in ownerless:
            _give_to_account(row)
        if row.order_ref in numbers:
            _note_ordered(row, numbers[row.order_ref])
    return len(numbers)


def _give_to_account(acceptance: Acceptance) -> None:
    orders = Order.objects.filter(storefront_ref=acceptance.order_ref, account=None)
    orders.update(account=acceptance.quote.account_id)


@transaction.atomic
def _note_ordered(acceptance: Acceptance, erp_number: str) -> None:
    _, version = locked(acceptance.version)
    if version.state != VersionState.ACCEPTED:
        return
    version.move("order", SYSTEM, reason=f"in the ERP as {erp_number}")
    Acceptance.objects.filter(pk=acceptance.pk).update(erp_number=erp_number)


@transaction.atomic
def retry_order(acceptance: Acceptance, *, user: User, reason: str) -> SyncJob:
    """Has the order placed again after its cause is gone; what exists already is found."""
    return verbs.requeue(_job_of(acceptance), actor=str(user), reason=reason)


@transaction.atomic
def give_up_order(acceptance: Acceptance, *, user: User, reason: str) -> Version:
    """Withdraws an accepted quote whose order cannot be placed. Not once there may be an order.

    The job that places it ends, and with it the draft in the storefront.
    """
    # Before the version, as its worker does; from here on no step of it begins.
    job = SyncJob.objects.select_for_update().get(pk=_job_of(acceptance).pk)
    _, version = locked(acceptance.version)
    if job.steps.filter(name="convert").exclude(state=StepState.OPEN).exists():
        raise Incomplete(
            "The storefront may have the order already: place it again, which finds it, and "
            "cancel it there."
        )
    version.move("give_up_order", staff(user, Who.OPERATOR), reason=reason)
    if job.is_open:
        verbs.cancel(job, actor=str(user), reason=reason)
    sending.start("given_up", version)
    return version


def goes_back(job: SyncJob, refused: str) -> bool:
    """Hook: only an order that a person gave up is taken back; a refusal waits for one."""
    if not refused:
        return True
    version = Acceptance.objects.select_related("version").get(pk=job.payload["acceptance"]).version
    return _is_given_up(version)


def _job_of(acceptance: Acceptance) -> SyncJob:
    jobs = SyncJob.objects.filter(kind=PLACE_ORDER, key=f"quote:{acceptance.quote_id}")
    return jobs.latest("id")


def register_all() -> None:
    """Makes the job known and has finished orders noted. Safe to repeat."""
    on = "storefront"
    register(
        JobKind(
            PLACE_ORDER,
            [
                StepSpec(
                    "draft", draft, on=on, find=find_draft, undo=drop_draft, settle_s=settle_s
                ),
                StepSpec("check", check, on=on),
                StepSpec(
                    "convert", convert, on=on, find=find_converted, settle_s=settle_s, pivot=True
                ),
                StepSpec("push", push, on=None),
            ],
            goes_back=goes_back,
            on_move=note_move,
        )
    )
    beat.register("quote_orders", NOTE_EVERY_S, note_ordered)
