"""Offers as a buyer sees them: the list, a version, what changed, the PDF. Nothing is decided."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from integrations.models import Order
from quotes.documents import BadDocument
from quotes.models import Acceptance, Version
from quotes.portal import changes as compared
from quotes.portal import offer, printing
from quotes.portal.access import BuyerRequest, buyer_required
from quotes.portal.rows import (
    IN_LISTS,
    newest_of,
    offered_of,
    orders_of,
    page_of,
    quotes_of,
    version_of,
    versions_of,
)
from quotes.services import answering
from quotes.services.offering import is_open_to_buyer
from quotes.states import BOUND, VersionState

_V = VersionState


@require_GET
@buyer_required
def index(request: HttpRequest) -> HttpResponse:
    quotes = quotes_of(request).select_related("rfq")
    page = page_of(quotes.only("title", "currency", "rfq__reference"), request)
    rows = [(quote, offered_of(quote)[0]) for quote in page]
    return render(request, "portal/quotes/list.html", {"page": page, "rows": rows})


@require_GET
@buyer_required
def newest(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, newest_of(request, pk))


@require_GET
@buyer_required
def detail(request: HttpRequest, pk: int, revision: int) -> HttpResponse:
    return _page(request, version_of(request, pk, revision))


@require_GET
@buyer_required
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """Two versions beside each other: `?from=1&to=2`, else the two newest."""
    versions = list(versions_of(request).filter(quote=pk).order_by("revision"))
    if len(versions) < 2:
        raise Http404("There is nothing to compare.")
    after = _chosen(versions, request.GET.get("to"), versions[-1])
    earlier = [one for one in versions if one.revision < after.revision]
    before = _chosen(versions, request.GET.get("from"), earlier[-1] if earlier else versions[0])
    told = {
        "quote": after.quote,
        "versions": versions,
        "before": before,
        "after": after,
        "changes": compared.between(offer.document_of(before), offer.document_of(after)),
    }
    return render(request, "portal/quotes/changes.html", told)


@require_GET
@buyer_required
def pdf(request: HttpRequest, pk: int, revision: int) -> HttpResponse:
    version = version_of(request, pk, revision)
    url = request.build_absolute_uri(f"/portal/quotes/{pk}")
    language = translation.get_language() or "en"
    try:
        content = printing.print_offer(version, language=language, url=url)
    except BadDocument as bad:
        printing.logger.error("offer_not_printed version=%s error=%s", version.pk, bad)
        messages.error(request, _("This quote cannot be printed. Please call your contact."))
        return redirect("portal:version", pk=pk, revision=revision)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{printing.file_name(version)}"'
    return answer


def _page(request: HttpRequest, version: Version) -> HttpResponse:
    answering.view(version)
    person = cast(BuyerRequest, request).buyer
    quote, document = version.quote, offer.document_of(version)
    offered = versions_of(request).select_related(None).filter(quote=quote)
    every = list(offered.only(*IN_LISTS).order_by("-revision"))
    acceptance = _acceptance(version)
    lines = offer.lines_of(document)
    told = {
        "version": version,
        "quote": quote,
        "document": document,
        "lines": lines,
        "places": offer.places_of(document),
        "has_tiers": any(line.tiers for line in lines),
        "versions": every,
        "newest": every[0],
        "acceptance": acceptance,
        "order": _order(request, acceptance),
        **_what_can_be_done(version, person),
    }
    return render(request, "portal/quotes/detail.html", told)


def _what_can_be_done(version: Version, person: Any) -> dict[str, Any]:
    """Which buttons the page has; the services judge again when one is pressed."""
    is_open = is_open_to_buyer(version, timezone.now())
    is_pending = is_open and version.state == _V.ACCEPTANCE_PENDING
    right = getattr(person, "right", None)
    may_approve = bool(right and right.may_approve)
    is_over = is_open and bool(answering.may_accept(version, person))
    return {
        "is_open": is_open,
        "is_pending": is_pending,
        "is_over": is_over,
        "may_accept": is_open
        and not is_over
        and version.state in (_V.OFFERED, _V.ACCEPTANCE_PENDING),
        "may_ask_company": is_over and version.state == _V.OFFERED,
        "may_refuse": is_pending and (may_approve or version.asked_by_id == person.pk),
        "may_change": is_open and version.state == _V.OFFERED,
        "may_keep": is_open and version.state == _V.CHANGE_REQUESTED,
        "may_decline": is_open and (right is None or answering.may_decline(right)),
        "asked_by": version.asked_by if is_pending else None,
    }


def _acceptance(version: Version) -> Acceptance | None:
    """Asked for only where there is one."""
    if version.state not in BOUND:
        return None
    return Acceptance.objects.filter(version=version).select_related("buyer").first()


def _order(request: HttpRequest, acceptance: Acceptance | None) -> Order | None:
    if acceptance is None or not acceptance.order_ref:
        return None
    return orders_of(request).filter(storefront_ref=acceptance.order_ref).first()


def _chosen(versions: list[Version], revision: str | None, usual: Version) -> Version:
    if revision is None:
        return usual
    for version in versions:
        if str(version.revision) == revision:
            return version
    raise Http404("No such version.")
