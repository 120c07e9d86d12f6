"""One page of prices, from the ERP to the storefront."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.utils import timezone

from integrations.errors import NeedsOperator
from integrations.flows.ownership import looks_for_edits
from integrations.flows.prices import edits, items, unreadable
from integrations.flows.prices.base import BasePrices
from integrations.flows.prices.decide import (
    EVERYONE,
    BaseDecision,
    Decision,
    Terms,
    decide_base,
    decide_listed,
)
from integrations.flows.prices.kept import PriceCopy
from integrations.flows.prices.listed import ListedPrices
from integrations.flows.prices.lists import Lists
from integrations.flows.prices.offers import Kept
from integrations.flows.prices.settings import terms_of, zone_of
from integrations.flows.prices.tidying import Tidying
from integrations.flows.runs.batch import (
    CHANGED_SINCE_PLAN,
    HandlePage,
    PageOutcome,
    PlanItem,
    Work,
)
from integrations.flows.runs.beside import runs_beside
from integrations.flows.runs.plan import told_already
from integrations.flows.runs.reading import place_of
from integrations.flows.runs.reading_ahead import reading_ahead
from integrations.gateways.erp import open_erp
from integrations.gateways.storefront import WRITING, open_storefront
from integrations.models import Flow
from integrations.ports import PullsPrices
from integrations.records import Page, Window

AT_ONCE = 500
# What comes after the source's own pages: what is gone, or what has become due.
GONE, GONE_LISTS, DUE = "gone:rows:", "gone:lists:", "due:"


@contextmanager
def open_prices(work: Work) -> Iterator[HandlePage]:
    """Opens both sides of a prices flow and yields what handles a page."""
    flow, run = work.flow, work.run
    _refuse_second_storefront(flow)
    with (
        open_erp(flow.source, PullsPrices, actor=work.actor, run_id=run.pk) as erp,
        open_storefront(flow.target, actor=work.actor, run_id=run.pk) as shop,
        reading_ahead(erp, "price_page") as pages,
    ):
        yield PricePages(work, erp=pages, shop=shop).handle


class PricePages:
    """Fetch, keep, decide, apply; between two pages only which lists are ready is remembered."""

    def __init__(self, work: Work, *, erp: PullsPrices, shop: Any) -> None:
        self._work, self._erp, self._shop = work, erp, shop
        self._copy = PriceCopy(work.flow, run_id=work.run.pk)
        self._lists = Lists(work, shop=shop, zone=zone_of(work.flow.settings))
        self._tidying = Tidying(work, copy=self._copy, lists=self._lists, shop=shop)
        self._listed = ListedPrices(work, shop=shop, copy=self._copy, lists=self._lists)
        self._base = BasePrices(work, shop=shop, copy=self._copy)

    def handle(self, window: Window, cursor: str | None) -> PageOutcome:
        """Reads one page and carries out what it asks for. Safe to repeat.

        After the source's last page come pages of what is gone from it (a complete window), or
        of what has become due (the others); last, where the flow says so, the complete one
        looks for what a hand changed.
        """
        if cursor and cursor.startswith(edits.EDITS):
            return PageOutcome.of_nothing(edits.look_page(self._work, self._shop, cursor))
        if cursor and cursor.startswith(GONE_LISTS):
            return self._tidy_lists(_number(cursor))
        if cursor and cursor.startswith(GONE):
            return self._gone(_number(cursor))
        if cursor and cursor.startswith(DUE):
            today = self._terms().today
            offers, last = self._copy.due_page(window, today, _number(cursor), AT_ONCE)
            kept = self._copy.offers(offers)
            return self._untold(self._outcome(kept, 0, f"{DUE}{last}" if last else None))
        place = place_of(window, cursor)
        page: Page[Any] = self._erp.price_page(place.window, place.cursor)
        # What was met in the window already is not read anew: it was judged, and comes again.
        rows = self._copy.not_met(page.rows) if place.is_late else page.rows
        good, bad = unreadable.split(rows)
        offers = self._copy.keep(good)
        following = place.following(page.next_cursor, gone=f"{GONE}0") or f"{DUE}0"
        outcome = self._outcome(self._copy.offers(offers), len(rows), following)
        return replace(outcome, items=(*outcome.items, *self._unreadable(bad)))

    def _unreadable(self, bad: Sequence[tuple[Any, str]]) -> list[PlanItem]:
        """Each is told once; one that was kept before stays as it was, and is not gone."""
        items = [unreadable.told(price, problem) for price, problem in bad]
        if not items:
            return []
        self._copy.note_unreadable({item.ref: item.reason for item in items})
        known = told_already(self._work.run, (item.ref for item in items))
        return [item for item in items if (item.ref, item.fingerprint) not in known]

    def _gone(self, after: int) -> PageOutcome:
        """Rows that the run did not come upon. An offer is looked at as a whole, at the first of
        its missing rows.

        The copy is told only where that is believed: by a live run, whose removals were looked
        through before; an applied plan tells it of what was planned. What only looks, a plan
        too, leaves it as it is.
        """
        beside = runs_beside(self._work.run)
        page, last = self._copy.missing_page(after, AT_ONCE, beside=beside)
        missing = self._copy.missing_of(set(page.values()), beside=beside)
        names = [offer for offer, pks in missing.items() if pks[0] > after]
        gone = {pk for offer in names for pk in missing[offer]}
        kept = self._copy.offers(names, without=gone)
        if self._work.writes and self._work.planned is None:
            self._copy.note_missing(gone)
        following = f"{GONE}{last}" if last else f"{GONE_LISTS}0"
        return self._untold(self._outcome(kept, 0, following, is_guarded=True))

    def _untold(self, outcome: PageOutcome) -> PageOutcome:
        """What the run's plan says already, of a page of the ERP's, is not said again."""
        known = told_already(self._work.run, (item.ref for item in outcome.items))
        items = (one for one in outcome.items if (one.ref, one.fingerprint) not in known)
        return replace(outcome, items=tuple(items))

    def _outcome(
        self,
        kept: Mapping[str, Sequence[Kept]],
        read: int,
        next_cursor: str | None,
        *,
        is_guarded: bool = False,
    ) -> PageOutcome:
        """What becomes of these offers; `is_guarded`: their removals were looked through."""
        everyone = [rows for rows in kept.values() if rows[0].audience == EVERYONE]
        listed = [rows for rows in kept.values() if rows[0].audience != EVERYONE]
        sold = self._copy.sold(rows[0].variant_ref for rows in kept.values())
        terms = self._terms()
        base = [decide_base(rows, sold.get(rows[0].variant_ref), terms) for rows in everyone]
        special = [
            one
            for rows in listed
            for one in decide_listed(rows, sold.get(rows[0].variant_ref), terms)
        ]
        told = self._items(base, special, is_guarded=is_guarded)
        if not self._work.is_dry:
            self._note_problems(base, special)
        if self._work.writes:
            self._copy.forget_untold(row for rows in kept.values() for row in rows)
        unchanged = sum(one.what == "unchanged" for one in base)
        unchanged += sum(one.what == "unchanged" for one in special)
        return PageOutcome(
            read=read,
            unchanged=unchanged if read else 0,  # what comes after was counted before
            items=tuple(told),
            next_cursor=next_cursor,
        )

    def _items(
        self, base: Sequence[BaseDecision], special: Sequence[Decision], *, is_guarded: bool
    ) -> list[PlanItem]:
        """One item per decision that is worth one; carries out what the run may write."""
        told = [items.skipped(row, reason) for one in base for row, reason in one.reasons]
        told += [items.skipped(one.row, one.reason) for one in special if one.what == "skip"]
        whole, single = [], []
        for one in base:
            if one.what == "write":
                if self._work.is_planned(one.ref, one.fingerprint):
                    whole.append(one)
                else:
                    told.append(replace(items.skipped(one.first, CHANGED_SINCE_PLAN), ref=one.ref))
        for each in special:
            if each.what in ("write", "remove"):
                if self._work.is_planned(each.row.ref, each.fingerprint):
                    single.append(each)
                else:
                    told.append(items.skipped(each.row, CHANGED_SINCE_PLAN))
        if not self._work.writes:
            told += [items.base_done(one) for one in whole]
            return told + [items.listed_done(one) for one in single]
        if not is_guarded:
            taken = sum(one.takes_away for one in whole) + sum(one.takes_away for one in single)
            self._work.before_removing(taken)
        rows = [row for one in whole for row in one.rows] + [one.row for one in single]
        self._copy.note_missing([row.pk for row in rows if not row.is_active])
        told += self._base.write(whole)
        return told + (self._listed.write(single) if single else [])

    def _note_problems(self, base: Sequence[BaseDecision], special: Sequence[Decision]) -> None:
        problems = {row.pk: reason for one in base for row, reason in one.reasons}
        problems |= {one.row.pk: one.reason for one in special if one.what == "skip"}
        rows: list[Kept] = [row for one in base for row in one.rows]
        rows += [one.row for one in special]
        self._copy.note_problems(problems, rows)

    def _tidy_lists(self, after: int) -> PageOutcome:
        told, last = self._tidying.page(after)
        after_all = edits.FIRST if looks_for_edits(self._work) else None
        following = f"{GONE_LISTS}{last}" if last else after_all
        return PageOutcome(read=0, unchanged=0, items=tuple(told), next_cursor=following)

    def _terms(self) -> Terms:
        return terms_of(
            self._work.flow.settings,
            sold_in=self._shop.sold_currencies(),
            gross=self._shop.gross_currencies(),
            now=timezone.now(),
        )


def _number(cursor: str) -> int:
    return int(cursor.rpartition(":")[2])


def _refuse_second_storefront(flow: Flow) -> None:
    """The copy remembers of each price which one it is in one storefront."""
    others = Flow.objects.filter(kind=Flow.Kind.PRICES, source=flow.source).exclude(pk=flow.pk)
    if flow.mode in WRITING and others.filter(mode__in=WRITING).exists():
        raise NeedsOperator(
            f"The prices of {flow.source.name} are written to another storefront already.",
            reason="prices_elsewhere",
            cause=f"prices_elsewhere:{flow.source_id}",
            hint="Set the other prices flow to shadow or off.",
        )
