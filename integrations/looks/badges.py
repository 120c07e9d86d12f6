"""One table of colours: which state reads as good, busy, waiting, bad or over."""

from collections.abc import Mapping

from django.utils.html import format_html
from django.utils.safestring import SafeString

from integrations.engine.models import BADGES as JOB_TONES
from integrations.engine.models import (
    BreakerState,
    EditDecision,
    JobState,
    Press,
    PressMember,
    StepState,
)
from integrations.models import (
    Alert,
    Event,
    Flow,
    HandEdit,
    Issue,
    MatchProposal,
    PlannedChange,
    PriceAudit,
    PriceDrift,
    Run,
)
from integrations.models.order import OrderState

# Tones are meanings; erp_portal/static/console/console.css gives them their colours.
TONES: dict[str, dict[str, str]] = {
    "order": {
        OrderState.RECEIVED: "info",
        OrderState.HELD: "danger",
        OrderState.PUSHING: "info",
        OrderState.CONFIRMED: "success",
        OrderState.IN_PRODUCTION: "success",
        OrderState.BACKORDERED: "warning",
        OrderState.PARTLY_SHIPPED: "success",
        OrderState.SHIPPED: "success",
        OrderState.INVOICED: "success",
        OrderState.PAID: "success",
        OrderState.CANCELLED: "default",
    },
    "job": dict(JOB_TONES),
    "step": {
        StepState.OPEN: "default",
        StepState.IN_DOUBT: "warning",
        StepState.DONE: "success",
        StepState.SKIPPED: "default",
        StepState.UNDONE: "default",
    },
    "breaker": {
        BreakerState.CLOSED: "success",
        BreakerState.OPEN: "danger",
        BreakerState.HALF_OPEN: "warning",
    },
    "event": {
        Event.State.STORED: "info",
        Event.State.HANDLED: "success",
        Event.State.IGNORED: "default",
        Event.State.FAILED: "danger",
    },
    "run": {
        Run.State.RUNNING: "info",
        Run.State.DONE: "success",
        Run.State.FAILED: "danger",
        Run.State.CANCELLED: "default",
    },
    "price_audit": {
        PriceAudit.State.RUNNING: "info",
        PriceAudit.State.DONE: "success",
        PriceAudit.State.FAILED: "danger",
        PriceAudit.State.CANCELLED: "default",
    },
    "price_repair": {
        PriceDrift.Repair.NONE: "default",
        PriceDrift.Repair.ASKED: "info",
        PriceDrift.Repair.DONE: "success",
        PriceDrift.Repair.FAILED: "danger",
    },
    "planned": {
        PlannedChange.Action.CREATE: "success",
        PlannedChange.Action.CHANGE: "info",
        PlannedChange.Action.REMOVE: "warning",
        PlannedChange.Action.SKIP: "default",
        PlannedChange.Action.FAILED: "danger",
    },
    "hand_edit": {
        HandEdit.State.OPEN: "warning",
        HandEdit.State.PUT_BACK: "success",
        HandEdit.State.LEFT: "default",
        HandEdit.State.GONE: "default",
    },
    "match": {
        MatchProposal.State.OPEN: "warning",
        MatchProposal.State.MATCHED: "success",
        MatchProposal.State.ACCEPTED: "success",
        MatchProposal.State.BY_HAND: "success",
        MatchProposal.State.REJECTED: "default",
        MatchProposal.State.GONE: "default",
    },
    "flow": {
        Flow.Mode.OFF: "default",
        Flow.Mode.SHADOW: "info",
        Flow.Mode.ASSISTED: "warning",
        Flow.Mode.LIVE: "success",
    },
    "edit": {
        EditDecision.Verdict.APPROVED: "success",
        EditDecision.Verdict.REJECTED: "default",
        EditDecision.Verdict.WITHDRAWN: "default",
    },
    "press": {
        Press.State.RUNNING: "info",
        Press.State.DONE: "success",
        Press.State.CANCELLED: "warning",
    },
    "member": {
        PressMember.State.WAITING: "default",
        PressMember.State.DONE: "success",
        PressMember.State.SKIPPED: "warning",
        PressMember.State.FAILED: "danger",
    },
    "issue": {Issue.State.OPEN: "danger", Issue.State.RESOLVED: "success"},
    "alert": {
        Alert.State.PENDING: "info",
        Alert.State.SENT: "success",
        Alert.State.FAILED: "danger",
    },
}
LABELS: dict[str, dict[str, str]] = {
    "order": dict(OrderState.choices),
    "job": dict(JobState.choices),
    "step": dict(StepState.choices),
    "breaker": dict(BreakerState.choices),
    "event": dict(Event.State.choices),
    "run": dict(Run.State.choices),
    "price_audit": dict(PriceAudit.State.choices),
    "price_repair": dict(PriceDrift.Repair.choices),
    "planned": dict(PlannedChange.Action.choices),
    "hand_edit": dict(HandEdit.State.choices),
    "match": dict(MatchProposal.State.choices),
    "flow": dict(Flow.Mode.choices),
    "edit": dict(EditDecision.Verdict.choices),
    "press": dict(Press.State.choices),
    "member": dict(PressMember.State.choices),
    "issue": dict(Issue.State.choices),
    "alert": dict(Alert.State.choices),
}


def know(what: str, labels: Mapping[str, str], tones: Mapping[str, str]) -> None:
    """Adds the states of something that another app keeps. Safe to repeat."""
    LABELS[what], TONES[what] = dict(labels), dict(tones)


def badge(what: str, state: str) -> SafeString:
    """The badge of a state of `what` ("order", "job" …); unknown states read as neutral."""
    return toned(LABELS[what].get(state, state), TONES[what].get(state, "default"))


def toned(text: str, tone: str) -> SafeString:
    """A badge with any text."""
    return format_html('<span class="badge badge-{}">{}</span>', tone, text)
