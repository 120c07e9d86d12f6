"""One page of stock, from the ERP to the storefront."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from integrations.errors import Conflict, NeedsOperator, Rejected, RemoteError
from integrations.flows.ownership import looks_for_edits
from integrations.flows.runs.batch import (
    CHANGED_SINCE_PLAN,
    GONE,
    HandlePage,
    PageOutcome,
    PlanItem,
    Work,
)
from integrations.flows.runs.pacing import levels_at_once
from integrations.flows.runs.plan import told_already
from integrations.flows.runs.reading import place_of
from integrations.flows.runs.reading_ahead import reading_ahead
from integrations.flows.runs.splitting import in_batches, words_of, write_or_split, write_whole
from integrations.flows.stock import doubtful
from integrations.flows.stock.decide import (
    ZERO,
    Decision,
    Wanted,
    add_up,
    decide,
    left_behind,
    write_of,
)
from integrations.flows.stock.kept import (
    StockLinks,
    held_of,
    keep_levels,
    levels_of,
    missing_page,
    note_missing,
    note_seen,
    uncounted,
)
from integrations.flows.stock.opening import NewItems
from integrations.flows.stock.owned import look_for_edits, remember_levels
from integrations.flows.stock.told import (
    as_gone,
    as_left,
    done,
    failed,
    not_counted,
    skipped,
    without_place,
)
from integrations.gateways.erp import open_erp
from integrations.gateways.storefront import open_storefront
from integrations.ports import PullsStock
from integrations.records import ErpStock, StockWrite, StorefrontStock, Window

BATCH = 250  # of the pages that are the flow's own, and of hand edits looked for at once
DUE = "due:"  # begins the cursor of pages that are the flow's own

Row = tuple[Wanted, StockWrite]
Outcomes = Sequence[tuple[Row, Wanted | None, RemoteError | None]]
WriteRows = Callable[
    [Sequence[Row], Callable[[Sequence[Row]], Sequence[Wanted]], Callable[[], None]], Outcomes
]


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
        self._new = NewItems(work.flow)

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
        levels = list(levels)
        wanted, homeless = add_up(levels, self._place_of)
        written = self._links.written(one.variant_ref for one in levels)
        left = left_behind(levels, wanted, written)
        self._work.expect(one.ref for one in (*left, *wanted))
        # What is left behind goes first: rather too little is on sale than the same twice.
        decisions = [*without_place(homeless), *decide([*left, *wanted], written)]
        same = [one.ref for one in decisions if one.what == "unchanged"]
        items = [skipped(one, one.reason) for one in decisions if one.what == "skip"]
        going = [one for one in left if self._work.is_planned(one.ref, one.fingerprint)]
        self._work.before_removing(len(going))
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
            return PageOutcome.of_nothing(None)
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
        written = self._links.written(one.variant_ref for one in levels)
        wanted = [*left_behind(levels, wanted, written), *wanted]
        self._work.expect(one.ref for one in wanted)
        # What the storefront was never told of, it need not be told that there is none.
        decisions = [one for one in decide(wanted, written) if one.ref in written]
        items = self._carry_out([one for one in decisions if one.what == "write"], written)
        return PageOutcome(
            read=0,
            unchanged=0,
            items=tuple(map(as_gone, items)),
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
                items.append(skipped(one, CHANGED_SINCE_PLAN))
        sold = self._links.sold(one.variant_ref for one in planned)
        new = self._new.of(planned, sold, written) if self._work.writes else {}
        if new:
            rest = {ref: variant_id for ref, variant_id in sold.items() if ref not in new}
            held = held_of(self._shop, rest) | new
            try:
                return items + self._settle(planned, held, written, write=_at_once)
            except (Rejected, Conflict):  # a hand was faster, or a try whose answer was lost
                self._new.disbelieve(new)
        return items + self._settle(planned, held_of(self._shop, sold), written)

    def _settle(
        self,
        planned: Sequence[Wanted],
        held: Mapping[str, StorefrontStock],
        written: Mapping[str, str],
        *,
        write: WriteRows = write_or_split,
    ) -> list[PlanItem]:
        planned = self._without_absent(planned, held)
        items = [not_counted(one) for one in planned if one.variant_ref not in held]
        ready = [one for one in planned if one.variant_ref in held]
        if self._work.writes:
            done_ = self._write(ready, held, written, write)
            self._new.forget(one.variant_ref for one in ready if not held[one.variant_ref].levels)
        else:
            done_ = [done(one, written, held[one.variant_ref]) for one in ready]
        return items + self._named(done_, ready)

    def _named(self, items: Sequence[PlanItem], ready: Iterable[Wanted]) -> list[PlanItem]:
        """Tells where it was that something was left behind."""
        left = {one.ref: one.location_id for one in ready if one.is_left}
        names = dict(self._shop.stock_locations()) if left else {}
        return [as_left(one, names[left[one.ref]]) if one.ref in left else one for one in items]

    def _without_absent(
        self, planned: Sequence[Wanted], held: Mapping[str, StorefrontStock]
    ) -> list[Wanted]:
        """What was left behind at a location that is gone, or where there is no level any more,
        is on sale nowhere: it is noted, and nothing is sent."""
        if not any(one.is_left for one in planned):
            return list(planned)
        places = {place for place, _ in self._shop.stock_locations()}
        absent = {
            one.ref
            for one in planned
            if one.is_left
            and (
                one.location_id not in places
                or one.variant_ref not in held
                or held[one.variant_ref].at(one.location_id) is None
            )
        }
        if absent and self._work.writes:
            self._links.note_none(absent)
        return [one for one in planned if one.ref not in absent]

    def _write(
        self,
        ready: Sequence[Wanted],
        held: Mapping[str, StorefrontStock],
        written: Mapping[str, str],
        write_rows: WriteRows,
    ) -> list[PlanItem]:
        waits = uncounted(self._work.flow.target, [one.sku for one in ready])
        pairs = [
            (one, write_of(one, held[one.variant_ref], waits.get(one.sku, ZERO))) for one in ready
        ]

        def write(some: Sequence[Row]) -> Sequence[Wanted]:
            self._shop.write_stock([one for _, one in some])
            return [wanted for wanted, _ in some]

        outcomes = write_rows(pairs, write, self._work.checkpoint)
        self._links.keep((one, held[one.variant_ref]) for _, one, _ in outcomes if one is not None)
        remember_levels(self._links, [pair for pair, one, _ in outcomes if one is not None])
        return [
            done(wanted, written, held[wanted.variant_ref])
            if error is None
            else failed(wanted, words_of(error))
            for (wanted, _), _, error in outcomes
        ]


def _at_once(
    rows: Sequence[Row],
    write: Callable[[Sequence[Row]], Sequence[Wanted]],
    checkpoint: Callable[[], None],
) -> Outcomes:
    written = write_whole(rows, write, checkpoint)
    return [(row, wanted, None) for row, wanted in zip(rows, written, strict=True)]
