"""Variants that were just created: what their stock is counted under, and that there is none yet.

The storefront names the stock item in its answer to the write that creates a variant. It is kept
until the first levels are written, which then need no look at the variant, as little as those at
another location soon after. Where a hand, or a try whose answer was lost, was faster, these
levels are refused, and the variants are looked at.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from integrations.flows.links import LinkRow, bind_all
from integrations.flows.stock.decide import Wanted
from integrations.gateways.storefront import WRITING
from integrations.models import Flow, IdLink
from integrations.records import StorefrontStock

ITEM = IdLink.Kind.STOCK_ITEM
REMEMBERED = 1000


def note_items(flow: Flow, items: Mapping[str, str], *, actor: str) -> None:
    """Keeps variant of the ERP to stock item, where a stock flow will ask. Safe to repeat."""
    wanted = {"kind": Flow.Kind.STOCK, "source": flow.source_id, "target": flow.target_id}
    if not items or not Flow.objects.filter(**wanted, mode__in=WRITING).exists():
        return
    rows = [
        LinkRow(kind=ITEM, source_ref=ref, target_ref=item_id, label="")
        for ref, item_id in items.items()
    ]
    bind_all(flow.source, flow.target, rows, actor=actor)


class NewItems:
    """The stock items of variants without levels, between the two connections of a flow."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._lately: dict[str, str] = {}  # a variant's levels may lie on two pages

    def of(
        self, planned: Iterable[Wanted], sold: Mapping[str, str], written: Mapping[str, str]
    ) -> dict[str, StorefrontStock]:
        """Of these variants (ref → its id there) those that get nothing but first levels, and
        whose item is known; `written` are the refs of levels that were written."""
        told = {one.variant_ref for one in planned if one.ref in written}
        fresh = sold.keys() - told
        if fresh:
            known = self._links(fresh).values_list("source_ref", "target_ref")
            self._lately = {**self._lately, **dict(known)}
        items = {ref: self._lately[ref] for ref in fresh if ref in self._lately}
        while len(self._lately) > REMEMBERED:
            del self._lately[next(iter(self._lately))]
        return {
            ref: StorefrontStock(variant_id=sold[ref], item_id=item_id, sku="", levels=())
            for ref, item_id in items.items()
        }

    def forget(self, variant_refs: Iterable[str]) -> None:
        """These have levels now."""
        refs = set(variant_refs)
        if refs:
            self._links(refs).delete()

    def disbelieve(self, variant_refs: Iterable[str]) -> None:
        """These turned out to be otherwise than they were told of."""
        refs = set(variant_refs)
        self._lately = {ref: one for ref, one in self._lately.items() if ref not in refs}
        self.forget(refs)

    def _links(self, variant_refs: Iterable[str]) -> Any:
        links = IdLink.objects.filter(
            kind=ITEM, source=self._flow.source_id, target=self._flow.target_id
        )
        return links.filter(source_ref__among=variant_refs)
