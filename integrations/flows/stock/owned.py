"""Hand edits of stock levels: how they are told from what orders do to a level, and put back.

The storefront moves its levels itself: fulfilling an order takes pieces away, a cancelled
fulfilment brings them back. So a level is in order when it is as it was written, and also when
it is what would be written now, from what the ERP can promise and what is reserved there.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from integrations.errors import Rejected
from integrations.flows.links import targets_of
from integrations.flows.ownership import Owned, compare, remember
from integrations.flows.ownership.kinds import Change, Content
from integrations.flows.stock.decide import ZERO, Wanted, write_of
from integrations.flows.stock.kept import StockLinks, held_of, uncounted
from integrations.models import Connection, Flow, IdLink, OrderLine
from integrations.records import StockWrite, StorefrontStock

GONE = ("level", "counted in the storefront", "deleted")
# An order that reached the ERP so lately may be missing in the stock that was just read.
JUST_NOW = timedelta(minutes=15)


def remember_levels(links: StockLinks, written: Iterable[tuple[Wanted, StockWrite]]) -> None:
    """Keeps what was sent of these levels, to be told from a hand's edit."""
    contents = {wanted.ref: _content(wanted, sent) for wanted, sent in written}
    remember((link, contents[link.source_ref]) for link in links.by_ref(contents))


def look_for_edits(flow: Flow, shop: Any, links: StockLinks, refs: Collection[str]) -> None:
    """Compares these levels, of which the ERP says the same as when they were written, with
    those in the storefront. SKUs whose orders are on their way to the ERP are left for another
    time: their pieces are counted by one side only."""
    found = [link for link in links.by_ref(refs) if hasattr(link, "written")]
    moving = _moving(flow.target, {_sku(link) for link in found}, now=timezone.now())
    compare(flow, shop, [link for link in found if _sku(link) not in moving])


def _content(wanted: Wanted, sent: StockWrite) -> Content:
    return {
        "variant_ref": wanted.variant_ref,
        "sku": wanted.sku,
        "location_id": wanted.location_id,
        "available": _plain(wanted.available),
        "stocked": _plain(sent.stocked),
        "incoming": _plain(sent.incoming),
    }


def _moving(storefront: Connection, skus: set[str], *, now: datetime) -> set[str]:
    waiting = {sku for sku, count in uncounted(storefront, skus).items() if count}
    fresh = OrderLine.objects.filter(
        order__storefront=storefront, order__confirmed_at__gte=now - JUST_NOW, sku__in=skus
    )
    return waiting | set(fresh.values_list("sku", flat=True))


def _read(shop: Any, links: Sequence[IdLink]) -> Mapping[str, StorefrontStock]:
    found = _held(shop, links)
    return {link.target_ref: found[_variant(link)] for link in links if _variant(link) in found}


def _held(shop: Any, links: Sequence[IdLink]) -> dict[str, StorefrontStock]:
    """By variant ref; all of these links are between the same two."""
    refs = {_variant(link) for link in links}
    return held_of(shop, targets_of("variant", links[0].source, refs, links[0].target))


def _changes(link: IdLink, held: StorefrontStock | None) -> Sequence[Change]:
    content = link.written.content
    level = held.at(content["location_id"]) if held else None
    if held is None or level is None:
        return (GONE,)
    due = write_of(_wanted(content), held, ZERO).stocked
    found = []
    if level.stocked not in (Decimal(content["stocked"]), due):
        found.append(("stocked", content["stocked"], _plain(level.stocked)))
    if level.incoming != Decimal(content["incoming"]):
        found.append(("incoming", content["incoming"], _plain(level.incoming)))
    return tuple(found)


def _write(shop: Any, flow: Flow, link: IdLink) -> None:
    """The level that lets buyers have what the ERP promised, with today's reservations."""
    wanted = _wanted(link.written.content)
    held = _held(shop, [link]).get(wanted.variant_ref)
    if held is None:
        raise Rejected(f"The storefront does not count the stock of {wanted.sku} any more.")
    waits = uncounted(flow.target, [wanted.sku]).get(wanted.sku, ZERO)
    sent = write_of(wanted, held, waits)
    shop.write_stock([sent])
    link.written.content = _content(wanted, sent)
    link.written.written_at = timezone.now()
    link.written.save(update_fields=["content", "written_at"])


def _wanted(content: Content) -> Wanted:
    return Wanted(
        variant_ref=content["variant_ref"],
        sku=content["sku"],
        location_id=content["location_id"],
        available=Decimal(content["available"]),
        incoming=Decimal(content["incoming"]),
    )


def _sku(link: IdLink) -> str:
    return str(link.written.content["sku"])


def _variant(link: IdLink) -> str:
    return str(link.written.content["variant_ref"])


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


OWNED_STOCK = Owned(
    flow_kind=Flow.Kind.STOCK,
    link_kind=IdLink.Kind.STOCK,
    read=_read,
    differences=_changes,
    write=_write,
)
