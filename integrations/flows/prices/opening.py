"""What everyone pays for variants that are about to be created, as far as the copy knows.

A product that is created with its prices is sold at them from the first moment, in every
currency. Where that is all of an offer, the copy notes it as written, and the prices flow finds
nothing left to do; where the note is lost, or steps are missing, it looks, and writes the rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from integrations.flows.prices.decide import BaseDecision, Wanted, decide_base
from integrations.flows.prices.kept import OPENED, PriceCopy
from integrations.flows.prices.offers import Kept
from integrations.flows.prices.settings import terms_of
from integrations.flows.prices.telling import told_of
from integrations.models import Flow

NOT_THERE_YET = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A variant that was created: its id there, and its prices as (amount, id) by currency."""

    variant_ref: str
    variant_id: str
    prices: Mapping[str, tuple[Decimal, str]]


class OpeningPrices:
    """The offers to everyone of these variants of the ERP; an unclear one is left out.

    `flow` is the prices flow that will own them.
    """

    def __init__(
        self,
        flow: Flow,
        variant_refs: Iterable[str],
        *,
        sold_in: frozenset[str],
        gross: frozenset[str],
        now: datetime,
    ) -> None:
        self._copy = PriceCopy(flow, run_id=OPENED)
        self._terms = terms_of(flow.settings, sold_in=sold_in, gross=gross, now=now)
        self._offers: dict[str, list[Sequence[Kept]]] = {}
        for rows in self._copy.base_offers(variant_refs).values():
            self._offers.setdefault(rows[0].variant_ref, []).append(rows)

    def amounts(self, variant_ref: str) -> dict[str, Decimal]:
        """What one piece costs, by currency (upper case, net)."""
        return {
            wanted.row.currency: wanted.amount
            for decision in self._decided(variant_ref, NOT_THERE_YET)
            for wanted in decision.wanted
            if wanted.low <= 1
        }

    def note(self, opened: Iterable[Opened]) -> None:
        """Takes note of the offers that the storefront holds completely. Safe to repeat."""
        self._copy.note_written(
            told
            for one in opened
            for decision in self._decided(one.variant_ref, one.variant_id)
            if decision.what == "write" and _is_held(decision.wanted, one)
            for told in told_of(decision, {(code, 1): ref for code, (_, ref) in one.prices.items()})
        )

    def _decided(self, variant_ref: str, variant_id: str) -> list[BaseDecision]:
        offers = self._offers.get(variant_ref, ())
        return [decide_base(rows, variant_id, self._terms) for rows in offers]


def _is_held(wanted: Sequence[Wanted], opened: Opened) -> bool:
    """Whether this is all that is wanted, at these amounts; several steps never are."""
    amount, price_id = opened.prices.get(wanted[0].row.currency, (None, "")) if wanted else (0, "")
    return bool(price_id) and [(one.low, one.high, one.amount) for one in wanted] == [
        (1, None, amount)
    ]
