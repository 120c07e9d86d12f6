"""What the ERP would charge a customer by what it said last, without asking it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q

from integrations.flows.catalogue.decide import holding, list_price
from integrations.flows.catalogue.reading import is_stale, variants_by_sku
from integrations.flows.prices.decide import EVERYONE
from integrations.flows.prices.offers import Kept
from integrations.models import Connection, CustomerCopy, Flow, PriceRow

_FIELDS = (
    "pk",
    "ref",
    "variant_ref",
    "sku",
    "audience",
    "audience_ref",
    "audience_name",
    "currency",
    "net_unit_price",
    "min_quantity",
    "starts_on",
    "ends_on",
    "is_active",
    "offer",
    "problem",
)

STRANGER = (
    "the portal does not know customer {ref} of {erp}, so it cannot tell whose prices count: run "
    "the customers flow"
)
NOTHING = "no price is kept for this customer, quantity and day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One price to look up; `ref` comes back with the answer."""

    ref: str
    sku: str
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPrice:
    """A net price for one `unit`. `whose` names the price list or company, empty for everyone;
    `row_ref` is the ERP's row, and `as_of` when the ERP last named it."""

    unit_price: Decimal
    list_price: Decimal | None
    currency: str
    unit: str
    whose: str
    whose_ref: str
    row_ref: str
    source: str
    as_of: datetime
    is_stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unkept:
    """Why the copy has no price to offer, in words for sales."""

    reason: str


def prices_of(
    erp: Connection,
    storefront: Connection,
    asks: Sequence[Ask],
    *,
    customer_ref: str,
    currency: str,
    on: date,
    now: datetime,
) -> dict[str, KeptPrice | Unkept]:
    """By the `ref` of each question; the same few queries for all of them.

    A stale price is told with its mark, for people to read: nothing is to be sold at it.
    """
    customer = CustomerCopy.objects.filter(source=erp, ref=customer_ref, is_present=True).first()
    if customer is None:
        told = Unkept(reason=STRANGER.format(ref=customer_ref, erp=erp.name))
        return {ask.ref: told for ask in asks}
    variants = variants_by_sku(erp, storefront, (ask.sku for ask in asks))
    rows = _rows(erp, variants.values(), customer, currency)
    own_first = _own_first(erp, storefront)
    found: dict[str, KeptPrice | Unkept] = {}
    for ask in asks:
        of_variant = rows.get(variants.get(ask.sku, ""), [])
        kept = [_kept(row) for row in of_variant]
        held = holding(kept, quantity=ask.quantity, day=on, own_first=own_first)
        if isinstance(held, Kept):
            row = next(one for one in of_variant if one.pk == held.pk)
            found[ask.ref] = _told(row, list_price(kept, day=on), erp, now)
        else:
            found[ask.ref] = Unkept(reason=held or NOTHING)
    return found


def _rows(
    erp: Connection, variant_refs: Iterable[str], customer: CustomerCopy, currency: str
) -> dict[str, list[PriceRow]]:
    """All that fit the customer, by variant."""
    whose = Q(audience=EVERYONE) | Q(audience="customer", audience_ref=customer.ref)
    if customer.price_list_ref:
        whose |= Q(audience="price_list", audience_ref=customer.price_list_ref)
    if customer.group_ref:
        whose |= Q(audience="customer_group", audience_ref=customer.group_ref)
    rows = PriceRow.objects.filter(
        whose, source=erp, currency=currency.upper(), variant_ref__among=variant_refs
    )
    found: dict[str, list[PriceRow]] = defaultdict(list)
    for row in rows.order_by("pk"):
        found[row.variant_ref].append(row)
    return found


def _own_first(erp: Connection, storefront: Connection) -> bool:
    flow = Flow.objects.filter(kind=Flow.Kind.PRICES, source=erp, target=storefront).first()
    return flow is not None and flow.settings.get("precedence") == "customer"


def _kept(row: PriceRow) -> Kept:
    return Kept(**{name: getattr(row, name) for name in _FIELDS})


def _told(row: PriceRow, usual: Decimal | None, erp: Connection, now: datetime) -> KeptPrice:
    return KeptPrice(
        unit_price=row.net_unit_price,
        list_price=usual,
        currency=row.currency,
        unit=row.unit,
        whose=row.audience_name,
        whose_ref=row.audience_ref,
        row_ref=row.ref,
        source=erp.name,
        as_of=row.as_of,
        is_stale=is_stale(row.as_of, now=now),
    )
