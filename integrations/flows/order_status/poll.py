"""Finds orders that moved in the ERP: by its events where it sends them, by polling always."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import SyncJob
from integrations.flows.issues import note_move
from integrations.flows.order_status.refresh import start_refresh
from integrations.flows.periodic import start_for_each
from integrations.gateways import open_erp
from integrations.models import Event, Flow, Order
from integrations.ports import TracksOrders
from integrations.records import Window
from integrations.webhooks import handlers
from integrations.webhooks.handlers import Outcome


def start_polls(now: datetime) -> list[SyncJob]:
    """Asks for one poll of every order-status flow that is on; called by the beat."""
    return start_for_each(Flow.Kind.ORDER_STATUS, "poll_progress", word="poll", now=now)


def poll(ctx: StepContext) -> Mapping[str, Any]:
    """One pass over what changed in the ERP since the last complete one."""
    flow = Flow.objects.select_related("source", "target").get(pk=ctx.payload["flow"])
    # The last seconds are left to the next pass: what the ERP commits just now shows up late.
    end = timezone.now() - timedelta(seconds=settings.POLL_UNSETTLED_S)
    window = Window(start=_start(flow), end=end)
    started = 0
    with open_erp(flow.source, TracksOrders) as adapter:
        cursor: str | None = None
        while True:
            page = adapter.changed_orders(window, cursor)
            ctx.checkpoint()
            started += _refresh_known(flow, page.rows)
            cursor = page.next_cursor
            if cursor is None:
                break
    Flow.objects.filter(pk=flow.pk).update(
        covered_until=end, cursor={**flow.cursor, "polled_until": end.isoformat()}
    )
    return {"refreshed": started}


def _start(flow: Flow) -> datetime | None:
    polled = flow.cursor.get("polled_until")
    if not polled:
        oldest = Order.objects.filter(erp=flow.source).order_by("received_at").first()
        return oldest.received_at if oldest else timezone.now()
    return datetime.fromisoformat(polled) - timedelta(seconds=settings.SWEEP_OVERLAP_S)


@transaction.atomic
def _refresh_known(flow: Flow, refs: tuple[str, ...]) -> int:
    orders = Order.objects.filter(erp=flow.source, erp_ref__in=refs)
    found = list(orders.select_related("storefront", "erp"))
    for order in found:
        start_refresh(order, actor="poll")
    return len(found)


def erp_event(event: Event) -> Outcome:
    """An ERP's event is a wake-up: whatever it says, the order is read."""
    order = (
        Order.objects.filter(erp=event.connection, erp_ref=event.subject)
        .select_related("storefront", "erp")
        .first()
    )
    if order is None:
        return Outcome(state=Event.State.IGNORED, note="not an order of ours")
    return Outcome(job=start_refresh(order, actor=f"event {event.pk}"), note=f"order {order.pk}")


def hint(event: Event) -> Outcome:
    """Something about orders changed, and which one is not said in our words: poll now."""
    jobs = start_for_each(
        Flow.Kind.ORDER_STATUS,
        "poll_progress",
        word="poll",
        now=timezone.now(),
        fits=lambda flow: flow.source_id == event.connection_id,
    )
    if not jobs:
        return Outcome(state=Event.State.IGNORED, note="no order-status flow is on")
    return Outcome(job=jobs[0], note="polled because of it")


def register_all() -> None:
    handlers.register("erp", "order.*", erp_event)
    handlers.register("erp", "orders.changed", hint)


POLL_PROGRESS = register(
    JobKind(
        "poll_progress",
        [StepSpec("poll", poll, on="erp")],
        lane="batch",
        coalesce=True,
        on_move=note_move,
    )
)
