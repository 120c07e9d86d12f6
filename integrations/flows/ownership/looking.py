"""The job that looks at records of which the storefront said that they were changed.

The event is a hint: also our own writes come back as one. Many of them become one look, some
seconds later, of a hundred records per call.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.start import start_job
from integrations.flows.issues import note_move
from integrations.flows.ownership.edits import compare
from integrations.flows.ownership.kinds import Owned, all_owned, told_by_events
from integrations.gateways.storefront import open_storefront
from integrations.models import Event, Flow, IdLink, Run, WrittenCopy
from integrations.webhooks import handlers
from integrations.webhooks.handlers import Outcome

LOOK_FOR_EDITS = "look_for_edits"
WAIT = timedelta(seconds=5)  # a write that is still being kept must not look like a hand's
AGAIN = timedelta(seconds=30)
AT_ONCE = 100
MOST_BATCHES = 50


def told_of_change(event: Event) -> Outcome:
    """A change of a record in the storefront: ours is looked at, anything else is nobody's."""
    owned = next(one for one in all_owned() if event.type in one.events)
    written = WrittenCopy.objects.filter(
        link__kind=owned.link_kind, link__target=event.connection, link__target_ref=event.subject
    )
    copy = written.select_related("link").first()
    flow = _writing_flow(owned, copy) if copy else None
    if copy is None or flow is None:
        return Outcome(state=Event.State.IGNORED, note="nothing that a live flow owns")
    written.update(suspect_at=timezone.now())
    job = start_look(flow)
    return Outcome(job=job, note=f"{copy.link} is looked at")


def start_look(flow: Flow, *, wait: timedelta = WAIT) -> Any:
    """One look for all suspects of a flow, however many events ask for it."""
    return start_job(
        LOOK_FOR_EDITS,
        key=f"edits:{flow.pk}",
        payload={"flow": flow.pk},
        resources={"storefront": flow.target.resource_id},
        actor="storefront",
        dedupe_key=f"{LOOK_FOR_EDITS}:{flow.pk}",
        due_at=timezone.now() + wait,
    )


def look(ctx: StepContext) -> Mapping[str, Any]:
    """Compares suspects, a hundred at a time; what is left is for a job of its own."""
    flow = Flow.objects.select_related("source", "target").get(pk=ctx.payload["flow"])
    looked = differing = 0
    if Run.objects.filter(flow=flow, state=Run.State.RUNNING).exists():
        return {"looked": 0, "left": True}  # what it writes comes back right now
    with open_storefront(flow.target, actor=ctx.actor) as shop:
        for _ in range(MOST_BATCHES):
            links = _suspects(flow)
            if not links:
                break
            seen = {link.pk: link.written.suspect_at for link in links}
            differing += compare(flow, shop, links)
            ctx.checkpoint()
            for pk, at in seen.items():  # one that was told again meanwhile stays suspect
                WrittenCopy.objects.filter(link=pk, suspect_at=at).update(suspect_at=None)
            looked += len(links)
    return {"looked": looked, "differing": differing, "left": bool(_suspects(flow))}


def _suspects(flow: Flow) -> list[IdLink]:
    links = IdLink.objects.filter(
        kind__in=[owned.link_kind for owned in told_by_events(flow.kind)],
        source=flow.source,
        target=flow.target,
        written__suspect_at__isnull=False,
    )
    return list(links.select_related("written").order_by("written__suspect_at")[:AT_ONCE])


def _writing_flow(owned: Owned, copy: WrittenCopy) -> Flow | None:
    return (
        Flow.objects.filter(
            kind=owned.flow_kind,
            source=copy.link.source_id,
            target=copy.link.target_id,
            mode__in=[Flow.Mode.LIVE, Flow.Mode.ASSISTED],
        )
        .select_related("target")
        .first()
    )


def _go_on(job: Any) -> None:
    flow = Flow.objects.select_related("target").get(pk=job.payload["flow"])
    if flow.mode in (Flow.Mode.LIVE, Flow.Mode.ASSISTED) and _suspects(flow):
        start_look(flow, wait=AGAIN)


def register_all() -> None:
    """Listens to the storefront's words for changes of owned records. Safe to repeat."""
    for owned in all_owned():
        for event in owned.events:
            handlers.register("storefront", event, told_of_change)


register(
    JobKind(
        LOOK_FOR_EDITS,
        [StepSpec("compare", look, on="storefront")],
        lane="batch",
        on_done=_go_on,
        on_move=note_move,
    )
)
