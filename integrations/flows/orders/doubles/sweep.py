"""Looks at what an ERP without a unique key took since the last time.

Like the sweep of the storefront: a window of time with overlap, a kept place, bounded in time.
Whatever is not the order that our rows are bound to is looked at on its own by `repair`.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import SyncJob
from integrations.engine.start import start_job
from integrations.flows.issues import note_move
from integrations.flows.orders.doubles.repair import is_being_worked_on, known_ref, start_repair
from integrations.flows.orders.working import WRITING
from integrations.flows.periodic import unpark
from integrations.gateways import enforces_key, open_erp
from integrations.models import Flow, Order
from integrations.models.order import TERMINAL
from integrations.ports import ListsOrders, PushesOrders
from integrations.records import ErpSighting, Window

logger = logging.getLogger(__name__)

LONGEST_PASS_S = 20.0
CURSOR = "doubles"  # our part of the flow's cursor


def start_sweeps(now: datetime) -> list[SyncJob]:
    """Asks for one sweep of every ERP that is written to and enforces no key. Repeatable."""
    writing = Flow.objects.filter(kind=Flow.Kind.ORDERS, mode__in=WRITING)
    jobs = [
        start_job(
            "sweep_doubles",
            key=f"doubles:{flow.pk}",
            actor="sweep",
            payload={"flow": flow.pk},
            resources={"erp": flow.target.resource_id},
            dedupe_key=f"doubles:{flow.pk}",
        )
        for flow in writing.select_related("target")
        if not enforces_key(flow.target)
    ]
    return [unpark(job, actor="sweep", now=now) for job in jobs]


def sweep(ctx: StepContext) -> Mapping[str, Any]:
    """One pass over what was created in the ERP since the last complete one.

    Orders whose own job is at work right now are left to the next pass, which begins before
    them.
    """
    flow = Flow.objects.select_related("source", "target").get(pk=ctx.payload["flow"])
    counts = {"seen": 0, "suspect": 0, "left": 0}
    place = flow.cursor.get(CURSOR, {}).get("place") or _new_place(flow, timezone.now())
    window = Window(start=_instant(place["start"]), end=_instant(place["end"]))
    ends = time.monotonic() + LONGEST_PASS_S
    with open_erp(flow.target, PushesOrders, ListsOrders) as adapter:
        while time.monotonic() < ends:
            page = adapter.orders_created(window, place["page"])
            ctx.checkpoint()
            left = _take(flow, page.rows, counts)
            place["next_start"] = min([place["next_start"], *left])
            if page.next_cursor is None:
                _keep(flow, {"until": place["next_start"], "place": None})
                break
            place["page"] = page.next_cursor
            _keep(flow, {"place": place})
    if counts["suspect"]:
        logger.warning("doubles_swept flow=%s %s", flow.pk, counts)
    return counts


def _new_place(flow: Flow, now: datetime) -> dict[str, Any]:
    until = flow.cursor.get(CURSOR, {}).get("until")
    since = _instant(until) if until else flow.live_from or now
    start = since - timedelta(seconds=settings.SWEEP_OVERLAP_S)
    end = now.isoformat()
    return {"start": start.isoformat(), "end": end, "next_start": end, "page": None}


@transaction.atomic
def _take(flow: Flow, rows: Sequence[ErpSighting], counts: dict[str, int]) -> list[str]:
    """Starts a repair of each suspect; when those were created that must be looked at later."""
    refs = {row.our_ref for row in rows if not row.is_cancelled}
    orders = Order.objects.filter(storefront=flow.source, storefront_ref__in=refs)
    known = {one.storefront_ref: one for one in orders.select_related("storefront", "erp")}
    left = []
    for row in rows:
        order = known.get(row.our_ref)
        if order is None or row.is_cancelled or not _is_suspect(order, row):
            continue
        if is_being_worked_on(order):
            left.append(row.created_at.astimezone(UTC).isoformat())
        else:
            start_repair(order, actor=f"sweep of flow {flow.pk}")
            counts["suspect"] += 1
    counts["seen"] += len(rows)
    counts["left"] += len(left)
    return left


def _is_suspect(order: Order, row: ErpSighting) -> bool:
    return order.state in TERMINAL or row.ref != known_ref(order)


@transaction.atomic
def _keep(flow: Flow, entries: Mapping[str, Any]) -> None:
    """Saves our part of the cursor; another sweep of this flow writes the rest of it."""
    locked = Flow.objects.select_for_update().get(pk=flow.pk)
    ours = {**locked.cursor.get(CURSOR, {}), **entries}
    Flow.objects.filter(pk=flow.pk).update(cursor={**locked.cursor, CURSOR: ours})


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


SWEEP_DOUBLES = register(
    JobKind(
        "sweep_doubles",
        [StepSpec("sweep", sweep, on="erp")],
        lane="batch",
        coalesce=True,
        on_move=note_move,
    )
)
