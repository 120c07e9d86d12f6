"""A request of somebody without access: typed, address confirmed by a code, sent.

What was typed waits in the session, on the server, until the code came: no address carries
it, and going back to the form finds it filled in. Known addresses are treated like all others.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from quotes.models import SignInCode
from quotes.portal import views_thread
from quotes.portal.access import buyers_of
from quotes.portal.forms_anonymous import (
    MORE_ROWS,
    MOST_ROWS,
    AnonymousForm,
    LineFormSet,
    asked_of,
    visitor_of,
)
from quotes.portal.forms_signin import CodeForm
from quotes.portal.visitor import address_of
from quotes.services.rfqs import request_anonymously
from quotes.signin import codes, policies

TYPED = "portal_request"  # contact, lines, and the handle of the code
DONE = "portal_request_done"  # the number of the request that was sent
KEEP_S = 2 * 3600  # time enough to look for the mail
LIFE_MIN = int(policies.CODE_LIFE.total_seconds() // 60)
FORM_PAGE, CODE_PAGE = "portal/request/form.html", "portal/request/code.html"
DONE_PAGE = "portal/request/done.html"
GET_OR_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_OR_POST)
def ask(request: HttpRequest) -> HttpResponse:
    """Takes the request, and has a code mailed to its sender."""
    if buyers_of(request):
        return redirect("portal:home")
    if request.method != "POST":
        return _form_page(request, *_typed_before(request))
    if "more" in request.POST:
        return _form_page(request, *_with_more_rows(request.POST))
    form, lines = AnonymousForm(request.POST), LineFormSet(request.POST, prefix="lines")
    if not (form.is_valid() & lines.is_valid()):
        return _form_page(request, form, lines, status=422)
    filled = [one for one in lines.cleaned_data if one]
    _keep(request, {"contact": form.cleaned_data, "lines": filled})
    return redirect("portal:anonymous_code")


@require_http_methods(GET_OR_POST)
def confirm(request: HttpRequest) -> HttpResponse:
    """Takes the code that was mailed; only then there is a request."""
    typed = request.session.get(TYPED)
    if typed is None:
        return redirect("portal:anonymous")
    if "again" in request.POST:
        _keep(request, typed)
        return redirect("portal:anonymous_code")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        rfq = request_anonymously(
            visitor=visitor_of(typed["contact"]),
            asked=asked_of(typed["contact"], typed["lines"]),
            handle=UUID(typed["handle"]),
            code=form.cleaned_data["code"],
            now=timezone.now(),
        )
        if rfq is not None:
            request.session.pop(TYPED, None)
            request.session[DONE] = rfq.number
            views_thread.let_in(request, rfq)
            return redirect("portal:anonymous_done")
        form.add_error("code", _("This code is wrong, used or expired. You can ask for a new one."))
    words = {"form": form, "email": typed["contact"]["email"], "minutes": LIFE_MIN}
    return render(request, CODE_PAGE, words, status=422 if request.method == "POST" else 200)


@require_GET
def done(request: HttpRequest) -> HttpResponse:
    number = request.session.get(DONE)
    if number is None:
        return redirect("portal:anonymous")
    return render(request, DONE_PAGE, {"number": number})


def _keep(request: HttpRequest, typed: dict[str, Any]) -> None:
    """Keeps what was typed, and asks for a new code to its address."""
    handle = codes.request_code(
        email=typed["contact"]["email"],
        ip=address_of(request),
        now=timezone.now(),
        language=translation.get_language() or "en",
        purpose=SignInCode.Purpose.VERIFY_EMAIL,
    )
    request.session[TYPED] = {**typed, "handle": str(handle)}
    if not request.user.is_authenticated:  # a session of staff keeps its own end
        request.session.set_expiry(KEEP_S)


def _typed_before(request: HttpRequest) -> tuple[Any, Any]:
    typed = request.session.get(TYPED) or {"contact": None, "lines": None}
    lines = LineFormSet(initial=typed["lines"], prefix="lines")
    return AnonymousForm(initial=typed["contact"]), lines


def _with_more_rows(posted: QueryDict) -> tuple[Any, Any]:
    """The same page with more rows: nothing typed is lost, and nothing is judged yet."""
    lines = LineFormSet(posted, prefix="lines")
    rows = [{name: one[name].value() for name in one.fields} for one in lines.forms]
    wider = LineFormSet(initial=rows, prefix="lines")
    wider.extra = max(0, min(MORE_ROWS, MOST_ROWS - len(rows)))
    contact = {name: posted.get(name, "") for name in AnonymousForm.base_fields}
    return AnonymousForm(initial=contact), wider


def _form_page(request: HttpRequest, form: Any, lines: Any, status: int = 200) -> HttpResponse:
    words = {"form": form, "lines": lines, "may_grow": lines.total_form_count() < MOST_ROWS}
    return render(request, FORM_PAGE, words, status=status)
