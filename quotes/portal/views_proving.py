"""Who registered in the storefront shows, in the same browser, that they read the mailbox.

GET  /portal/prove/<token>    from the storefront; asks before a mail is sent
POST /portal/prove            has the code mailed
/portal/prove/code            takes it
"""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from integrations.models import Registration
from quotes.portal import access
from quotes.portal.forms_signin import CodeForm
from quotes.portal.visitor import address_of
from quotes.signin import people, policies, proving

STARTED, MAILED = "portal_proof", "portal_proof_code"
KEEP_S = 2 * 3600  # time enough to look for the mail
LIFE_MIN = int(policies.CODE_LIFE.total_seconds() // 60)
START_PAGE, CODE_PAGE = "portal/signin/prove.html", "portal/signin/prove_code.html"
WAIT_PAGE, ENDED_PAGE = "portal/signin/prove_waits.html", "portal/signin/handover_expired.html"


@never_cache
@require_GET
def start(request: HttpRequest, token: str) -> HttpResponse:
    """Opens the link once; from here on the session knows which customer's browser this is."""
    registration = proving.open_proof(token, now=timezone.now())
    if registration is None:
        return render(request, ENDED_PAGE, status=410)
    request.session[STARTED] = registration.pk
    request.session.pop(MAILED, None)
    if not request.user.is_authenticated:  # a session of staff keeps its own end
        request.session.set_expiry(KEEP_S)
    return render(request, START_PAGE, {"registration": registration})


@never_cache
@require_POST
def mail(request: HttpRequest) -> HttpResponse:
    """Has a code mailed, also once more."""
    registration = _started(request)
    # A page that is older than the newest link must not mail for somebody else's customer.
    is_meant = registration is not None and request.POST.get("registration") == str(registration.pk)
    if registration is None or not is_meant or registration.state != Registration.State.WAITING:
        return render(request, ENDED_PAGE, status=410)
    started = proving.mail_code(
        registration,
        ip=address_of(request),
        language=translation.get_language() or "en",
        now=timezone.now(),
    )
    request.session[MAILED] = asdict(started)
    return redirect("portal:prove_code")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Takes the code; the right one also signs in, for whoever typed it reads the mailbox."""
    mailed = request.session.get(MAILED)
    registration = _started(request)
    if mailed is None or registration is None or mailed["registration"] != registration.pk:
        return render(request, ENDED_PAGE, status=410)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        proven = proving.check(
            proving.Proving(**mailed), code=form.cleaned_data["code"], now=timezone.now()
        )
        if proven is not None:
            return _proven(request, proven)
        form.add_error("code", _("This code is wrong, used or expired. You can ask for a new one."))
    words = {"form": form, "registration": registration, "minutes": LIFE_MIN}
    return render(request, CODE_PAGE, words, status=422 if request.method == "POST" else 200)


def _started(request: HttpRequest) -> Registration | None:
    return Registration.objects.filter(pk=request.session.get(STARTED, 0)).first()


def _proven(request: HttpRequest, proven: Registration) -> HttpResponse:
    for name in (STARTED, MAILED):
        request.session.pop(name, None)
    if proven.state != Registration.State.ACCEPTED:
        return render(request, WAIT_PAGE, {"email": proven.email})
    user = people.user_of_address(email=proven.email)
    if user is None:
        return redirect("portal:sign_in")
    access.begin_session(request, user)
    return redirect("portal:home")
