"""Hand edits of what everyone pays: the prices on the variants themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from integrations.errors import Conflict, Rejected
from integrations.flows.ownership import Owned
from integrations.flows.ownership.kinds import Change
from integrations.flows.prices.base import BasePrices
from integrations.flows.prices.decide import AND, MORE, BaseDecision, Terms, decide_base
from integrations.flows.prices.edits.held import Rows, VariantHeld, is_as_written, plain, text_of
from integrations.flows.prices.edits.working import by_hand, refuse_moved, terms_now
from integrations.flows.prices.kept import PriceCopy
from integrations.flows.prices.offers import Kept
from integrations.flows.products.linked import REMOVED
from integrations.models import Flow, IdLink, PriceRow
from integrations.records import StorefrontPrice

GONE = ("variant", "in the storefront", "deleted")


def _read(shop: Any, links: Sequence[IdLink]) -> Mapping[str, VariantHeld]:
    rows = Rows(links[0]).of_variants(link.source_ref for link in links)
    prices = shop.list_prices_of([link.target_ref for link in links])
    return {
        link.target_ref: VariantHeld(
            rows=rows.get(link.source_ref, ()), prices=prices[link.target_ref]
        )
        for link in links
        if link.target_ref in prices
    }


def _changes(link: IdLink, held: VariantHeld | None) -> Sequence[Change]:
    if held is None:
        return (GONE,)
    found = []
    for code in sorted({row.currency for row in held.rows}):
        own = [row for row in held.rows if row.currency == code]
        wrote = sorted(own, key=lambda row: row.min_quantity)
        there = plain(held.prices, code)
        if not _is_same(wrote, there):
            texts = " / ".join(row.written for row in wrote)
            found.append((f"price {code}", texts, " / ".join(map(text_of, there))))
    return tuple(found)


def _is_same(wrote: Sequence[PriceRow], there: Sequence[StorefrontPrice]) -> bool:
    texts = [text for row in wrote for text in row.written.split(AND)]
    said = [text for text in texts if text != MORE]
    rest = list(there)
    for text in said:
        match = next((one for one in rest if is_as_written(text, one)), None)
        if match is None:
            return False
        rest.remove(match)
    return not rest or len(said) < len(texts)


def _write(shop: Any, flow: Flow, link: IdLink) -> None:
    """Writes the prices of this variant again, in the currencies that differ."""
    held = _read(shop, [link]).get(link.target_ref)
    if held is None:
        raise Conflict(f"{link.label} is no longer in the storefront.")
    differing = {field.removeprefix("price ") for field, _, _ in _changes(link, held)}
    copy, terms = PriceCopy(flow, run_id=0), terms_now(flow, shop)
    offers = copy.offers({row.offer for row in held.rows if row.currency in differing})
    decided = [_again(rows, link.target_ref, terms) for rows in offers.values()]
    refuse_moved(link.label, [one for one in decided if one is None])
    work = by_hand(flow)
    told = BasePrices(work, shop=shop, copy=copy).write([one for one in decided if one])
    failed = [item for item in told if item.action == "failed"]
    if failed:
        raise Rejected(failed[0].reason)


def _again(rows: Sequence[Kept], variant_id: str, terms: Terms) -> BaseDecision | None:
    """The decision that writes what was written; None where the ERP says something else now."""
    before = {row.fingerprint for row in rows} - {""}
    decision = decide_base([replace(row, fingerprint="") for row in rows], variant_id, terms)
    is_same = decision.what == "write" and {decision.fingerprint} == before
    return decision if is_same else None


OWNED_LIST_PRICES = Owned(
    flow_kind=Flow.Kind.PRICES,
    link_kind=IdLink.Kind.VARIANT,
    read=_read,
    differences=_changes,
    write=_write,
    is_judged=lambda link: not link.label.endswith(REMOVED),
)
