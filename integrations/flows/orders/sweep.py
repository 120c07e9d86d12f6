"""Finds what events missed: orders by their time of change, and payments that are open.

Events are hints that can be lost; the sweep is why a lost one costs a delay and not an
order. It walks a time window with overlap, so an order may be seen twice and must not care.
A captured payment does not move an order's time of change, so open payments are asked
for by order.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import SyncJob
from integrations.engine.start import start_job
from integrations.flows.issues import note_move
from integrations.flows.orders.doors import ensure_push
from integrations.flows.orders.recheck import start_recheck
from integrations.gateways import open_storefront
from integrations.models import Flow, Order
from integrations.models.order import TERMINAL, OrderState
from integrations.records import OrderSighting, Window
from integrations.webhooks.inbox import redispatch

logger = logging.getLogger(__name__)

BATCH = 100
OPEN_PAYMENT_DAYS = 120


def start_sweeps(now: datetime) -> list[SyncJob]:
    """Asks for one sweep of every order flow that is on; called by the beat. Repeatable."""
    redispatch()
    flows = Flow.objects.filter(kind=Flow.Kind.ORDERS).exclude(mode=Flow.Mode.OFF)
    return [
        start_job(
            "sweep_orders",
            key=f"sweep:{flow.pk}",
            actor="sweep",
            payload={"flow": flow.pk},
            resources={"storefront": flow.source.resource_id},
            dedupe_key=f"sweep:{flow.pk}",
        )
        for flow in flows.select_related("source")
    ]


def sweep(ctx: StepContext) -> Mapping[str, Any]:
    """One pass from where the last complete one ended; the cursor moves at its end."""
    flow = Flow.objects.select_related("source", "target").get(pk=ctx.payload["flow"])
    now = timezone.now()
    window = Window(start=_start(flow, now), end=now)
    counts = {"seen": 0, "unknown": 0, "changed": 0, "open_payments": 0}
    with open_storefront(flow.source) as storefront:
        cursor: str | None = None
        while True:
            page = storefront.order_page(window, cursor)
            ctx.checkpoint()
            _take(flow, page.rows, counts)
            cursor = page.next_cursor
            if cursor is None:
                break
        counts["unknown"] += _push_forgotten(flow)
        for batch in _open_payments(flow, now):
            ctx.checkpoint()
            digests = storefront.order_digests([order.storefront_ref for order in batch])
            counts["open_payments"] += _recheck_changed(flow, dict(digests), batch)
    Flow.objects.filter(pk=flow.pk).update(
        covered_until=now, cursor={**flow.cursor, "swept_until": now.isoformat()}
    )
    if counts["unknown"] or counts["changed"] or counts["open_payments"]:
        logger.info("orders_swept flow=%s %s", flow.pk, counts)
    return counts


def _start(flow: Flow, now: datetime) -> datetime:
    swept = flow.cursor.get("swept_until")
    # A flow that has no start instant yet (shadow) begins today, not with the shop's first order.
    since = datetime.fromisoformat(swept) if swept else flow.live_from or now
    return since - timedelta(seconds=settings.SWEEP_OVERLAP_S)


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


def _open_payments(flow: Flow, now: datetime) -> Iterator[list[Order]]:
    """Orders in the ERP that are not fully paid in the storefront, in batches by id."""
    open_ = (
        Order.objects.filter(
            Q(payments__captured_amount__lt=F("payments__amount")) | Q(payments__isnull=True),
            storefront=flow.source,
            received_at__gte=now - timedelta(days=OPEN_PAYMENT_DAYS),
        )
        .exclude(state__in=TERMINAL)
        .exclude(erp_ref="")
        .select_related("storefront", "erp")
    )
    last = 0
    while batch := list(open_.filter(pk__gt=last).order_by("pk").distinct()[:BATCH]):
        yield batch
        last = batch[-1].pk


SWEEP_ORDERS = register(
    JobKind(
        "sweep_orders",
        [StepSpec("sweep", sweep, on="storefront")],
        lane="batch",
        coalesce=True,
        on_move=note_move,
    )
)
