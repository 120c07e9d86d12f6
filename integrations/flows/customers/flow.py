"""One page of customers, from the ERP to the portal and the storefront."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.utils import timezone

from integrations.flows.customers import gone, kept, looking, unreadable
from integrations.flows.customers.applying import Applying, waiting
from integrations.flows.customers.decide import Decision, decide
from integrations.flows.customers.first_contact import CustomerMatching
from integrations.flows.customers.matching import Match, match_accounts
from integrations.flows.customers.registrations import note_registered
from integrations.flows.customers.wanted import wanted_of
from integrations.flows.runs.batch import (
    CHANGED_SINCE_PLAN,
    HandlePage,
    PageOutcome,
    PlanItem,
    Work,
)
from integrations.flows.runs.plan import told_already
from integrations.flows.runs.reading import place_of
from integrations.flows.runs.splitting import in_batches
from integrations.gateways.erp import open_erp
from integrations.gateways.storefront import open_storefront
from integrations.ports import PullsCustomers
from integrations.records import ErpCustomer, Window

# People are written one by one, so a batch is what one look-up of addresses can take.
BATCH = 50
# Where a run is: what `looking` does, pages of the ERP, then what is gone, then who registered.
ERP, GONE, REGISTERED = "erp:", "gone:", "registered:"


@contextmanager
def open_customers(work: Work) -> Iterator[HandlePage]:
    """Opens both sides of a customers flow and yields what handles a page."""
    flow, run = work.flow, work.run
    with (
        open_erp(flow.source, PullsCustomers, actor=work.actor, run_id=run.pk) as erp,
        open_storefront(flow.target, actor=work.actor, run_id=run.pk) as shop,
    ):
        yield CustomerPages(work, erp=erp, shop=shop).handle


@contextmanager
def open_kept_customers(work: Work) -> Iterator[Callable[[Sequence[ErpCustomer]], PageOutcome]]:
    """Opens the storefront alone; yields what decides and carries out customers read before."""
    with open_storefront(work.flow.target, actor=work.actor) as shop:
        pages = CustomerPages(work, erp=None, shop=shop)
        yield lambda rows: pages.judge(rows, next_cursor=None)


class CustomerPages:
    """Fetch, keep, decide, apply; nothing is remembered between two pages."""

    def __init__(self, work: Work, *, erp: PullsCustomers | None, shop: Any) -> None:
        self._work, self._erp, self._shop = work, erp, shop
        self._source, self._target = work.flow.source, work.flow.target
        self._matching = CustomerMatching(work)

    def handle(self, window: Window, cursor: str | None) -> PageOutcome:
        """Reads one page and carries out what it asks for. Safe to repeat."""
        place = cursor or looking.first_place(self._work, window) or ERP
        if place.startswith(looking.THERE):
            return PageOutcome.of_nothing(looking.look(self._work, self._shop, place) or ERP)
        if place.startswith(GONE):
            return self._gone(place.removeprefix(GONE))
        if place.startswith(REGISTERED):
            return self._registered(window, place.removeprefix(REGISTERED))
        return self._changed(window, place.removeprefix(ERP) or None)

    # -- what the ERP has

    def _changed(self, window: Window, cursor: str | None) -> PageOutcome:
        place = place_of(window, cursor)
        if self._erp is None:
            raise LookupError("Customers that were read before have no further pages.")
        page = self._erp.customer_page(place.window, place.cursor)
        rows = list({row.ref: row for row in page.rows}.values())
        if place.is_late:  # what was met in the window already was judged, and comes again
            rows = kept.not_met(self._source, rows, run=self._work.run.pk)
        rows, odd = unreadable.split(rows)
        kept.keep_customers(self._source, rows, run=self._work.run.pk, as_of=timezone.now())
        kept.note_unreadable(self._source, odd, run=self._work.run.pk)
        following = place.following(page.next_cursor)
        outcome = self.judge(rows, next_cursor=_after_erp(following))
        known = told_already(self._work.run, odd) if place.is_late else set()
        told = [one for one in odd.values() if (one.ref, one.fingerprint) not in known]
        return replace(outcome, read=outcome.read + len(told), items=(*outcome.items, *told))

    def judge(self, rows: Sequence[ErpCustomer], *, next_cursor: str | None) -> PageOutcome:
        """Decides about customers that are kept, and carries it out. Safe to repeat."""
        decisions, matches = self._decide(rows)
        items = [_skipped(one, one.reason) for one in decisions if one.what == "skip"]
        for batch in in_batches([one for one in decisions if one.what == "write"], BATCH):
            items += self._carry_out(batch, matches)
        return PageOutcome(
            read=len(rows),
            unchanged=sum(one.what == "unchanged" for one in decisions),
            items=tuple(items),
            next_cursor=next_cursor,
        )

    def _decide(self, rows: Sequence[ErpCustomer]) -> tuple[list[Decision], dict[str, Match]]:
        wanted = [wanted_of(row) for row in rows]
        customers = kept.erp_sides(self._source, wanted)
        accounts = kept.account_sides(self._source, self._target, customers)
        copies = kept.copies_of(self._source, [one.ref for one in wanted])
        said = match_accounts(customers, accounts)
        matches = self._matching.heeded(rows, customers, accounts, said)
        written = {ref: copy.written for ref, copy in copies.items()}
        return decide(wanted, written=written, matches=matches), matches

    def _carry_out(
        self, decisions: Sequence[Decision], matches: Mapping[str, Match]
    ) -> list[PlanItem]:
        items, planned = [], []
        for one in decisions:
            if self._work.is_planned(one.ref, one.wanted.fingerprint):
                planned.append(one)
            else:
                items.append(_skipped(one, CHANGED_SINCE_PLAN))
        if self._work.writes and planned:
            told = Applying(self._work, self._shop).carry_out(planned)
            failed = {item.ref for item in told if item.action == "failed"}
            self._matching.note_linked([one for one in planned if one.ref not in failed], matches)
            return items + told
        return items + [done(one) for one in planned]

    # -- what it no longer has

    def _gone(self, after: str) -> PageOutcome:
        if not int(after or 0):
            self._matching.settle_unseen()
        found = gone.page_of(self._work, after=int(after or 0))
        items = gone.carry_out(self._work, self._shop, found.copies)
        following = REGISTERED if found.next_pk is None else f"{GONE}{found.next_pk}"
        return PageOutcome(read=0, unchanged=0, items=tuple(items), next_cursor=following)

    # -- who registered

    def _registered(self, window: Window, offset: str) -> PageOutcome:
        page = self._shop.registered_page(window.start, offset or None)
        new = note_registered(
            self._target, page.rows, now=timezone.now(), is_kept=self._work.writes
        )
        following = None if page.next_cursor is None else f"{REGISTERED}{page.next_cursor}"
        return PageOutcome(
            read=0,
            unchanged=0,
            items=tuple(waiting(row, buyers) for row, buyers in new),
            next_cursor=following,
        )


def _after_erp(following: str | None) -> str:
    if following is None:
        return REGISTERED
    return following if following.startswith(GONE) else f"{ERP}{following}"


def done(decision: Decision) -> PlanItem:
    return PlanItem(
        action=decision.action,
        ref=decision.ref,
        label=decision.label,
        reason=decision.reason,
        fingerprint=decision.wanted.fingerprint,
        changes=decision.changes,
    )


def _skipped(decision: Decision, reason: str) -> PlanItem:
    return PlanItem(action="skip", ref=decision.ref, label=decision.label, reason=reason)
