"""From an acceptance to one order.

draft      the draft order in the storefront, at the quoted prices; looked up first
check      the draft is what was accepted, line by line
convert    the draft becomes an order, unless somebody edited it since        (pivot)
push       the order goes to the ERP through the one door, `ensure_push`

The storefront's plugin keeps which draft belongs to which acceptance under a unique constraint,
so that each step may be repeated. The event of the conversion finds the push on its way. An order
that is given up before the pivot leaves no draft behind, and its quote can be offered anew.
"""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from integrations.engine import beat, clock, verbs
from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import JobMove, JobState, StepState, SyncJob
from integrations.engine.start import start_job
from integrations.errors import NeedsOperator, Rejected
from integrations.flows.orders import agreed, places
from integrations.flows.orders.agreed import difference
from integrations.flows.orders.doors import QUOTE, ensure_push
from integrations.gateways import open_storefront
from integrations.models import Connection, Order, User
from integrations.models.order import OrderState
from integrations.records import PlacedQuote
from quotes.actors import SYSTEM, Actor, staff
from quotes.errors import Incomplete
from quotes.mails import sending
from quotes.models import Acceptance, Rfq, Version
from quotes.services.agreed import agreement_of
from quotes.services.counterparts import trading_flow
from quotes.services.ending import locked
from quotes.services.quoted_order import PLACE_ORDER, order_of, ref_of
from quotes.states import RfqState, VersionState, Who

logger = logging.getLogger(__name__)

NOTE_EVERY_S = 2.0
NOT_AS_AGREED = (agreed.DIFFERS, agreed.TWICE, places.DIFFER)
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
        dedupe_key=f"place:{acceptance.pk}",
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
    """Undoes `draft`. What became an order by another hand needs a person, unless cancelled."""
    acceptance = _acceptance(ctx)
    try:
        with open_storefront(_shop(ctx), actor=ctx.actor) as shop:
            placed = shop.find_quoted(ref_of(acceptance))
            if placed is None or not placed.is_canceled:
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
    """The draft is what was accepted, as people write it, before it becomes an order.

    A draft that differs is made anew: somebody edited it, or the storefront's tax rates were
    mended since. Repeatable.
    """
    acceptance, connection = _acceptance(ctx), _shop(ctx)
    order = order_of(acceptance, connection)
    with open_storefront(connection, actor=ctx.actor) as shop:
        placed = shop.draft_quoted(order)
        if _wrong(placed, acceptance):
            shop.discard_quoted(order.quote_ref)
            placed = shop.draft_quoted(order)
    _refuse_wrong(placed, acceptance)
    return _output(placed)


def convert(ctx: StepContext) -> Output:
    """The draft becomes the order; that of a quote that was given up never does.

    What was edited after `check` is refused; between this look and the conversion the storefront
    refuses it itself.
    """
    acceptance = _acceptance(ctx)
    if _is_given_up(acceptance.version):
        raise Rejected("The order was given up.")
    connection = _shop(ctx)
    with open_storefront(connection, actor=ctx.actor) as shop:
        draft = shop.draft_quoted(order_of(acceptance, connection))
        _refuse_wrong(draft, acceptance)
        ctx.checkpoint()
        placed = shop.convert_quoted(ref_of(acceptance), digest=draft.digest)
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


def _wrong(placed: PlacedQuote, acceptance: Acceptance) -> str:
    """What a draft is that was not accepted. An order is compared when it is sent."""
    if not placed.is_draft:
        return ""
    agreement = agreement_of(acceptance, trading_flow().target)
    return difference(agreement, placed.lines, placed.currency)


def _refuse_wrong(placed: PlacedQuote, acceptance: Acceptance) -> None:
    if wrong := _wrong(placed, acceptance):
        raise NeedsOperator(
            f"The storefront's draft is not what was accepted with {acceptance.version}: {wrong} "
            "It was not made an order.",
            reason="quoted_total_differs",
            cause=f"quoted_total_differs:{acceptance.quote_id}",
            hint="Delete the draft in the storefront and retry the order, which makes it anew. If "
            "it differs again, compare the tax rates of the quote with those of the storefront's "
            "region.",
        )


def _output(placed: PlacedQuote) -> Output:
    return {"order": placed.order_id, "number": placed.display_id, "gross": str(placed.gross_total)}


def _acceptance(ctx: StepContext) -> Acceptance:
    rows = Acceptance.objects.select_related("version", "quote", "buyer", "orderer")
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
    """Has versions follow their orders: ordered once it is in the ERP, failed while it is held
    for not being what was accepted.

    Each order is given to the account that accepted, also one that came in by its event alone.
    """
    states = [VersionState.ACCEPTED, VersionState.ORDER_FAILED]
    placed = Acceptance.objects.exclude(order_ref="").filter(version__state__in=states)
    rows = list(placed.select_related("version", "quote")[:at_most])
    orders = Order.objects.filter(storefront_ref__in=[row.order_ref for row in rows])
    by_ref = {order.storefront_ref: order for order in orders}
    for row in rows:
        order = by_ref.get(row.order_ref)
        if order is not None:
            _follow(row, order)
    return sum(order.is_in_erp for order in by_ref.values())


def _follow(acceptance: Acceptance, order: Order) -> None:
    state = acceptance.version.state
    if order.account_id is None:
        _give_to_account(acceptance)
    if state == VersionState.ACCEPTED and order.held_reason in NOT_AS_AGREED:
        _note_held(acceptance, order)
    elif state == VersionState.ORDER_FAILED and _goes_on(acceptance, order):
        acceptance.version.move("retry_order", SYSTEM, reason=f"{order} goes on")
    if order.is_in_erp:
        _note_ordered(acceptance, order.erp_number)


def _goes_on(acceptance: Acceptance, order: Order) -> bool:
    """Whether its job has done its work and nothing holds the order any more."""
    is_on_its_way = order.is_in_erp or order.state in (OrderState.RECEIVED, OrderState.PUSHING)
    return is_on_its_way and _job_of(acceptance).state == JobState.DONE


@transaction.atomic
def _note_held(acceptance: Acceptance, order: Order) -> None:
    """Tells sales, who have to talk to the buyer."""
    _, version = locked(acceptance.version)
    if version.state == VersionState.ACCEPTED:
        version.move("fail_order", SYSTEM, reason=order.held_message)
        sending.start("sales_order_failed", version)


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
    """Withdraws an accepted quote whose order cannot be placed. Not while there may be an order.

    The job that places it ends, and with it the draft in the storefront. The quote can be
    offered anew; what is accepted then waits until nothing is left of this order.
    """
    # Before the version, as its worker does; from here on no step of it begins.
    job = SyncJob.objects.select_for_update().get(pk=_job_of(acceptance).pk)
    quote, version = locked(acceptance.version)
    _refuse_placed(job, acceptance)
    operator = staff(user, Who.OPERATOR)
    version.move("give_up_order", operator, reason=reason)
    Acceptance.objects.filter(pk=acceptance.pk).update(given_up_at=clock.now())
    if quote.rfq_id is not None:
        rfq = Rfq.objects.select_for_update().get(pk=quote.rfq_id)
        if rfq.state == RfqState.WON:
            rfq.move("lose_order", operator, reason=f"the order of {version} was given up")
    if job.is_open:
        verbs.cancel(job, actor=str(user), reason=reason)
    sending.start("given_up", version)
    return version


def _refuse_placed(job: SyncJob, acceptance: Acceptance) -> None:
    """An order that may be there is not given up, but one that was cancelled is."""
    if not job.steps.filter(name="convert").exclude(state=StepState.OPEN).exists():
        return
    orders = Order.objects.filter(storefront_ref=acceptance.order_ref)
    ended = orders.filter(state=OrderState.CANCELLED).exists()
    if job.is_open or not (acceptance.order_ref and ended):
        raise Incomplete(
            "The storefront may have the order already: place it again, which finds it, and "
            "cancel it there."
        )


def goes_back(job: SyncJob, refused: str) -> bool:
    """Hook: only an order that a person gave up is taken back; a refusal waits for one."""
    if not refused:
        return True
    version = Acceptance.objects.select_related("version").get(pk=job.payload["acceptance"]).version
    return _is_given_up(version)


def _job_of(acceptance: Acceptance) -> SyncJob:
    jobs = SyncJob.objects.filter(kind=PLACE_ORDER, key=f"quote:{acceptance.quote_id}")
    return jobs.filter(payload__acceptance=acceptance.pk).latest("id")


def register_all() -> None:
    """Makes the job known and has orders followed. Safe to repeat."""
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
