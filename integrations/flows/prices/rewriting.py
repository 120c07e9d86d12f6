"""Writes prices again as the catalogue copy has them, though the storefront was told already.

For what an operator sees to be wrong there. Only the copy is read; what the ERP changed since
it was read comes with the next run. Everything here may be repeated.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from integrations.errors import Conflict, NeedsOperator, Rejected
from integrations.flows.prices.base import BasePrices
from integrations.flows.prices.decide import EVERYONE, Terms, decide_base, decide_listed
from integrations.flows.prices.edits.lists import list_held
from integrations.flows.prices.edits.putting_back import put_in_order
from integrations.flows.prices.edits.working import by_hand, terms_now
from integrations.flows.prices.kept import PriceCopy
from integrations.flows.prices.listed import ListedPrices
from integrations.flows.prices.lists import PRICE_LIST, Lists
from integrations.flows.prices.offers import Kept
from integrations.flows.prices.settings import zone_of
from integrations.flows.runs.batch import PlanItem, Work
from integrations.flows.runs.splitting import in_batches
from integrations.models import Flow, IdLink, PriceRow

OFFERS_AT_ONCE = 200


class Rewriting:
    """Mends the prices of one flow in its storefront, outside of a run."""

    def __init__(
        self, flow: Flow, *, shop: Any, actor: str, checkpoint: Callable[[], None]
    ) -> None:
        self._flow, self._shop, self._checkpoint = flow, shop, checkpoint
        self._work: Work = by_hand(flow, actor=actor, checkpoint=checkpoint)
        self._copy = PriceCopy(flow, run_id=0)

    def rewrite(self, refs: Sequence[str]) -> int:
        """Writes these prices of the ERP and the other steps of their offers; of a list that is
        gone, all of its prices. Returns how many were written.

        Raises NeedsOperator where the copy does not have them any more or the flow skips them,
        Rejected for what the storefront refuses.
        """
        rows = PriceRow.objects.filter(source=self._flow.source, ref__in=refs)
        lists = set(rows.values_list("storefront_list_id", flat=True)) - {""}
        gone = lists - {one.list_id for one in self._shop.price_lists(sorted(lists))}
        offers = {*rows.values_list("offer", flat=True)}
        lost = PriceRow.objects.filter(storefront=self._flow.target, storefront_list_id__in=gone)
        offers |= {*lost.values_list("offer", flat=True)}
        if not offers:
            raise NeedsOperator(
                "The portal's copy does not have this price any more.",
                reason="price_unknown",
                hint="Run the prices flow completely, and compare again.",
            )
        terms = terms_now(self._flow, self._shop)
        told: list[PlanItem] = []
        for some in in_batches(sorted(offers), OFFERS_AT_ONCE):
            told += self._write(some, terms)
        _refuse(told, set(refs))
        return sum(item.action in ("create", "change") for item in told)

    def put_list_in_order(self, list_id: str) -> None:
        """Gives a list of ours its group, its days and its active state back.

        A list that lost its group is a draft until it has it again. Raises NeedsOperator for a
        list that the portal did not make, Conflict for one that is gone.
        """
        link = self._link(list_id)
        there = list_held(self._shop, link)
        if there is None:
            raise Conflict(f"The price list {link.label or list_id} is no longer there.")
        self._checkpoint()
        put_in_order(self._shop, self._flow, link, there)

    def remove_stray(self, list_id: str, price_id: str) -> None:
        """Takes a price out of a list of ours that no price of the ERP is.

        Raises NeedsOperator for a list that the portal did not make, and for a price that the
        copy knows.
        """
        self._link(list_id)
        if self._copy.claimed([price_id]):
            raise NeedsOperator(
                "The portal knows this price: it is not left over.",
                reason="price_known",
                hint="Compare again.",
            )
        self._checkpoint()
        self._shop.write_prices(list_id, [], [price_id])

    def _link(self, list_id: str) -> IdLink:
        flow = self._flow
        links = IdLink.objects.filter(kind=PRICE_LIST, source=flow.source, target=flow.target)
        link = links.filter(target_ref=list_id).exclude(fingerprint="").first()
        if link is None:
            raise NeedsOperator(
                f"The price list {list_id} was not made by the portal, which leaves it alone.",
                reason="not_ours",
                hint="Change it in the storefront.",
            )
        return link

    def _write(self, offers: Iterable[str], terms: Terms) -> list[PlanItem]:
        kept = self._copy.offers(offers)
        sold = self._copy.sold(rows[0].variant_ref for rows in kept.values())
        base, listed = [], []
        told: list[PlanItem] = []
        for rows in kept.values():
            variant_id, anew = sold.get(rows[0].variant_ref), [_anew(row) for row in rows]
            if rows[0].audience == EVERYONE:
                decision = decide_base(anew, variant_id, terms)
                told += [_skipped(row, why) for row, why in decision.reasons]
                base += [decision] if decision.what == "write" else []
                continue
            decided = decide_listed(anew, variant_id, terms)
            told += [_skipped(one.row, one.reason) for one in decided if one.what == "skip"]
            listed += [one for one in decided if one.what in ("write", "remove")]
        lists = Lists(self._work, shop=self._shop, zone=zone_of(self._flow.settings))
        writer = ListedPrices(self._work, shop=self._shop, copy=self._copy, lists=lists)
        told += BasePrices(self._work, shop=self._shop, copy=self._copy).write(base)
        return told + (writer.write(listed) if listed else [])


def _anew(row: Kept) -> Kept:
    """As if another price was written: what is the same is written, too."""
    return replace(row, fingerprint="again") if row.is_there else row


def _skipped(row: Kept, reason: str) -> PlanItem:
    return PlanItem(action="skip", ref=row.ref, label=row.label, reason=reason)


def _refuse(told: Sequence[PlanItem], refs: set[str]) -> None:
    """Raises for what stands in the way of the prices that were asked for."""
    failed = [item for item in told if item.action == "failed"]
    if failed:
        raise Rejected(failed[0].reason)
    skipped = [item for item in told if item.action == "skip" and item.ref in refs]
    if skipped:
        raise NeedsOperator(
            f"The prices flow does not write this price: {skipped[0].reason}.", reason="held_back"
        )
