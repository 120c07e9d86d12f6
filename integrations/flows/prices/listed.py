"""Writes prices of lists: in batches, one list at a time.

A price that is to be created is noted first. When its answer is lost, the list is searched for
it before anything is sent again, so that no price is there twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from integrations.errors import Conflict
from integrations.flows.prices import items
from integrations.flows.prices.decide import Decision, Wanted
from integrations.flows.prices.kept import PriceCopy, Told
from integrations.flows.prices.lists import Lists
from integrations.flows.prices.offers import Kept
from integrations.flows.runs.batch import PlanItem, Work
from integrations.flows.runs.pacing import prices_at_once
from integrations.flows.runs.splitting import in_batches, words_of, write_or_split
from integrations.records import PriceWrite, StorefrontPrice


@dataclass(frozen=True, slots=True, kw_only=True)
class Op:
    """What is to be done in one list for one row; `write` None: only the removals."""

    decision: Decision
    write: PriceWrite | None
    removals: tuple[str, ...] = ()

    @property
    def row(self) -> Kept:
        return self.decision.row

    @property
    def is_new(self) -> bool:
        return self.write is not None and self.write.price_id is None


class ListedPrices:
    """Carries out decisions about prices of lists."""

    def __init__(self, work: Work, *, shop: Any, copy: PriceCopy, lists: Lists) -> None:
        self._work, self._shop, self._copy, self._lists = work, shop, copy, lists

    def write(self, decisions: Sequence[Decision], *, is_again: bool = False) -> list[PlanItem]:
        """One item per decision that was carried out or could not be. Repeatable."""
        wanted = {one.wanted.key: one.row for one in decisions if one.wanted}
        ids, problems = self._lists.ready(wanted)
        told: list[PlanItem] = []
        ready: list[Decision] = []
        for one in decisions:
            problem = problems.get(one.wanted.key) if one.wanted else None
            if problem:
                told.append(items.skipped(one.row, problem))
            else:
                ready.append(one)
        known = self._settle(ready)
        outdated, ops = self._ops(known, ids)
        self._remove_elsewhere(outdated)
        conflicts: list[Decision] = []
        for list_id, some in ops.items():
            for batch in in_batches(some, prices_at_once()):
                told += self._write_batch(list_id, batch, conflicts)
        self._lists.watch(list_id for list_id in ops if list_id)
        return told + self._again(conflicts, is_again)

    # -- what became of a lost answer

    def _settle(self, decisions: Sequence[Decision]) -> list[Op]:
        """Looks for prices in doubt; each decision with what the storefront holds of it."""
        doubtful: dict[str, list[Decision]] = defaultdict(list)
        for one in decisions:
            if one.row.is_in_doubt and one.row.list_id:
                doubtful[one.row.list_id].append(one)
        there = self._lists.existing(doubtful)
        found: dict[int, list[str]] = {}
        for list_id in sorted(there):
            found |= self._look(list_id, doubtful[list_id])
        return [self._settled(one, found.get(one.row.pk, [])) for one in decisions]

    def _look(self, list_id: str, decisions: Sequence[Decision]) -> dict[int, list[str]]:
        """Row to the prices of the list that may be it, and that no other row says it is."""
        sold = self._copy.sold(one.row.variant_ref for one in decisions)
        held = self._shop.prices_of(list_id, sorted(set(sold.values())))
        claimed = self._copy.claimed([one.price_id for one in held])
        free: dict[tuple[str, str, int], list[str]] = defaultdict(list)
        for price in held:
            if price.price_id not in claimed:
                free[_place(price)].append(price.price_id)
        return {
            one.row.pk: sorted(
                free.pop((sold.get(one.row.variant_ref, ""), one.row.currency, _low(one)), [])
            )
            for one in decisions
        }

    @staticmethod
    def _settled(decision: Decision, price_ids: Sequence[str]) -> Op:
        row = decision.row
        if row.is_in_doubt:
            first = price_ids[0] if price_ids else ""
            row = replace(row, price_id=first, list_id=row.list_id if first else "")
            decision = replace(decision, row=row)
        return Op(decision=decision, write=None, removals=tuple(price_ids[1:]))

    # -- what is to be done where

    def _ops(
        self, known: Iterable[Op], ids: Mapping[str, str]
    ) -> tuple[dict[str, list[Op]], dict[str, list[Op]]]:
        """By list: prices that leave it for another one, and everything else."""
        outdated: dict[str, list[Op]] = defaultdict(list)
        ops: dict[str, list[Op]] = defaultdict(list)
        for op in known:
            wanted, row = op.decision.wanted, op.row
            list_id = ids[wanted.key] if wanted else row.list_id
            price_id = row.price_id
            if wanted and price_id and row.list_id != list_id:
                outdated[row.list_id].append(replace(op, removals=(price_id, *op.removals)))
                price_id, op = "", replace(op, removals=())
            if wanted:
                ops[list_id].append(replace(op, write=write_of(wanted, price_id or None)))
            else:
                ids_there = (price_id, *op.removals) if price_id else op.removals
                ops[list_id].append(replace(op, removals=ids_there))
        return outdated, ops

    def _remove_elsewhere(self, outdated: Mapping[str, Sequence[Op]]) -> None:
        """First the old price goes, then the new one comes: never both."""
        there = self._lists.existing(outdated)
        for list_id, some in outdated.items():
            for batch in in_batches(some, prices_at_once()):
                if list_id in there:
                    self._work.checkpoint()
                    gone = [price_id for op in batch for price_id in op.removals]
                    self._shop.write_prices(list_id, [], gone)
                self._copy.note_refused([op.row.pk for op in batch])

    # -- writing

    def _write_batch(
        self, list_id: str, batch: Sequence[Op], conflicts: list[Decision]
    ) -> list[PlanItem]:
        def write(some: Sequence[Op]) -> Sequence[str]:
            return self._send(list_id, some)

        if not list_id:  # nothing of them is anywhere
            self._copy.note_removed([op.row.pk for op in batch])
            return [items.listed_done(op.decision) for op in batch]
        told: list[PlanItem] = []
        written: list[Told] = []
        removed: list[int] = []
        outcomes = write_or_split(batch, write, self._work.checkpoint)
        for op, price_id, error in outcomes:
            if error is None and op.write and not price_id:  # deleted there
                conflicts.append(op.decision)
            elif error is None:
                told.append(items.listed_done(op.decision))
                if op.decision.wanted is None:
                    removed.append(op.row.pk)
                else:
                    written.append(_told(op.decision.wanted, list_id, price_id))
            elif isinstance(error, Conflict):
                conflicts.append(op.decision)
            else:
                told.append(items.failed(op.row.ref, op.row, words_of(error)))
        self._copy.note_refused([op.row.pk for op, _, error in outcomes if error and op.is_new])
        self._copy.note_written(written)
        self._copy.note_removed(removed)
        return told

    def _send(self, list_id: str, some: Sequence[Op]) -> Sequence[str]:
        self._copy.note_sent([op.row.pk for op in some if op.is_new], list_id)
        writes = [op.write for op in some if op.write]
        gone = [price_id for op in some for price_id in op.removals]
        ids = iter(self._shop.write_prices(list_id, writes, gone))
        return [next(ids) if op.write else "" for op in some]

    def _again(self, conflicts: Sequence[Decision], is_again: bool) -> list[PlanItem]:
        """A price or its list was deleted in the storefront: once more, as if never written."""
        if not conflicts:
            return []
        if is_again:
            reason = "somebody changes the same list in the storefront; the next run tries again"
            return [items.failed(one.row.ref, one.row, reason) for one in conflicts]
        self._copy.note_refused([one.row.pk for one in conflicts])
        self._lists.forget({one.row.list_id for one in conflicts})
        nowhere: dict[str, Any] = {"list_id": "", "price_id": "", "is_in_doubt": False}
        anew = [replace(one, row=replace(one.row, **nowhere)) for one in conflicts]
        return self.write(anew, is_again=True)


def write_of(wanted: Wanted, price_id: str | None) -> PriceWrite:
    return PriceWrite(
        price_id=price_id,
        variant_id=wanted.variant_id,
        currency=wanted.row.currency,
        net_amount=wanted.amount,
        min_quantity=wanted.low if wanted.low > 1 else None,
        max_quantity=wanted.high,
    )


def _told(wanted: Wanted, list_id: str, price_id: str | None) -> Told:
    return Told(
        pk=wanted.row.pk,
        list_id=list_id,
        price_id=price_id or "",
        fingerprint=wanted.fingerprint,
        written=wanted.text,
    )


def _place(price: StorefrontPrice) -> tuple[str, str, int]:
    return price.variant_id, price.currency, int(price.min_quantity or 1)


def _low(decision: Decision) -> int:
    return decision.wanted.low if decision.wanted else max(1, int(decision.row.min_quantity))
