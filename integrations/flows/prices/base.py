"""Writes what everyone pays: the prices on the variants themselves."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.flows.prices import items
from integrations.flows.prices.decide import BaseDecision
from integrations.flows.prices.kept import PriceCopy
from integrations.flows.prices.listed import write_of
from integrations.flows.prices.telling import told_of
from integrations.flows.runs.batch import PlanItem, Work
from integrations.flows.runs.pacing import products_at_once
from integrations.flows.runs.splitting import in_batches, words_of, write_or_split
from integrations.records import ListPrices, StorefrontPrice


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One variant with the decisions about it, one per currency."""

    decisions: tuple[BaseDecision, ...]

    @property
    def offer(self) -> ListPrices:
        return ListPrices(
            variant_id=self.decisions[0].variant_id,
            currencies=tuple(one.first.currency for one in self.decisions),
            prices=tuple(write_of(wanted, None) for one in self.decisions for wanted in one.wanted),
        )


class BasePrices:
    """Carries out decisions about offers to everyone."""

    def __init__(self, work: Work, *, shop: Any, copy: PriceCopy) -> None:
        self._work, self._shop, self._copy = work, shop, copy

    def write(self, decisions: Sequence[BaseDecision]) -> list[PlanItem]:
        """One item per decision. Repeatable: what is there is replaced as a whole."""
        told: list[PlanItem] = []
        for batch in in_batches(_by_variant(decisions), products_at_once()):
            told += self._write_batch(batch)
        return told

    def _write_batch(self, batch: Sequence[Variant]) -> list[PlanItem]:
        def write(some: Sequence[Variant]) -> Sequence[Sequence[StorefrontPrice]]:
            held: Sequence[Sequence[StorefrontPrice]] = self._shop.write_list_prices(
                [one.offer for one in some]
            )
            return held

        told: list[PlanItem] = []
        done: list[tuple[BaseDecision, Sequence[StorefrontPrice]]] = []
        for variant, held, error in write_or_split(batch, write, self._work.checkpoint):
            for one in variant.decisions:
                if error is not None:
                    told.append(items.failed(one.ref, one.first, words_of(error)))
                else:
                    done.append((one, held or ()))
                    told.append(items.base_done(one))
        self._keep(done)
        return told

    def _keep(self, done: Sequence[tuple[BaseDecision, Sequence[StorefrontPrice]]]) -> None:
        sold = [row for decision, held in done for row in told_of(decision, _ids_of(held))]
        self._copy.note_written(sold)
        kept = {row.pk for row in sold}
        rows = [row for decision, _ in done for row in decision.rows]
        others = [row.pk for row in rows if row.pk not in kept and _ends(row)]
        if others:
            self._copy.note_removed(others)


def _ids_of(held: Sequence[StorefrontPrice]) -> dict[tuple[str, int], str]:
    return {(one.currency, int(one.min_quantity or 1)): one.price_id for one in held}


def _ends(row: Any) -> bool:
    return bool(row.is_there or not row.is_active)


def _by_variant(decisions: Iterable[BaseDecision]) -> list[Variant]:
    found: dict[str, list[BaseDecision]] = defaultdict(list)
    for one in decisions:
        found[one.variant_id].append(one)
    return [Variant(decisions=tuple(some)) for some in found.values()]
