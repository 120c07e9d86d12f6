"""Walks what was written, page by page, after a complete reading.

What this very run has written is passed over, unless an edit of it is open; so is what a variant
was made with since the last complete reading.
"""

from typing import Any

from integrations.flows.bulk import update_each
from integrations.flows.ownership import compare
from integrations.flows.prices.edits.held import Rows
from integrations.flows.prices.kept import OPENED
from integrations.flows.runs.batch import Work
from integrations.models import HandEdit, IdLink, PriceRow

EDITS = "edits:"
_VARIANTS, _LISTS = f"{EDITS}variants:", f"{EDITS}lists:"
VARIANTS_AT_ONCE = 250
LISTS_AT_ONCE = 10  # each is read whole
FIRST = f"{_VARIANTS}0"


def look_page(work: Work, shop: Any, cursor: str) -> str | None:
    """Compares the next variants or price lists; the cursor after them, None: that was all."""
    after = int(cursor.rpartition(":")[2])
    if cursor.startswith(_VARIANTS):
        links = _next(work, IdLink.Kind.VARIANT, after, VARIANTS_AT_ONCE)
        compare(work.flow, shop, _with_rows(links, run=work.run.pk))
        return f"{_VARIANTS}{links[-1].pk}" if links else f"{_LISTS}0"
    links = _next(work, IdLink.Kind.PRICE_LIST, after, LISTS_AT_ONCE)
    compare(work.flow, shop, _not_just_written(links, run=work.run.pk))
    return f"{_LISTS}{links[-1].pk}" if links else None


def _next(work: Work, kind: str, after: int, size: int) -> list[IdLink]:
    links = IdLink.objects.filter(
        kind=kind, source=work.flow.source, target=work.flow.target, pk__gt=after
    )
    return list(links.order_by("pk")[:size])


def _with_rows(links: list[IdLink], *, run: int) -> list[IdLink]:
    """Those to which a price for everyone was written, and not all of them by this very run."""
    if not links:
        return []
    rows = Rows(links[0]).written_in(link.source_ref for link in links)
    written = {ref for _, ref, _ in rows}
    before = {ref for _, ref, by in rows if by not in (run, OPENED)}
    opened = [(pk, run) for pk, _, by in rows if by == OPENED]
    update_each(PriceRow, ("written_in",), opened)  # from now on they are looked at
    told = _told(links)
    return [
        link
        for link in links
        if link.source_ref in before or (link.source_ref in written and link.pk in told)
    ]


def _not_just_written(links: list[IdLink], *, run: int) -> list[IdLink]:
    """Price lists without those whose prices this very run has written, all of them."""
    rows = PriceRow.objects.filter(storefront_list_id__in=[link.target_ref for link in links])
    by_list = rows.values("storefront_list_id").distinct()
    written = set(by_list.filter(written_in=run).values_list("storefront_list_id", flat=True))
    before = set(by_list.exclude(written_in=run).values_list("storefront_list_id", flat=True))
    told = _told(links)
    return [link for link in links if link.target_ref not in written - before or link.pk in told]


def _told(links: list[IdLink]) -> set[int | None]:
    edits = HandEdit.objects.filter(link__in=links, state=HandEdit.State.OPEN)
    return set(edits.values_list("link_id", flat=True))
