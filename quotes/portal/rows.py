"""The rows that a buyer may see: those of the chosen account, and of quotes only what was offered.

Every view takes its rows from here; for anything else there is no page (404).
"""

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from integrations.models import Order
from quotes.models import Acceptance, Quote, Rfq, Version
from quotes.portal.access import Row, of_account
from quotes.states import SHOWN_TO_BUYER

A_PAGE = 25


def requests_of(request: HttpRequest) -> QuerySet[Rfq]:
    return of_account(Rfq.objects.all(), request)


def request_of(request: HttpRequest, pk: int) -> Rfq:
    return get_object_or_404(requests_of(request), pk=pk)


def versions_of(request: HttpRequest) -> QuerySet[Version]:
    """What was offered to the account and is still for its eyes."""
    shown = Version.objects.filter(state__in=SHOWN_TO_BUYER, offered_at__isnull=False)
    return of_account(shown, request, "quote__account").select_related("quote__account")


def quotes_of(request: HttpRequest) -> QuerySet[Quote]:
    """Quotes of which something was offered; `offered` are those versions, newest first."""
    versions = versions_of(request).defer("document").order_by("-revision")
    quotes = of_account(Quote.objects.all(), request)
    return quotes.filter(pk__in=versions_of(request).values("quote")).prefetch_related(
        Prefetch("versions", queryset=versions, to_attr="offered")
    )


def offered_of(quote: Quote) -> list[Version]:
    """What `quotes_of` found with the quote, newest first."""
    found: list[Version] = quote.offered  # type: ignore[attr-defined]
    return found


def newest_of(request: HttpRequest, quote_pk: int) -> Version:
    found = versions_of(request).filter(quote=quote_pk).order_by("-revision").first()
    if found is None:
        raise Http404("No such quote.")
    return found


def version_of(request: HttpRequest, quote_pk: int, revision: int) -> Version:
    return get_object_or_404(versions_of(request), quote=quote_pk, revision=revision)


def orders_of(request: HttpRequest) -> QuerySet[Order]:
    """Orders of the account, and those of its accepted quotes that belong to no account yet."""
    own = of_account(Acceptance.objects.exclude(order_ref=""), request, "quote__account")
    mine = of_account(Order.objects.all(), request).values("pk")
    quoted = Order.objects.filter(account=None, storefront_ref__in=own.values("order_ref"))
    return Order.objects.filter(Q(pk__in=mine) | Q(pk__in=quoted.values("pk")))


def order_of(request: HttpRequest, pk: int) -> Order:
    return get_object_or_404(orders_of(request), pk=pk)


def page_of(rows: QuerySet[Row], request: HttpRequest) -> Page[Row]:
    """The page that was asked for; the nearest one where there is no such page."""
    return Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
