"""Who may see a page of the portal, and as which buyer.

    @buyer_required
    def quote(request, pk):
        quote = get_object_or_404(of_account(Quote.objects.all(), request), pk=pk)

A user may buy for several accounts: the chosen one is kept in the session. Strangers are
sent to sign in and come back; people who are no buyers (staff) find no page here.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language

from integrations.models import Buyer, User
from quotes.signin import people

logger = logging.getLogger(__name__)

CHOSEN, ONLY, SEEN = "portal_buyer", "portal_only", "portal_seen"
SEEN_EVERY_S = 300  # how often a visit is written down: the session ends this much early at most
HOME = "/portal/"

Row = TypeVar("Row", bound=Model)
View = Callable[..., HttpResponseBase]


class BuyerRequest(HttpRequest):
    """What views behind `buyer_required` get."""

    user: User
    buyer: Buyer
    buyers: list[Buyer]  # all that this user may choose from, by name of account


def buyer_required(view: View) -> View:
    """Gives the view `request.buyer`, the Buyer of the chosen account."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        buyers = buyers_of(request)
        if not buyers:
            raise Http404("This user buys for no account.")
        buyer = chosen(request, buyers)
        if buyer is None:
            return HttpResponseRedirect(_with_next("portal:accounts", request))
        touch(request)
        known = cast(BuyerRequest, request)
        known.buyer, known.buyers = buyer, buyers
        return view(request, *args, **kwargs)

    return guarded


def of_account(rows: QuerySet[Row], request: HttpRequest, field: str = "account") -> QuerySet[Row]:
    """Only the rows of the chosen account. `field` leads from a row to its account."""
    return rows.filter(**{field: cast(BuyerRequest, request).buyer.account_id})


def buyers_of(request: HttpRequest) -> list[Buyer]:
    """The buyers that the signed-in user may act as in this session, by name of account."""
    if not request.user.is_authenticated:
        return []
    rows = Buyer.objects.filter(user=request.user, is_active=True)
    rows = rows.select_related("account", "right")
    if ONLY in request.session:
        rows = rows.filter(pk=request.session[ONLY])
    return list(rows.order_by("account__name", "id"))


def chosen(request: HttpRequest, buyers: list[Buyer]) -> Buyer | None:
    """The buyer of the chosen account; None where a choice must be made first."""
    if len(buyers) == 1:
        return buyers[0]
    wanted = request.session.get(CHOSEN)
    return next((buyer for buyer in buyers if buyer.pk == wanted), None)


def choose(request: HttpRequest, buyer: Buyer) -> None:
    request.session[CHOSEN] = buyer.pk


def begin_session(request: HttpRequest, user: User, *, only: Buyer | None = None) -> None:
    """Signs the browser in under a new session key; mails speak its language from now on.

    With `only` the session acts as that buyer and no other of the user's: a hand-over vouches
    for one customer of the storefront, not for whoever reads the mailbox.
    """
    request.session.flush()  # nothing of an earlier visitor, and no key that anybody knew before
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session.set_expiry(int(settings.PORTAL_SESSION_HOURS * 3600))
    if only is not None:
        request.session[ONLY] = only.pk
    request.session[SEEN] = _seconds()
    people.note_language(buyers_of(request), get_language() or "")


def touch(request: HttpRequest) -> None:
    """Writes down that somebody is there: an idle session ends after PORTAL_SESSION_HOURS."""
    seen = request.session.get(SEEN)
    if seen is not None and _seconds() - seen >= SEEN_EVERY_S:
        request.session[SEEN] = _seconds()


def to_sign_in(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(_with_next("portal:sign_in", request))


def safe_next(request: HttpRequest, wanted: str) -> str:
    """Where to go after signing in: a page of the portal, whatever the address says."""
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts=None, require_https=request.is_secure()
    )
    return wanted if ours and wanted.startswith(HOME) and "/../" not in wanted else HOME


def _with_next(name: str, request: HttpRequest) -> str:
    """A form that was sent without a session is not sent again: then it is the first page."""
    came_for = request.get_full_path() if request.method in ("GET", "HEAD") else HOME
    query = urlencode({"next": came_for}) if came_for != HOME else ""
    return f"{reverse(name)}?{query}" if query else reverse(name)


def _seconds() -> int:
    return int(timezone.now().timestamp())
