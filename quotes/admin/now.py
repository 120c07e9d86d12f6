"""What needs sales now: panels of the first page, each for those whose work it is."""

from datetime import datetime
from typing import Any

from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse

from integrations.admin.panels import Panel, Row, register_panel
from integrations.looks import written
from integrations.looks.badges import badge, toned
from quotes.admin.rfq_filters import overdue, value_of
from quotes.models import Rfq, Version
from quotes.services import approving
from quotes.states import RFQ_FOR_SALES, VersionState

SHOWN = 8


def approvals(request: HttpRequest, now: datetime) -> Panel | None:
    """What this person can decide, longest waiting first."""
    if not request.user.has_perm("quotes.approve_quotes"):
        return None
    mine = approving.waiting_for(request.user)  # type: ignore[arg-type]
    return Panel(
        title="Approvals waiting for me",
        needs=len(mine),
        verdict="approval waiting for you" if len(mine) == 1 else "approvals waiting for you",
        calm="Nothing waits for your approval.",
        rows=[
            Row(
                title=f"{one.version} {one.version.quote.account}",
                url=reverse("admin:quotes_version_change", args=[one.version_id]),
                detail="; ".join(one.reasons),
                value=written.amount(one.version.net_total, one.version.quote.currency),
                when=one.asked_at,
            )
            for one in mine[:SHOWN]
        ],
        url=reverse("admin:quotes_approval_changelist") + "?mine=1",
        more="All approvals waiting for me",
        is_wide=True,
    )


def requests_to_answer(request: HttpRequest, now: datetime) -> Panel | None:
    """Requests that wait for sales, the most overdue first."""
    if not request.user.has_perm("quotes.work_rfqs"):
        return None
    user: Any = request.user
    waiting = Rfq.objects.seen_by(user).filter(state__in=sorted(RFQ_FOR_SALES))
    count, late = waiting.count(), waiting.filter(overdue(now)).count()
    first = waiting.select_related("account").annotate(worth=value_of())
    rows = first.order_by(F("answer_due_at").asc(nulls_last=True), "id")[:SHOWN]
    return Panel(
        title="Requests to answer",
        needs=count,
        verdict="request to answer" if count == 1 else "requests to answer",
        headline=f"{late} overdue" if late else "",
        calm="Every request is answered.",
        rows=[
            Row(
                title=f"{rfq} {rfq.account or rfq.company_name or rfq.contact_email}",
                url=reverse("admin:quotes_rfq_change", args=[rfq.pk]),
                badge=_due_badge(rfq, now),
                value=written.amount(rfq.worth, rfq.currency),
                when=rfq.submitted_at,
            )
            for rfq in rows
        ],
        url=reverse("admin:quotes_rfq_changelist") + "?todo=sales",
        more="All requests that wait for sales",
        is_wide=True,
    )


def failed_orders(request: HttpRequest, now: datetime) -> Panel | None:
    """Accepted quotes whose order could not be placed; nothing while there are none."""
    if not request.user.has_perm("quotes.settle_quote_orders"):
        return None
    user: Any = request.user
    failed = Version.objects.seen_by(user).filter(state=VersionState.ORDER_FAILED)
    count = failed.count()
    if not count:
        return None
    shown = failed.select_related("quote__account").defer("document")[:SHOWN]
    return Panel(
        title="Accepted quotes without an order",
        needs=count,
        verdict="accepted quote without an order"
        if count == 1
        else "accepted quotes without an order",
        rows=[
            Row(
                title=f"{version} {version.quote.account}",
                url=reverse("admin:quotes_version_change", args=[version.pk]),
                badge=badge("version", version.state),
                value=written.amount(version.gross_total, version.quote.currency),
            )
            for version in shown
        ],
        url=reverse("admin:quotes_version_changelist") + "?waits=support",
        more="All quotes whose order failed",
    )


def _due_badge(rfq: Rfq, now: datetime) -> str:
    is_late = rfq.answer_due_at is not None and rfq.answer_due_at <= now
    return toned("overdue", "danger") if is_late else badge("rfq", rfq.state)


register_panel("quote_orders", failed_orders, order=12)
register_panel("approvals", approvals, order=14)
register_panel("requests", requests_to_answer, order=16)
