"""Every mail about a request or a quote as it would be sent now, in each language.

The HTML is another document in a frame that runs nothing, loads nothing and leads nowhere.
"""

from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.mail import EmailMultiAlternatives
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from quotes.admin.base import SalesAdmin
from quotes.mails import sending
from quotes.mails.words import ABOUT_FORWARD, ABOUT_RFQ, LETTERS
from quotes.models import Rfq

POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
NAMES = {
    "offered": "Offer",
    "reminder": "Ends soon",
    "expired": "Has ended",
    "accepted": "Accepted",
    "colleague_accepted": "Accepted by a colleague",
    "company_asked": "To approvers: asked to accept",
    "company_refused": "Not approved by the company",
    "given_up": "Order given up",
    "withdrawn": "Withdrawn",
    "said": "News",
    "declined": "Not offered",
    "question": "Question",
    "ended": "Ended without an answer",
    "sales_submitted": "To sales: new request",
    "sales_heard": "To sales: words of the buyer",
    "sales_cancelled": "To sales: cancelled",
    "sales_overdue": "To sales: overdue",
    "managers_overdue": "To managers: overdue",
    "sales_accepted": "To sales: accepted",
    "sales_declined": "To sales: declined",
    "sales_change": "To sales: change wanted",
    "sales_order_failed": "To sales: order failed",
    "sales_prices_moved": "To sales: prices moved",
    "sales_held": "To sales: acceptance is held",
    "held_cleared": "Can be accepted now",
}
# Mails that repeat what somebody said: what is missing until then.
NOT_YET = {
    "question": "It repeats what was asked, and nothing was asked yet.",
    "said": "It repeats what was written in the thread, and nothing waits to be told.",
    "sales_heard": "It repeats what the buyer wrote, and nothing waits to be told.",
    "declined": "It repeats why nothing is offered, and the request is not declined.",
    "colleague_accepted": "It names who accepted, and nobody did yet.",
    "company_refused": "It names who did not approve, and nobody refused yet.",
}
NOBODY = "Nobody would get it: it has no owner, and SALES_EMAILS names nobody."
NO_READER = "Nobody would get it as things are: there is no buyer whom it concerns."


class Shown(NamedTuple):
    """One mail, or why there is none."""

    message: EmailMultiAlternatives | None
    why_not: str = ""


def page(screen: SalesAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    row = _row(screen, request, pk)
    mails = _mails_about(row)
    mail = _chosen(request.GET.get("mail"), mails)
    language = _chosen(request.GET.get("language"), [code for code, _ in settings.LANGUAGES])
    context: dict[str, Any] = {
        **screen.admin_site.each_context(request),
        "title": f"Mails about {row}",
        "opts": screen.opts,
        "original": row,
        "media": screen.media,
        "row": row,
        "mails": [(name, NAMES.get(name) or name.replace("_", " ").capitalize()) for name in mails],
        "languages": settings.LANGUAGES,
        "mail": mail,
        "language": language,
        "shown": _shown(row, mail, language),
    }
    return TemplateResponse(request, "console/mails.html", context)


def html(
    screen: SalesAdmin, request: HttpRequest, pk: int, mail: str, language: str
) -> HttpResponse:
    """The mail's HTML alone, for the frame."""
    row = _row(screen, request, pk)
    if mail not in _mails_about(row) or language not in dict(settings.LANGUAGES):
        raise Http404
    message = _shown(row, mail, language).message
    if message is None:
        raise Http404
    response = HttpResponse(str(message.alternatives[0][0]))
    response["Content-Security-Policy"] = POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Cache-Control"] = "private, no-store"
    return response


def _row(screen: SalesAdmin, request: HttpRequest, pk: int) -> Any:
    row = screen.get_object(request, str(pk))
    if row is None:
        raise Http404
    if not screen.has_view_permission(request, row):
        raise PermissionDenied
    return row


def _mails_about(row: Any) -> list[str]:
    fitting = ABOUT_RFQ if isinstance(row, Rfq) else set(LETTERS) - ABOUT_RFQ - ABOUT_FORWARD
    return [name for name in LETTERS if name in fitting]


def _chosen(asked: str | None, known: list[str]) -> str:
    return asked if asked in known else known[0]


def _shown(row: Any, mail: str, language: str) -> Shown:
    try:
        message = sending.preview_of(mail, row, language=language)
    except ObjectDoesNotExist:  # a question that nobody asked
        return Shown(None, NOT_YET[mail])
    if message is None:
        return Shown(None, NOBODY if mail.startswith(("sales", "managers")) else NO_READER)
    return Shown(message)


def addresses(screen: SalesAdmin, name: str) -> list[Any]:
    """The two URLs below a row of this screen, behind the admin's sign-in."""
    wrap = screen.admin_site.admin_view
    return [
        path("<int:pk>/mails/", wrap(partial(page, screen)), name=f"quotes_{name}_mails"),
        path(
            "<int:pk>/mails/<slug:mail>/<slug:language>/",
            wrap(partial(html, screen)),
            name=f"quotes_{name}_mail",
        ),
    ]
