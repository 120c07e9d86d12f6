"""Signing in by a code, choosing an account, signing out."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from quotes.portal import access
from quotes.portal.access import BuyerRequest, buyers_of, safe_next
from quotes.portal.forms_signin import AccountForm, CodeForm, EmailForm
from quotes.portal.visitor import address_of
from quotes.signin import codes, people, policies

ASKED = "portal_asked"  # what this browser asked for: handle, address, where to go then
EMAIL_PAGE, CODE_PAGE = "portal/signin/email.html", "portal/signin/code.html"
ACCOUNTS_PAGE = "portal/signin/accounts.html"
LIFE_MIN = int(policies.CODE_LIFE.total_seconds() // 60)
GET_OR_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_OR_POST)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Asks for an address. The answer is the same for every address."""
    wanted = safe_next(request, request.POST.get("next") or request.GET.get("next", ""))
    if buyers_of(request):
        return redirect(wanted)
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _ask(request, form.cleaned_data["email"], wanted)
        return redirect("portal:code")
    return _page(request, EMAIL_PAGE, {"form": form, "next": wanted})


@require_http_methods(GET_OR_POST)
def code(request: HttpRequest) -> HttpResponse:
    """Takes the code that was mailed."""
    asked = request.session.get(ASKED)
    if asked is None:
        return redirect("portal:sign_in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = codes.check_code(
            handle=UUID(asked["handle"]),
            email=asked["email"],
            code=form.cleaned_data["code"],
            now=timezone.now(),
        )
        if user is not None:
            access.begin_session(request, user)
            return redirect(asked["next"])
        form.add_error("code", _("This code is wrong, used or expired. You can ask for a new one."))
    words = {"form": form, "email": asked["email"], "next": asked["next"], "minutes": LIFE_MIN}
    return _page(request, CODE_PAGE, words)


@require_http_methods(GET_OR_POST)
def accounts(request: HttpRequest) -> HttpResponse:
    """Chooses the account to buy for."""
    wanted = safe_next(request, request.POST.get("next") or request.GET.get("next", ""))
    if not request.user.is_authenticated:
        return access.to_sign_in(request)
    buyers = buyers_of(request)
    if not buyers:
        raise Http404("This user buys for no account.")
    form = AccountForm(request.POST or None, buyers=buyers)
    if request.method == "POST" and form.is_valid():
        access.choose(request, form.cleaned_data["buyer"])
        return redirect(wanted)
    cast(BuyerRequest, request).buyers = buyers
    current = access.chosen(request, buyers)
    words = {"form": form, "buyers": buyers, "current": current, "next": wanted}
    return _page(request, ACCOUNTS_PAGE, words)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, _("You are signed out."))
    return redirect("portal:sign_in")


@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Pages, and mails to whoever is signed in, speak another language from now on."""
    answer = set_language(request)
    people.note_language(buyers_of(request), request.POST.get("language", ""))
    return answer


def _ask(request: HttpRequest, email: str, wanted: str) -> None:
    handle = codes.request_code(
        email=email,
        ip=address_of(request),
        now=timezone.now(),
        language=translation.get_language() or "en",
    )
    request.session[ASKED] = {"handle": str(handle), "email": email, "next": wanted}
    if not request.user.is_authenticated:  # a session of staff keeps its own end
        request.session.set_expiry(int(policies.CODE_LIFE.total_seconds()) * 2)


def _page(request: HttpRequest, template: str, words: dict[str, Any]) -> HttpResponse:
    """A page with a form; one that was sent and is wrong is answered as such."""
    wrong = request.method == "POST"
    return render(request, template, words, status=422 if wrong else 200)
