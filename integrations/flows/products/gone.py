"""Products that the ERP no longer has: taken off sale, never deleted."""

from collections.abc import Sequence
from typing import Any

from integrations.errors import Conflict, RemoteError
from integrations.flows.ownership import remember
from integrations.flows.products.linked import GONE as MARK
from integrations.flows.products.linked import ProductLinks
from integrations.flows.runs.batch import GONE, PageOutcome, PlanItem, Work
from integrations.flows.runs.pacing import products_at_once
from integrations.flows.runs.splitting import words_of, write_or_split
from integrations.models import IdLink
from integrations.records import ProductWrite
from integrations.records.codec import to_json

REASON = "the ERP no longer has it: taken off sale"
FIELD = ("status", "for sale", "draft")


def gone_page(work: Work, links: ProductLinks, shop: Any, *, after: int) -> PageOutcome:
    """The next products that no page of this reading named. Safe to repeat."""
    at_once = products_at_once()
    missed = links.not_seen(work.run.started_at, after=after, count=at_once)
    work.expect(link.source_ref for link in missed)
    planned = [link for link in missed if work.is_planned(link.source_ref, MARK)]
    items = [_item(link) for link in planned]
    if work.writes and planned:
        items = _take_off_sale(work, links, shop, planned)
    following = f"{GONE}{missed[-1].pk}" if len(missed) == at_once else None
    return PageOutcome(read=0, unchanged=0, items=tuple(items), next_cursor=following)


def _take_off_sale(
    work: Work, links: ProductLinks, shop: Any, missed: Sequence[IdLink]
) -> list[PlanItem]:
    def write(some: Sequence[IdLink]) -> Sequence[IdLink]:
        shop.write_products([_draft(link) for link in some])
        return some

    outcomes = write_or_split(missed, write, work.checkpoint)
    # One that was deleted over there is off sale already.
    over = [link for link, done, error in outcomes if done or isinstance(error, Conflict)]
    links.mark_gone(link.source_ref for link in over)
    remember((link, to_json(_draft(link))) for link in over)
    return [
        _item(link) if error is None or isinstance(error, Conflict) else _failed(link, error)
        for link, _, error in outcomes
    ]


def _draft(link: IdLink) -> ProductWrite:
    """One that is not published is only taken off sale; the rest of it stays as it is."""
    return ProductWrite(
        product_id=link.target_ref,
        external_ref=link.source_ref,
        handle="",
        title=link.label,
        description="",
        is_published=False,
        options=(),
        variants=(),
        sales_channel_ids=(),
        shipping_profile_id=None,
    )


def _item(link: IdLink) -> PlanItem:
    return PlanItem(
        action="remove",
        ref=link.source_ref,
        label=link.label,
        reason=REASON,
        fingerprint=MARK,
        changes=(FIELD,),
    )


def _failed(link: IdLink, error: RemoteError) -> PlanItem:
    reason = words_of(error)
    return PlanItem(action="failed", ref=link.source_ref, label=link.label, reason=reason)
