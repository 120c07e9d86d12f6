"""Hand edits of price lists: for whom and when they hold, and the prices in them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from integrations.errors import Conflict
from integrations.flows.ownership import Owned
from integrations.flows.ownership.kinds import Change
from integrations.flows.prices.edits.held import ListHeld, Rows, text_of
from integrations.flows.prices.edits.putting_back import put_back
from integrations.flows.prices.settings import zone_of
from integrations.flows.products.linked import REMOVED
from integrations.models import Flow, IdLink

GONE = ("price list", "in the storefront", "deleted")
MOST_TOLD = 50  # prices of one list


def _read(shop: Any, links: Sequence[IdLink]) -> Mapping[str, ListHeld]:
    ids = [link.target_ref for link in links]
    rows, flow = Rows(links[0]).of_lists(ids), _flow_of(links[0])
    return {
        held.list_id: ListHeld(
            held=held,
            prices=shop.prices_of(held.list_id, None),
            rows=rows.get(held.list_id, ()),
            zone=zone_of(flow.settings),
        )
        for held in shop.price_lists(ids)
    }


def _changes(link: IdLink, there: ListHeld | None) -> Sequence[Change]:
    if there is None:
        return (GONE,)
    return (*_terms(link, there), *_prices(link, there))


def _terms(link: IdLink, there: ListHeld) -> Iterator[Change]:
    """Its rules, its status and its days."""
    held = there.held
    if not held.is_for(link.fingerprint):
        yield ("customers", f"group {link.fingerprint}", _whom(there))
    if not held.is_active:
        yield ("status", "active", "draft")
    due = there.moments(link.source_ref)
    if due is not None and due != (held.starts_at, held.ends_at):
        yield ("days", _days(*due), _days(held.starts_at, held.ends_at))


def _prices(link: IdLink, there: ListHeld) -> list[Change]:
    found = [
        (f"{row.sku or row.variant_ref} price", row.written, text_of(price) if price else "deleted")
        for row, price in there.differing()
    ]
    strangers = there.strangers()
    if strangers:
        skus = _skus(link, {one.variant_id for one in strangers})
        found += [
            (f"{skus.get(one.variant_id, one.variant_id)} price", "", text_of(one))
            for one in strangers
        ]
    more = len(found) - MOST_TOLD
    return found[:MOST_TOLD] + ([("further prices", "", f"{more} more")] if more > 0 else [])


def _write(shop: Any, flow: Flow, link: IdLink) -> None:
    there = list_held(shop, link)
    if there is None:
        raise Conflict(f"{link.label} is no longer in the storefront.")
    put_back(shop, flow, link, there)


def list_held(shop: Any, link: IdLink) -> ListHeld | None:
    """The price list of this link as it is now; None where it is gone."""
    return _read(shop, [link]).get(link.target_ref)


def _whom(there: ListHeld) -> str:
    rules = there.held.rules
    if not rules:
        return "everyone"
    return ", ".join(f"{name}: {' / '.join(values)}" for name, values in sorted(rules.items()))


def _days(start: datetime | None, end: datetime | None) -> str:
    first, last = (f"{one:%Y-%m-%d %H:%M} UTC" if one else "" for one in (start, end))
    return f"{first or 'ever'} to {last or 'ever'}"


def _skus(link: IdLink, variant_ids: set[str]) -> dict[str, str]:
    links = IdLink.objects.filter(
        kind=IdLink.Kind.VARIANT,
        source=link.source_id,
        target=link.target_id,
        target_ref__in=variant_ids,
    )
    return {one.target_ref: one.label.removesuffix(REMOVED) for one in links}


def _flow_of(link: IdLink) -> Flow:
    return Flow.objects.get(
        kind=Flow.Kind.PRICES, source_id=link.source_id, target_id=link.target_id
    )


OWNED_PRICE_LISTS = Owned(
    flow_kind=Flow.Kind.PRICES,
    link_kind=IdLink.Kind.PRICE_LIST,
    read=_read,
    differences=_changes,
    write=_write,
    # A list that was never made active is not ready yet, and nobody's edit.
    is_judged=lambda link: bool(link.fingerprint),
)
