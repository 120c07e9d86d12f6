"""What needs someone now: the panels of the first page."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Min, Q, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from integrations.admin import health, risk
from integrations.admin.panels import Panel, Row, register_panel
from integrations.engine import edits
from integrations.engine.models import Canary, JobState, SyncJob
from integrations.flows.issues import NEWS
from integrations.flows.orders.working import BEFORE_START
from integrations.flows.runs import is_batch
from integrations.looks import words, written
from integrations.looks.badges import badge, toned
from integrations.models import Connection, Flow, Issue, Order
from integrations.models.order import NOT_IN_ERP

SHOWN = 8
LATE = timedelta(hours=1)


def orders_to_send(request: HttpRequest, now: datetime) -> Panel | None:
    """Orders that are not in the ERP, oldest and largest first, with their sums."""
    if not request.user.has_perm("integrations.view_order"):
        return None
    # Orders from before the start are set aside on purpose; they are not late.
    waiting = Order.objects.filter(state__in=NOT_IN_ERP).exclude(held_reason=BEFORE_START)
    sums = list(
        waiting.order_by()
        .values("currency")
        .annotate(total=Sum("gross_total"), number=Count("pk"), oldest=Min("placed_at"))
    )
    first = waiting.order_by(F("placed_at").asc(nulls_last=True), "-gross_total")
    rows = [
        Row(
            title=f"{order} {order.company or order.email}",
            url=_page("integrations_order", order.pk),
            detail=order.held_message,
            badge=badge("order", order.state),
            value=written.amount(order.gross_total, order.currency),
            when=order.placed_at or order.received_at,
        )
        for order in first.defer("plan", "difference")[:SHOWN]
    ]
    count = sum(row["number"] for row in sums)
    return Panel(
        title="Orders not confirmed in the ERP",
        needs=count,
        verdict=_number(count, "order not in the ERP", "orders not in the ERP"),
        headline=risk.in_words({row["currency"]: row["total"] or Decimal(0) for row in sums}),
        calm="Every order is in the ERP.",
        rows=rows,
        url=reverse("admin:integrations_order_changelist") + "?where=waiting",
        more="All orders that are not in the ERP",
        is_wide=True,
    )


def open_issues(request: HttpRequest, now: datetime) -> Panel | None:
    """Causes by how much they block."""
    if not request.user.has_perm("integrations.view_issue"):
        return None
    blocking = Count("items", filter=Q(items__released_at=None))
    ranked = Issue.objects.filter(state=Issue.State.OPEN).annotate(blocking=blocking)
    issues = list(ranked.order_by("-blocking", "first_seen_at")[: SHOWN + 1])
    count = Issue.objects.filter(state=Issue.State.OPEN).count()
    sums = risk.of_issues(issue.pk for issue in issues)
    return Panel(
        title="Causes to fix",
        needs=count,
        verdict=_number(count, "cause to fix", "causes to fix"),
        calm="Nothing is blocked.",
        rows=[
            Row(
                title=issue.title,
                url=_page("integrations_issue", issue.pk),
                detail=issue.hint,
                badge=_issue_badge(issue),
                value=risk.in_words(sums.get(issue.pk, {})),
                when=issue.first_seen_at,
            )
            for issue in issues[:SHOWN]
        ],
        url=reverse("admin:integrations_issue_changelist") + "?state__exact=open",
        more="All open causes",
        is_wide=True,
    )


def _issue_badge(issue: Any) -> SafeString:
    """What it blocks, or how often it happened where the portal has seen to it by itself."""
    if issue.kind in NEWS:
        return toned("once" if issue.count == 1 else f"{issue.count} times", "warning")
    return toned(f"blocks {issue.blocking}" if issue.blocking else "open", "danger")


def parked_jobs(request: HttpRequest, now: datetime) -> Panel | None:
    """Jobs that a person must look at, by what they do."""
    if not request.user.has_perm("engine.view_syncjob"):
        return None
    parked = SyncJob.objects.filter(state=JobState.PARKED).values("kind")
    groups = list(parked.annotate(number=Count("pk"), oldest=Min("failed_at")).order_by("-number"))
    jobs = reverse("admin:engine_syncjob_changelist") + "?attention=parked"
    count = sum(group["number"] for group in groups)
    return Panel(
        title="Jobs that stopped",
        needs=count,
        verdict=_number(count, "stopped job", "stopped jobs"),
        calm="No job waits for a person.",
        rows=[
            Row(
                title=words.job(group["kind"]),
                url=f"{jobs}&kind={group['kind']}",
                badge=toned(str(group["number"]), "danger"),
                when=group["oldest"],
            )
            for group in groups[:SHOWN]
        ],
        url=jobs,
        more="All stopped jobs",
    )


def second_person(request: HttpRequest, now: datetime) -> Panel | None:
    """Edits of amounts that somebody else must approve; nothing while there are none."""
    if not request.user.has_perm("engine.view_syncjob"):
        return None
    proposed = edits.undecided()
    shown = list(proposed[: SHOWN + 1])
    if not shown:
        return None
    count = len(shown) if len(shown) <= SHOWN else proposed.count()
    return Panel(
        title="Waits for a second person",
        needs=count,
        verdict=_number(count, "edit to approve", "edits to approve"),
        rows=[
            Row(
                title=f"{words.job(edit.job.kind)} (job {edit.job_id})",
                url=_page("engine_syncjob", edit.job_id),
                detail=f"{edit.sentence}. {edit.actor}: {edit.reason}",
                badge=toned("approve or reject", "warning"),
                when=edit.at,
            )
            for edit in shown[:SHOWN]
        ],
        url=reverse("admin:engine_syncjob_changelist") + "?attention=second",
        more="All jobs that wait for a second person",
    )


def connections(request: HttpRequest, now: datetime) -> Panel | None:
    """Every connection with its state; those that need a look come first."""
    if not request.user.has_perm("integrations.view_connection"):
        return None
    found = Connection.objects.select_related("resource").defer("sealed_credentials")
    checked = [(health.of(connection), connection) for connection in found]
    checked.sort(key=lambda pair: pair[0].is_well)
    count = sum(not state.is_well for state, _ in checked)
    return Panel(
        title="Connections",
        needs=count,
        verdict=_number(count, "connection to look at", "connections to look at"),
        calm="All connections work." if checked else "No connection is set up yet.",
        rows=[
            Row(
                title=connection.name,
                url=_page("integrations_connection", connection.pk),
                detail="" if state.is_well else state.sentence,
                badge=toned(state.word, state.tone),
                when=connection.last_tested_at,
            )
            for state, connection in checked[:SHOWN]
        ],
        url=reverse("admin:integrations_connection_changelist"),
        more="All connections",
    )


def workers(request: HttpRequest, now: datetime) -> Panel | None:
    """Whether each lane's worker answers."""
    if not request.user.has_perm("engine.view_syncjob"):
        return None
    stale = timedelta(seconds=settings.ENGINE["canary_stale_s"])
    jobs = reverse("admin:engine_syncjob_changelist") + "?attention=open"
    rows, silent = [], 0
    canaries = list(Canary.objects.order_by("lane"))
    for canary in canaries:
        answers = canary.beaten_at is not None and now - canary.beaten_at < stale
        silent += not answers
        rows.append(
            Row(
                title=f"Lane {canary.lane}",
                url=jobs,
                detail="" if answers else "Start or restart `manage.py worker`.",
                badge=toned("answers", "success") if answers else toned("silent", "danger"),
                when=canary.beaten_at,
            )
        )
    if not canaries:
        rows.append(
            Row(title="No worker has run yet", url=jobs, detail="Start `manage.py worker`.")
        )
    needs = silent if canaries else 1
    return Panel(
        title="Worker",
        needs=needs,
        verdict=_number(needs, "silent worker", "silent workers"),
        calm="The worker answers.",
        rows=rows,
    )


def flows(request: HttpRequest, now: datetime) -> Panel | None:
    """Modes of flows, and until when each is known complete."""
    if not request.user.has_perm("integrations.view_flow"):
        return None
    found = list(Flow.objects.select_related("source", "target"))
    late = [flow for flow in found if _is_late(flow, now)]
    return Panel(
        title="Flows",
        needs=len(late),
        verdict=_number(len(late), "late flow", "late flows"),
        calm="All flows are up to date." if found else "No flow is set up yet.",
        rows=[
            Row(
                title=str(flow),
                url=_page("integrations_flow", flow.pk),
                detail="Has not been read completely for a while." if flow in late else "",
                badge=badge("flow", flow.mode),
                when=flow.covered_until,
            )
            for flow in sorted(found, key=lambda flow: flow not in late)[:SHOWN]
        ],
        url=reverse("admin:integrations_flow_changelist"),
        more="All flows",
    )


def _is_late(flow: Flow, now: datetime) -> bool:
    """A flow that is on, and whose last complete reading is older than it should be.

    One with a schedule is late when its next run is overdue; the others are read by the sweep.
    What a batch flow moves has its age in a panel of its own.
    """
    if flow.mode == Flow.Mode.OFF or is_batch(flow.kind):
        return False
    if flow.schedule:
        return flow.next_run_at is not None and now - flow.next_run_at > LATE
    return flow.covered_until is not None and now - flow.covered_until > LATE


def _number(count: int, one: str, many: str) -> str:
    return one if count == 1 else many


def _page(model: str, pk: int) -> str:
    return reverse(f"admin:{model}_change", args=[pk])


register_panel("orders", orders_to_send, order=10)
register_panel("issues", open_issues, order=20)
register_panel("second_person", second_person, order=25)
register_panel("jobs", parked_jobs, order=30)
register_panel("connections", connections, order=40)
register_panel("workers", workers, order=50)
register_panel("flows", flows, order=60)
