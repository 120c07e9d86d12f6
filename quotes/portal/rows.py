"""The rows that a buyer may see: those of the chosen account, and of quotes only what was offered.

Every view takes its rows from here; for anything else there is no page (404).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from integrations.models import Order
from quotes.models import Quote, Rfq, Version
from quotes.portal.access import Row, of_account
from quotes.states import ANSWERED_TO_BUYER, SHOWN_TO_BUYER

A_PAGE = 25
# What a list shows of a version; its document is long.
IN_LISTS = ("quote_id", "revision", "state", "offered_at", "valid_until", "gross_total")

NOT_SHOWN = ("plan", "difference", "overrides", "held_message", "held_hint")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """One page of a list, and whether there are others. How many is not counted: among ten
    thousand rows that would take longer than all the rest of the page."""

    number: int
    rows: list[Row]
    has_next: bool

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


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
    shown = Version.objects.filter(state__in=SHOWN_TO_BUYER, offered_at__isnull=False)
    quotes = of_account(Quote.objects.all(), request)
    # Exists, not in: the newest of an account are found by its index, one after the other.
    return quotes.filter(Exists(shown.filter(quote=OuterRef("pk")))).prefetch_related(
        Prefetch(
            "versions", queryset=shown.only(*IN_LISTS).order_by("-revision"), to_attr="offered"
        )
    )


def offered_of(quote: Quote) -> list[Version]:
    """What `quotes_of` found with the quote, newest first."""
    found: list[Version] = quote.offered  # type: ignore[attr-defined]
    return found


def offers_of(request: HttpRequest, rfq: Rfq) -> list[Version]:
    """What the account was offered for a request: of each quote the newest."""
    found = versions_of(request).select_related(None).filter(quote__rfq=rfq)
    shown = (*IN_LISTS, "quote__currency")
    rows = found.select_related("quote").only(*shown).order_by("-quote", "-revision")
    return list({row.quote_id: row for row in reversed(rows)}.values())[::-1]


def newest_of(request: HttpRequest, quote_pk: int) -> Version:
    found = versions_of(request).filter(quote=quote_pk).order_by("-revision").first()
    if found is None:
        raise Http404("No such quote.")
    return found


def version_of(request: HttpRequest, quote_pk: int, revision: int) -> Version:
    return get_object_or_404(versions_of(request), quote=quote_pk, revision=revision)


def answered_of(request: HttpRequest, quote_pk: int, revision: int) -> Version:
    """The version that an answer is about, also one that was withdrawn under the buyer's eyes:
    the answer to that is refused in words."""
    offered = Version.objects.filter(state__in=ANSWERED_TO_BUYER, offered_at__isnull=False)
    mine = of_account(offered, request, "quote__account").select_related("quote__account")
    return get_object_or_404(mine, quote=quote_pk, revision=revision)


def orders_of(request: HttpRequest) -> QuerySet[Order]:
    """Orders of the account; those of its accepted quotes are among them once they are placed."""
    return of_account(Order.objects.defer(*NOT_SHOWN), request)


def of_orders(rows: QuerySet[Row], request: HttpRequest) -> QuerySet[Row]:
    """Shipments or invoices of the account's orders, each with its order and the ERP of that."""
    mine = of_account(rows, request, "order__account").select_related("order__erp")
    return mine.defer(*(f"order__{name}" for name in NOT_SHOWN))


def order_of(request: HttpRequest, pk: int) -> Order:
    return get_object_or_404(orders_of(request), pk=pk)


def page_of(rows: QuerySet[Row], request: HttpRequest) -> Page[Row]:
    """The page that was asked for; the last one where there is no such page."""
    number = _number(request.GET.get("page", ""))
    found = _slice(rows, number)
    if not found and number > 1:
        number = max(1, -(-rows.count() // A_PAGE))
        found = _slice(rows, number)
    return Page(number=number, rows=found[:A_PAGE], has_next=len(found) > A_PAGE)


def _slice(rows: QuerySet[Row], number: int) -> list[Row]:
    """The rows of the page, and one more where there is one."""
    first = (number - 1) * A_PAGE
    return list(rows[first : first + A_PAGE + 1])


def _number(given: str) -> int:
    return max(1, int(given)) if given.isascii() and given.isdigit() and 0 < len(given) < 7 else 1
