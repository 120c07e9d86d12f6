"""Finds what events missed: orders by their time of change, and payments that are open.

Events are hints that can be lost; the sweep is why a lost one costs a delay and not an
order. It walks a time window with overlap, so an order may be seen twice and must not care.
A captured payment does not move an order's time of change, so open payments are asked
for by order.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import SyncJob
from integrations.flows.issues import note_move
from integrations.flows.orders.doors import ensure_push
from integrations.flows.orders.recheck import start_recheck
from integrations.flows.orders.working import WRITING
from integrations.flows.periodic import start_for_each
from integrations.gateways import open_storefront
from integrations.models import Flow, Order, Payment
from integrations.models.order import TERMINAL, OrderState
from integrations.records import OrderSighting, Window

logger = logging.getLogger(__name__)

BATCH = 100
PAYMENT_BATCHES = 5
OPEN_PAYMENT_DAYS = 120
LONGEST_PASS_S = 20.0


def start_sweeps(now: datetime) -> list[SyncJob]:
    """Asks for one sweep of every order flow that is on; called by the beat. Repeatable."""
    return start_for_each(Flow.Kind.ORDERS, "sweep_orders", word="sweep", now=now)


def sweep(ctx: StepContext) -> Mapping[str, Any]:
    """One pass over what changed since the last complete one, then some open payments.

    Bounded in time: the place in the window is kept after each page, and the next sweep goes
    on from there. Only a complete pass moves the time up to which the shop is known.
    """
    flow = Flow.objects.select_related("source", "target").get(pk=ctx.payload["flow"])
    counts = {"seen": 0, "unknown": 0, "changed": 0, "open_payments": 0}
    ends = time.monotonic() + LONGEST_PASS_S
    with open_storefront(flow.source) as storefront:
        _walk(flow, storefront, ctx, counts, ends)
        counts["unknown"] += _push_forgotten(flow)
        _ask_open_payments(flow, storefront, ctx, counts)
    if counts["unknown"] or counts["changed"] or counts["open_payments"]:
        logger.info("orders_swept flow=%s %s", flow.pk, counts)
    return counts


def _walk(
    flow: Flow, storefront: Any, ctx: StepContext, counts: dict[str, int], ends: float
) -> None:
    place = flow.cursor.get("place") or _new_place(flow, timezone.now())
    window = Window(
        start=datetime.fromisoformat(place["start"]), end=datetime.fromisoformat(place["end"])
    )
    while time.monotonic() < ends:
        page = storefront.order_page(window, place["page"])
        ctx.checkpoint()
        _take(flow, page.rows, counts)
        if page.next_cursor is None:
            _keep(flow, covered_until=window.end, place=None, swept_until=place["end"])
            return
        place = {**place, "page": page.next_cursor}
        _keep(flow, place=place)


def _new_place(flow: Flow, now: datetime) -> dict[str, Any]:
    swept = flow.cursor.get("swept_until")
    # A flow that has no start instant yet (shadow) begins today, not with the shop's first order.
    since = datetime.fromisoformat(swept) if swept else flow.live_from or now
    start = since - timedelta(seconds=settings.SWEEP_OVERLAP_S)
    return {"start": start.isoformat(), "end": now.isoformat(), "page": None}


def _keep(flow: Flow, *, covered_until: datetime | None = None, **entries: Any) -> None:
    """Saves entries of the cursor, unless the start instant was moved under this sweep."""
    flow.cursor = {**flow.cursor, **entries}
    stamp: dict[str, Any] = {"covered_until": covered_until} if covered_until else {}
    unmoved = Flow.objects.filter(pk=flow.pk, live_from=flow.live_from)
    unmoved.update(cursor=flow.cursor, **stamp)


@transaction.atomic
def _take(flow: Flow, rows: Sequence[OrderSighting], counts: dict[str, int]) -> None:
    refs = [row.order_id for row in rows]
    orders = Order.objects.filter(storefront=flow.source, storefront_ref__in=refs)
    known = {order.storefront_ref: order for order in orders.select_related("storefront", "erp")}
    for row in rows:
        if row.order_id not in known and _is_due(flow, row):
            ensure_push(
                storefront=flow.source, order_ref=row.order_id, origin="sweep", actor="sweep"
            )
            counts["unknown"] += 1
    counts["seen"] += len(rows)
    digests = {row.order_id: row.digest for row in rows}
    counts["changed"] += _recheck_changed(flow, digests, list(known.values()))


def _is_due(flow: Flow, row: OrderSighting) -> bool:
    """Orders from before the start instant are not even noted: a shop may have thousands."""
    return flow.live_from is None or row.placed_at >= flow.live_from


def _recheck_changed(flow: Flow, digests: dict[str, str], orders: list[Order]) -> int:
    """Starts a look at each order whose digest is not the one that was seen last."""
    changed = 0
    for order in orders:
        digest = digests.get(order.storefront_ref, order.seen_digest)
        if digest == order.seen_digest or order.state in TERMINAL:
            continue
        if order.is_in_erp and flow.mode not in WRITING:
            continue  # found again once the flow writes
        with transaction.atomic():
            start_recheck(order, actor="sweep")
            Order.objects.filter(pk=order.pk).update(seen_digest=digest)
        changed += 1
    return changed


def _push_forgotten(flow: Flow) -> int:
    """Orders that nobody is sending although they are due: from before the flow went live."""
    if not flow.is_live:
        return 0
    waiting = Order.objects.filter(
        storefront=flow.source, state=OrderState.RECEIVED, placed_at__gte=flow.live_from
    ).order_by("pk")[:BATCH]
    for order in waiting:
        ensure_push(
            storefront=flow.source, order_ref=order.storefront_ref, origin="sweep", actor="sweep"
        )
    return len(waiting)


def _ask_open_payments(
    flow: Flow, storefront: Any, ctx: StepContext, counts: dict[str, int]
) -> None:
    """Some of the orders that are not fully paid, a few batches per sweep, then from the start."""
    after = int(flow.cursor.get("payments_after") or 0)
    open_ = _open_payments(flow, timezone.now())
    for _ in range(PAYMENT_BATCHES):
        batch = list(open_.filter(pk__gt=after).order_by("pk")[:BATCH])
        if batch:
            digests = storefront.order_digests([order.storefront_ref for order in batch])
            ctx.checkpoint()
            counts["open_payments"] += _recheck_changed(flow, dict(digests), batch)
        after = batch[-1].pk if len(batch) == BATCH else 0
        _keep(flow, payments_after=after)
        if not after:
            return


def _open_payments(flow: Flow, now: datetime) -> QuerySet[Order]:
    """Orders in the ERP that are not fully paid in the storefront."""
    paid = Payment.objects.filter(order=OuterRef("pk"), captured_amount__gte=F("amount"))
    return (
        Order.objects.filter(
            ~Exists(paid),
            storefront=flow.source,
            received_at__gte=now - timedelta(days=OPEN_PAYMENT_DAYS),
        )
        .exclude(state__in=TERMINAL)
        .exclude(erp_ref="")
        .select_related("storefront", "erp")
    )


SWEEP_ORDERS = register(
    JobKind(
        "sweep_orders",
        [StepSpec("sweep", sweep, on="storefront")],
        lane="batch",
        coalesce=True,
        on_move=note_move,
    )
)
