"""An event of the ERP nudges a flow: it reads what changed now, and does not wait for its clock.

Many events become one run. The run begins some seconds after the event, because a window ends
shortly before the run is asked for; what is told while a run is open is read by another one.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from integrations.engine.models import OPEN, SyncJob
from integrations.flows.runs import is_batch, request_run
from integrations.models import Event, Flow
from integrations.webhooks import handlers
from integrations.webhooks.handlers import Outcome

# Longer than what a window leaves to the next one (`runs.windows.SETTLE`).
SETTLED = timedelta(seconds=3)
LONGEST_WAIT = timedelta(seconds=30)  # where events come faster than they settle
NUDGES = {
    "products.changed": Flow.Kind.PRODUCTS,
    "prices.changed": Flow.Kind.PRICES,
    "stock.changed": Flow.Kind.STOCK,
    "customers.changed": Flow.Kind.CUSTOMERS,
}


def nudge(flow: Flow, refs: Sequence[str] = (), *, now: datetime | None = None) -> None:
    """Asks for a run of what changed, soon and once. Repeatable; `refs` are hints of the source.

    No ERP can be asked for single records of a catalogue: the run reads its window of changes,
    which holds these records. A flow that is off or paused is not run.
    """
    Flow.objects.filter(pk=flow.pk).update(nudged_at=now or timezone.now())


def run_nudged(now: datetime) -> int:
    """Starts a run of every nudged flow that may run; returns how many. Called by the beat."""
    nudged = Flow.objects.filter(nudged_at__isnull=False, is_paused=False)
    ids = [flow.pk for flow in nudged.exclude(mode=Flow.Mode.OFF) if is_batch(flow.kind)]
    return sum(_run_if_settled(flow_id, now) for flow_id in ids)


@transaction.atomic
def _run_if_settled(flow_id: int, now: datetime) -> bool:
    flow = Flow.objects.select_for_update(skip_locked=True).filter(pk=flow_id).first()
    if flow is None or flow.nudged_at is None:
        return False
    is_settled = now - flow.nudged_at >= SETTLED
    if not is_settled and not _waits_long(flow, now):
        return False
    if SyncJob.objects.filter(dedupe_key=f"run_flow:{flow.pk}", state__in=OPEN).exists():
        return False
    request_run(flow, actor="event", trigger="event", may_complete=False, now=now)
    if is_settled:
        Flow.objects.filter(pk=flow.pk).update(nudged_at=None)
    return True


def _waits_long(flow: Flow, now: datetime) -> bool:
    last = flow.runs.order_by("-id").values_list("started_at", flat=True).first()
    return last is None or now - last >= LONGEST_WAIT


def data_changed(event: Event) -> Outcome:
    """The ERP says that something of a kind changed."""
    kind = NUDGES[event.type]
    flows = Flow.objects.filter(kind=kind, source=event.connection).exclude(mode=Flow.Mode.OFF)
    found = list(flows)
    if not found:
        return Outcome(state=Event.State.IGNORED, note=f"no {kind} flow of it is on")
    for flow in found:
        nudge(flow, [event.subject])
    return Outcome(note=f"the {kind} flow reads what changed")


def register_all() -> None:
    """Listens to the ERPs' news. Safe to repeat."""
    for event_type in NUDGES:
        handlers.register("erp", event_type, data_changed)
