"""Walks what was written, page by page, after a complete reading."""

from typing import Any

from integrations.flows.ownership import compare
from integrations.flows.prices.edits.held import Rows
from integrations.flows.runs.batch import Work
from integrations.models import IdLink

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
        compare(work.flow, shop, _with_rows(links))
        return f"{_VARIANTS}{links[-1].pk}" if links else f"{_LISTS}0"
    links = _next(work, IdLink.Kind.PRICE_LIST, after, LISTS_AT_ONCE)
    compare(work.flow, shop, links)
    return f"{_LISTS}{links[-1].pk}" if links else None


def _next(work: Work, kind: str, after: int, size: int) -> list[IdLink]:
    links = IdLink.objects.filter(
        kind=kind, source=work.flow.source, target=work.flow.target, pk__gt=after
    )
    return list(links.order_by("pk")[:size])


def _with_rows(links: list[IdLink]) -> list[IdLink]:
    """Those to which a price for everyone was written."""
    if not links:
        return []
    written = Rows(links[0]).of_variants(link.source_ref for link in links)
    return [link for link in links if link.source_ref in written]
