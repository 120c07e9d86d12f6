"""One page of stock, from the ERP to the storefront."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from integrations.errors import NeedsOperator
from integrations.flows.ownership import looks_for_edits
from integrations.flows.runs.batch import (
    CHANGED_SINCE_PLAN,
    GONE,
    Action,
    HandlePage,
    PageOutcome,
    PlanItem,
    Work,
)
from integrations.flows.runs.pacing import levels_at_once
from integrations.flows.runs.plan import told_already
from integrations.flows.runs.reading import place_of
from integrations.flows.runs.reading_ahead import reading_ahead
from integrations.flows.runs.splitting import in_batches, words_of, write_or_split
from integrations.flows.stock import doubtful
from integrations.flows.stock.decide import (
    ZERO,
    Decision,
    Wanted,
    add_up,
    decide,
    write_of,
)
from integrations.flows.stock.kept import (
    StockLinks,
    keep_levels,
    levels_of,
    missing_page,
    note_missing,
    note_seen,
    uncounted,
)
from integrations.flows.stock.owned import look_for_edits, remember_levels
from integrations.gateways.erp import open_erp
from integrations.gateways.storefront import open_storefront
from integrations.ports import PullsStock
from integrations.records import ErpStock, StockWrite, StorefrontStock, Window

BATCH = 250  # of the pages that are the flow's own, and of hand edits looked for at once
DUE = "due:"  # begins the cursor of pages that are the flow's own
NOTHING = "0+0"  # the fingerprint of a level that is none
GONE_REASON = "the ERP no longer tells of it"
NOT_COUNTED = (
    "the storefront does not count its stock: let the products flow write it with "
    "“The storefront counts stock”"
)


@contextmanager
def open_stock(work: Work) -> Iterator[HandlePage]:
    """Opens both sides of a stock flow and yields what handles a page."""
    flow, run = work.flow, work.run
    with (
        open_erp(flow.source, PullsStock, actor=work.actor, run_id=run.pk) as erp,
        open_storefront(flow.target, actor=work.actor, run_id=run.pk) as shop,
        reading_ahead(erp, "stock_page") as pages,
    ):
        yield StockPages(work, erp=pages, shop=shop).handle


class StockPages:
    """Fetch, keep, decide, apply; nothing is remembered between two pages."""

    def __init__(self, work: Work, *, erp: PullsStock, shop: Any) -> None:
        self._work, self._erp, self._shop = work, erp, shop
        self._source = work.flow.source
        self._links = StockLinks(work.flow, actor=work.actor)
        self._places = self._links.warehouses()

    def handle(self, window: Window, cursor: str | None) -> PageOutcome:
        """Reads one page and carries out what it asks for. Safe to repeat.

        After the source's last page come pages of levels that were on none of them (a complete
        window), or of variants that are sold in the storefront only now (the others).
        """
        if cursor and cursor.startswith(DUE):
            return self._due(window, int(cursor.removeprefix(DUE)))
        place = place_of(window, cursor)
        if place.is_gone:
            return self._gone(int(place.cursor or 0))
        page = self._erp.stock_page(place.window, place.cursor)
        sold = self._links.sold(row.variant_ref for row in page.rows)
        good, odd = doubtful.split(page.rows)
        note_seen(self._source, (row for row, _ in odd), run_id=self._work.run.pk)
        keep_levels(self._source, good, run_id=self._work.run.pk)
        asks = window.start is None and not place.is_late
        outcome = self._outcome(
            levels_of(self._source, sold), place.following(page.next_cursor), looks=asks
        )
        items = (*outcome.items, *(one for row, one in odd if row.variant_ref in sold))
        if place.is_late:
            return replace(outcome, items=self._untold(items), unchanged=0)
        following = outcome.next_cursor or f"{DUE}0"
        return replace(outcome, read=len(page.rows), items=items, next_cursor=following)

    def _outcome(
        self, levels: Iterable[ErpStock], following: str | None, *, looks: bool = False
    ) -> PageOutcome:
        """What becomes of these levels, all that there are of each of their variants.

        Where it `looks`, hand edits of those that did not change are told of, too.
        """
        wanted, homeless = add_up(levels, self._place_of)
        written = self._links.written(one.ref for one in wanted)
        self._work.expect(one.ref for one in wanted)
        decisions = [*_without_place(homeless), *decide(wanted, written)]
        same = [one.ref for one in decisions if one.what == "unchanged"]
        items = [_skipped(one, one.reason) for one in decisions if one.what == "skip"]
        at_once = levels_at_once()
        for batch in in_batches([one for one in decisions if one.what == "write"], at_once):
            items += self._carry_out(batch, written)
        if looks and looks_for_edits(self._work):
            for some in in_batches(same, BATCH):
                look_for_edits(self._work.flow, self._shop, self._links, some)
        return PageOutcome(
            read=0,
            unchanged=len(same),
            items=tuple(items),
            next_cursor=following,
        )

    def _untold(self, items: Iterable[PlanItem]) -> tuple[PlanItem, ...]:
        """What is read a second time is told only where it is news."""
        found = tuple(items)
        known = told_already(self._work.run, (one.ref for one in found))
        return tuple(one for one in found if (one.ref, one.fingerprint) not in known)

    def _due(self, window: Window, after: int) -> PageOutcome:
        """Variants that the storefront sells only now: their stock is known, and did not change."""
        if window.start is None:
            return PageOutcome(read=0, unchanged=0, items=(), next_cursor=None)
        refs, last = self._links.fresh(window.start, after=after, size=BATCH)
        outcome = self._outcome(levels_of(self._source, refs), f"{DUE}{last}" if last else None)
        return replace(outcome, items=self._untold(outcome.items), unchanged=0)

    def _gone(self, after: int) -> PageOutcome:
        """Levels that the ERP no longer tells of: sold as none. Safe to repeat; a run that only
        plans leaves the copy as it is: nobody has said yet that the ERP's answer was complete."""
        missing, last = missing_page(self._work.run, after=after, size=BATCH)
        if self._work.writes:
            note_missing(missing)
        sold = self._links.sold(one.variant_ref for one in missing)
        levels = levels_of(self._source, sold, without={one.pk for one in missing})
        wanted, _ = add_up(levels, self._place_of)
        written = self._links.written(one.ref for one in wanted)
        self._work.expect(one.ref for one in wanted)
        # What the storefront was never told of, it need not be told that there is none.
        decisions = [one for one in decide(wanted, written) if one.ref in written]
        items = self._carry_out([one for one in decisions if one.what == "write"], written)
        return PageOutcome(
            read=0,
            unchanged=0,
            items=tuple(map(_as_gone, items)),
            next_cursor=f"{GONE}{last}" if last else None,
        )

    def _place_of(self, row: ErpStock) -> str | None:
        own: str = self._work.flow.target.setting("location_id")
        if self._work.flow.settings.get("locations") == "sum" or not row.location_ref:
            if not own:
                raise NeedsOperator(
                    "The storefront's connection names no stock location.",
                    reason="no_stock_location",
                    hint="Enter its location id in the settings of the connection.",
                )
            return own
        return self._places.get(row.location_ref)

    def _carry_out(
        self, decisions: Sequence[Decision], written: Mapping[str, str]
    ) -> list[PlanItem]:
        items: list[PlanItem] = []
        planned: list[Wanted] = []
        for one in decisions:
            if one.wanted and self._work.is_planned(one.ref, one.wanted.fingerprint):
                planned.append(one.wanted)
            else:
                items.append(_skipped(one, CHANGED_SINCE_PLAN))
        held = {one.sku: one for one in self._shop.stock_of([one.sku for one in planned])}
        items += [_not_counted(one) for one in planned if one.sku not in held]
        ready = [one for one in planned if one.sku in held]
        if not self._work.writes:
            return items + [_done(one, written, held[one.sku]) for one in ready]
        return items + self._write(ready, held, written)

    def _write(
        self,
        ready: Sequence[Wanted],
        held: Mapping[str, StorefrontStock],
        written: Mapping[str, str],
    ) -> list[PlanItem]:
        waits = uncounted(self._work.flow.target, [one.sku for one in ready])
        pairs = [(one, write_of(one, held[one.sku], waits.get(one.sku, ZERO))) for one in ready]

        def write(some: Sequence[tuple[Wanted, StockWrite]]) -> Sequence[Wanted]:
            self._shop.write_stock([one for _, one in some])
            return [wanted for wanted, _ in some]

        outcomes = write_or_split(pairs, write, self._work.checkpoint)
        self._links.keep((one, held[one.sku]) for _, one, _ in outcomes if one is not None)
        remember_levels(self._links, [pair for pair, one, _ in outcomes if one is not None])
        return [
            _done(wanted, written, held[wanted.sku])
            if error is None
            else _failed(wanted, words_of(error))
            for (wanted, _), _, error in outcomes
        ]


def _without_place(homeless: Mapping[str, str]) -> list[Decision]:
    return [
        Decision(
            what="skip",
            ref=f"location:{ref}",
            label=name or ref,
            reason=f"location {name or ref} of the ERP has no counterpart: add a warehouse "
            "mapping, or let the flow add all locations up",
        )
        for ref, name in sorted(homeless.items())
    ]


def _done(wanted: Wanted, written: Mapping[str, str], held: StorefrontStock) -> PlanItem:
    before = written.get(wanted.ref)
    return PlanItem(
        action="create" if before is None else "change",
        ref=wanted.ref,
        label=wanted.sku,
        reason=f"{wanted.available.normalize():f} available" + _was(before),
        fingerprint=wanted.fingerprint,
        changes=_changes(wanted, held),
    )


def _as_gone(item: PlanItem) -> PlanItem:
    """With nothing left of it, it is taken from buyers: too many of those ask a person."""
    if item.action != "change":
        return item
    action: Action = "remove" if item.fingerprint == NOTHING else "change"
    return replace(item, action=action, reason=f"{GONE_REASON}: {item.reason}")


def _was(before: str | None) -> str:
    return "" if before is None else f", before {before.partition('+')[0]}"


def _changes(wanted: Wanted, held: StorefrontStock) -> tuple[tuple[str, str, str], ...]:
    """What a buyer may have now and what they shall; reservations of the storefront aside."""
    level = held.at(wanted.location_id)
    free = f"{(level.stocked - level.reserved).normalize():f}" if level else ""
    coming = f"{level.incoming.normalize():f}" if level else ""
    pairs = (
        ("available", free, f"{max(ZERO, wanted.available).normalize():f}"),
        ("incoming", coming, f"{max(ZERO, wanted.incoming).normalize():f}"),
    )
    return tuple(one for one in pairs if one[1] != one[2])


def _not_counted(wanted: Wanted) -> PlanItem:
    return PlanItem(action="skip", ref=wanted.ref, label=wanted.sku, reason=NOT_COUNTED)


def _failed(wanted: Wanted, reason: str) -> PlanItem:
    return PlanItem(action="failed", ref=wanted.ref, label=wanted.sku, reason=reason)


def _skipped(decision: Decision, reason: str) -> PlanItem:
    return PlanItem(action="skip", ref=decision.ref, label=decision.label, reason=reason)
