"""After a complete read: are the lists still there and for their groups, are they still used.

One whose group was deleted gets its audience's new group.
"""

from typing import Any

from integrations.flows.prices.kept import PriceCopy
from integrations.flows.prices.lists import PRICE_LIST, Lists, forget_deleted_list
from integrations.flows.runs.batch import PlanItem, Work
from integrations.models import IdLink

AT_ONCE = 100


class Tidying:
    """Walks all price lists that the portal made, page by page."""

    def __init__(self, work: Work, *, copy: PriceCopy, lists: Lists, shop: Any) -> None:
        self._work, self._copy, self._lists, self._shop = work, copy, lists, shop

    def page(self, after: int) -> tuple[list[PlanItem], int | None]:
        """What was done, and the last link that was looked at; None when there are no more.

        An unused list is removed. One that a person deleted is forgotten with its prices, so
        that they are written anew the next time. Repeatable; without a right to write it only
        tells what it would do.
        """
        flow = self._work.flow
        links = IdLink.objects.filter(
            kind=PRICE_LIST, source=flow.source, target=flow.target, pk__gt=after
        )
        some = list(links.order_by("pk")[:AT_ONCE])
        if not some:
            return [], None
        there = self._lists.existing(link.target_ref for link in some)
        told: list[PlanItem] = []
        for link in some:
            if link.target_ref not in there:
                self._forget(link)
            elif not self._copy.is_used(link.target_ref) and self._may_remove(link):
                told.append(self._remove(link))
        if self._work.writes:
            removed = {item.ref for item in told}
            kept = [
                link for link in some if link.target_ref in there and link.source_ref not in removed
            ]
            self._lists.regroup(kept)
            self._lists.watch(link.target_ref for link in kept)
        return told, some[-1].pk

    def _may_remove(self, link: IdLink) -> bool:
        return self._work.is_planned(link.source_ref, link.target_ref)

    def _remove(self, link: IdLink) -> PlanItem:
        item = PlanItem(
            action="remove",
            ref=link.source_ref,
            label=link.label or link.source_ref,
            reason="the price list holds no price any more",
            fingerprint=link.target_ref,
        )
        if self._work.writes:
            self._work.checkpoint()
            self._shop.remove_price_list(link.target_ref)
            self._lists.forget([link.target_ref])
            link.delete()
        return item

    def _forget(self, link: IdLink) -> None:
        if self._work.writes:
            forget_deleted_list(self._work.flow, link)
