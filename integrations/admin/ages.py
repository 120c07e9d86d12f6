"""How old each kind of data in the storefront is, and whether its schedule allows that."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.urls import reverse

from integrations.admin.panels import Panel, Row, register_panel
from integrations.flows.runs import is_batch
from integrations.flows.schedules import interval
from integrations.looks import written
from integrations.looks.badges import badge, toned
from integrations.models import Flow

KINDS = (Flow.Kind.PRODUCTS, Flow.Kind.PRICES, Flow.Kind.STOCK, Flow.Kind.CUSTOMERS)
# A run takes its time; what is late by less than this is not told.
SLACK = timedelta(minutes=10)
# Without a schedule a day is what people expect of a catalogue.
UNSCHEDULED = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """`is_old`: older than the flow's schedule allows; `is_very_old`: by a multiple."""

    words: str
    tone: str
    detail: str
    is_very_old: bool


def age_of(flow: Flow, *, now: datetime) -> Age:
    """The age of what this flow moves, against its schedule."""
    if flow.mode != Flow.Mode.LIVE and flow.covered_until is None:
        return Age(words="nothing written yet", tone="default", detail="", is_very_old=False)
    every = interval(flow.schedule, now=now) or UNSCHEDULED
    paused = "Its schedule is paused. " if flow.is_paused else ""
    if flow.covered_until is None:
        detail = f"{paused}It is live and has not read everything yet."
        return Age(words="never read", tone="warning", detail=detail, is_very_old=False)
    age = max(now - flow.covered_until, timedelta())
    words = f"{written.duration(age)} old"
    if age <= every + SLACK:
        return Age(words=words, tone="success", detail=paused.strip(), is_very_old=False)
    told = f"{paused}It may be {written.duration(every)} old by its schedule."
    is_very_old = age > 3 * every + SLACK
    tone = "danger" if is_very_old else "warning"
    return Age(words=words, tone=tone, detail=told, is_very_old=is_very_old)


def ages(request: HttpRequest, now: datetime) -> Panel | None:
    """Products, prices, stock and customers, each with its age; nothing where none is moved."""
    if not request.user.has_perm("integrations.view_flow"):
        return None
    on = Flow.objects.filter(kind__in=KINDS).exclude(mode=Flow.Mode.OFF)
    flows = [flow for flow in on.select_related("source", "target") if is_batch(flow.kind)]
    if not flows:
        return None
    flows.sort(key=lambda flow: list(KINDS).index(Flow.Kind(flow.kind)))
    told = [(flow, age_of(flow, now=now)) for flow in flows]
    old = sum(age.is_very_old for _, age in told)
    return Panel(
        title="Age of the data",
        needs=old,
        verdict="kind of data is old" if old == 1 else "kinds of data are old",
        calm="As fresh as the schedules ask for.",
        rows=[_row(flow, age) for flow, age in told],
        url=reverse("admin:integrations_flow_changelist"),
        more="All flows",
    )


def _row(flow: Flow, age: Age) -> Row:
    return Row(
        title=f"{flow.get_kind_display()} in {flow.target}",
        url=reverse("admin:integrations_flow_change", args=[flow.pk]),
        detail=age.detail,
        badge=toned(age.words, age.tone) if flow.is_live else badge("flow", flow.mode),
        value="" if flow.is_live else age.words,
        when=flow.covered_until,
    )


register_panel("ages", ages, order=35)
