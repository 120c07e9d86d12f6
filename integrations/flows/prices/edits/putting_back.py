"""Puts a price list back: its rule first, then its days and prices, and last its status."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from integrations.errors import Rejected
from integrations.flows.prices.decide import Decision, Terms, decide_listed
from integrations.flows.prices.edits.held import ListHeld
from integrations.flows.prices.edits.working import by_hand, refuse_moved, terms_now
from integrations.flows.prices.kept import PriceCopy
from integrations.flows.prices.listed import ListedPrices
from integrations.flows.prices.lists import Lists, goes_first
from integrations.flows.prices.offers import Kept
from integrations.models import Flow, IdLink
from integrations.records import PriceListWrite


def put_back(shop: Any, flow: Flow, link: IdLink, there: ListHeld) -> None:
    """Writes again what was written of this list. Repeatable.

    A list without the rule for its group is never made active. Raises NeedsOperator, after all
    else was written, for prices of which the ERP says something else now; Rejected for what the
    storefront refuses.
    """
    _rule(shop, flow, link, there)
    _date(shop, link, there)
    moved = _prices(shop, flow, there)
    _activate(shop, flow, there)
    refuse_moved(there.held.title, moved)


def put_in_order(shop: Any, flow: Flow, link: IdLink, there: ListHeld) -> None:
    """The list holds on its days for its group again; its prices stay as they are. Repeatable.
    Raises as `put_back` does."""
    _rule(shop, flow, link, there)
    _date(shop, link, there)
    _activate(shop, flow, there)


def _rule(shop: Any, flow: Flow, link: IdLink, there: ListHeld) -> None:
    held = there.held
    if held.is_for(link.fingerprint):
        return
    if held.is_active:  # others pay its prices until its rule is back
        shop.set_price_list_active(held.list_id, is_active=False)
    first = goes_first(flow, link.source_ref)
    ruled = shop.rank_price_list(held.list_id, link.fingerprint, goes_first=first)
    if not ruled.is_for(link.fingerprint):
        raise Rejected(f"{held.title} does not take its customer group as its condition.")


def _date(shop: Any, link: IdLink, there: ListHeld) -> None:
    held, due = there.held, there.moments(link.source_ref)
    if due is None or due == (held.starts_at, held.ends_at):
        return
    write = PriceListWrite(
        key=link.source_ref,
        title=held.title,
        group_id=link.fingerprint,
        starts_at=due[0],
        ends_at=due[1],
    )
    shop.date_price_list(held.list_id, write)


def _activate(shop: Any, flow: Flow, there: ListHeld) -> None:
    list_id = there.held.list_id
    (held,) = shop.price_lists([list_id])
    if not held.is_active:
        shop.set_price_list_active(list_id, is_active=True)
    if Lists(by_hand(flow), shop=shop, zone=there.zone).watch([list_id]):
        raise Rejected(f"{there.held.title} does not keep its customer group.")


def _prices(shop: Any, flow: Flow, there: ListHeld) -> list[Kept]:
    """Writes what differs and takes out what was added; the rows that have moved in the ERP."""
    strangers = [one.price_id for one in there.strangers()]
    if strangers:
        shop.write_prices(there.held.list_id, [], strangers)
    gone = {row.pk: price is None for row, price in there.differing()}
    if not gone:
        return []
    copy, terms = PriceCopy(flow, run_id=0), terms_now(flow, shop)
    offers = copy.offers({row.offer for row in there.rows if row.pk in gone})
    sold = copy.sold(rows[0].variant_ref for rows in offers.values())
    decided: list[Decision] = []
    moved: list[Kept] = []
    for rows in offers.values():
        again, others = _again(rows, gone, sold.get(rows[0].variant_ref), terms)
        decided += again
        moved += others
    work = by_hand(flow)
    lists = Lists(work, shop=shop, zone=there.zone)
    told = ListedPrices(work, shop=shop, copy=copy, lists=lists).write(decided)
    failed = [item for item in told if item.action in ("failed", "skip")]
    if failed:
        raise Rejected(failed[0].reason)
    return moved


def _again(
    rows: Sequence[Kept], gone: dict[int, bool], variant_id: str | None, terms: Terms
) -> tuple[list[Decision], list[Kept]]:
    """Decisions that write what was written, and the rows of which the ERP says something else."""
    before = {row.pk: row.fingerprint for row in rows}
    blank = [_blank(row, gone[row.pk]) if row.pk in gone else row for row in rows]
    about = [one for one in decide_listed(blank, variant_id, terms) if one.row.pk in gone]
    same = [one for one in about if one.what == "write" and one.fingerprint == before[one.row.pk]]
    return same, [one.row for one in about if one not in same]


def _blank(row: Kept, is_gone: bool) -> Kept:
    """As if it was never written, or with another price."""
    return replace(row, fingerprint="", price_id="" if is_gone else row.price_id)
