"""What the ERP could deliver when it last said so, without asking it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from integrations.flows.catalogue.reading import is_stale, variants_by_sku
from integrations.flows.stock.kept import StockLinks, uncounted
from integrations.models import Connection, Flow, StockLevel

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStock:
    """One SKU over all locations that the stock flow sells from, in the ERP's `unit`.

    `available` is what can still be promised, without `taken`: what orders wait for that the ERP
    does not have yet. `incoming` arrives from `incoming_on` on, None where the ERP names no day.
    `as_of` is when the ERP last named the level that it named longest ago.
    """

    available: Decimal
    taken: Decimal
    incoming: Decimal
    incoming_on: date | None
    unit: str
    source: str
    as_of: datetime
    is_stale: bool

    def lacks(self, quantity: Decimal) -> bool:
        return quantity > max(self.available, ZERO)


def stock_of(
    erp: Connection, storefront: Connection, skus: Iterable[str], *, now: datetime
) -> dict[str, KeptStock]:
    """By SKU, without those of which the portal keeps no stock; the same few queries for all."""
    variants = variants_by_sku(erp, storefront, skus)
    if not variants:
        return {}
    levels: dict[str, list[StockLevel]] = defaultdict(list)
    sold_from = _sold_from(erp, storefront)
    for level in StockLevel.objects.filter(source=erp, variant_ref__among=variants.values()):
        if sold_from is None or not level.location_ref or level.location_ref in sold_from:
            levels[level.variant_ref].append(level)
    taken = uncounted(storefront, variants)
    return {
        sku: _added(levels[ref], taken.get(sku, ZERO), erp, now)
        for sku, ref in variants.items()
        if ref in levels
    }


def _sold_from(erp: Connection, storefront: Connection) -> frozenset[str] | None:
    """The ERP's locations that the flow sells from; None: from all of them."""
    flow = (
        Flow.objects.filter(kind=Flow.Kind.STOCK, source=erp, target=storefront)
        .select_related("source", "target")
        .first()
    )
    if flow is None or flow.settings.get("locations") == "sum":
        return None
    return frozenset(StockLinks(flow, actor="").warehouses())


def _added(
    levels: Sequence[StockLevel], taken: Decimal, erp: Connection, now: datetime
) -> KeptStock:
    as_of = min(level.as_of for level in levels)
    coming = [level for level in levels if level.incoming > 0]
    days = [level.incoming_on for level in coming if level.incoming_on is not None]
    return KeptStock(
        available=sum((level.available for level in levels), ZERO) - taken,
        taken=taken,
        incoming=sum((level.incoming for level in coming), ZERO),
        incoming_on=min(days, default=None),
        unit=levels[0].unit,
        source=erp.name,
        as_of=as_of,
        is_stale=is_stale(as_of, now=now),
    )
