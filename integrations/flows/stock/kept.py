"""What the portal keeps of stock: the catalogue copy, and what was last written."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum, Value
from django.db.models.functions import StrIndex, Substr
from django.utils import timezone

from integrations.flows.bulk import insert_each
from integrations.flows.links import LinkRow, bind_all
from integrations.flows.runs.beside import runs_beside
from integrations.flows.stock.decide import NOTHING, ZERO, Wanted
from integrations.models import Connection, Flow, IdLink, OrderLine, Run, StockLevel
from integrations.models.order import NOT_IN_ERP
from integrations.records import ErpStock, StorefrontStock

_COLUMNS = (
    "sku",
    "location_name",
    "on_hand",
    "reserved",
    "available",
    "incoming",
    "incoming_on",
    "unit",
    "as_of",
)

_KEY = ("variant_ref", "location_ref")

NONE = {"on_hand": ZERO, "reserved": ZERO, "available": ZERO, "incoming": ZERO}


def keep_levels(source: Connection, rows: Sequence[ErpStock], *, run_id: int) -> None:
    """Brings the copy up to date in one statement. Safe to repeat."""
    newest = {(row.variant_ref, row.location_ref): row for row in rows}
    columns = (*_KEY, *_COLUMNS, "seen_in")
    insert_each(
        StockLevel,
        ("source", *columns),
        ((source.pk, *_kept_values(row), run_id) for row in newest.values()),
        unique=("source", *_KEY),
        update=(*_COLUMNS, "seen_in"),
    )


def _kept_values(row: ErpStock) -> Iterator[Any]:
    """Those of _KEY and _COLUMNS, as long as they fit."""
    cut = {"location_name": row.location_name[:200], "unit": row.unit[:40]}
    return (cut.get(name, getattr(row, name)) for name in (*_KEY, *_COLUMNS))


def note_seen(source: Connection, rows: Iterable[ErpStock], *, run_id: int) -> None:
    """Of these nothing can be read, but the ERP has them: what was known of them stays."""
    for row in rows:
        StockLevel.objects.filter(
            source=source, variant_ref=row.variant_ref, location_ref=row.location_ref
        ).update(seen_in=run_id)


def missing_page(run: Run, *, after: int, size: int) -> tuple[list[StockLevel], int | None]:
    """The next levels that neither this run, a complete one, nor those beside it came upon, and
    the number of the last of them; None when there are no more."""
    known = StockLevel.objects.filter(source=run.flow.source_id, pk__gt=after)
    unseen = known.exclude(seen_in=run.pk).exclude(seen_in__in=runs_beside(run))
    rows = list(unseen.order_by("pk")[:size])
    return rows, rows[-1].pk if len(rows) == size else None


def note_missing(levels: Sequence[StockLevel]) -> None:
    """The ERP no longer tells of them, so there is none. Those that are so already stay."""
    there = StockLevel.objects.filter(pk__in=[one.pk for one in levels])
    there.exclude(**NONE).update(**NONE, incoming_on=None, as_of=timezone.now())


def levels_of(
    source: Connection, variant_refs: Iterable[str], *, without: Container[int] = ()
) -> list[ErpStock]:
    """Every kept level of these variants, at all locations; those in `without` as none."""
    kept = StockLevel.objects.filter(source=source, variant_ref__among=variant_refs)
    return [
        ErpStock(
            variant_ref=level.variant_ref,
            location_ref=level.location_ref,
            **{name: getattr(level, name) for name in _COLUMNS}
            | (NONE if level.pk in without else {}),
        )
        for level in kept.order_by("id")
    ]


def uncounted(storefront: Connection, skus: Iterable[str]) -> dict[str, Decimal]:
    """SKU to how much of it orders wait for that the ERP does not have (yet)."""
    waiting = OrderLine.objects.filter(
        order__storefront=storefront, order__state__in=NOT_IN_ERP, sku__among=skus
    )
    sums = waiting.order_by().values_list("sku").annotate(waits=Sum(F("quantity")))
    return {sku: waits or ZERO for sku, waits in sums}


def held_of(shop: Any, variants: Mapping[str, str]) -> dict[str, StorefrontStock]:
    """What the storefront holds of these variants (ref → its id there), by ref; those that it
    does not count are left out."""
    found = {one.variant_id: one for one in shop.stock_of(sorted(variants.values()))}
    return {ref: found[one] for ref, one in variants.items() if one in found}


class StockLinks:
    """Which variants are sold in the storefront, where its locations are, what was written."""

    _places: set[str] | None = None  # every location that anything was ever written at

    def __init__(self, flow: Flow, *, actor: str) -> None:
        self._source, self._target, self._actor = flow.source, flow.target, actor

    def sold(self, variant_refs: Iterable[str]) -> dict[str, str]:
        """Of these variants, those that have a counterpart in the storefront, with its id."""
        links = self._links(IdLink.Kind.VARIANT).filter(source_ref__among=variant_refs)
        return dict(links.values_list("source_ref", "target_ref"))

    def warehouses(self) -> dict[str, str]:
        """ERP location to storefront location; a mapping may have been made from either side."""
        onward = self._links(IdLink.Kind.WAREHOUSE).values_list("source_ref", "target_ref")
        back = IdLink.objects.filter(
            kind=IdLink.Kind.WAREHOUSE, source=self._target, target=self._source
        ).values_list("target_ref", "source_ref")
        return {**dict(back), **dict(onward)}

    def fresh(self, since: datetime, *, after: int, size: int) -> tuple[list[str], int | None]:
        """The next variants that are sold in the storefront only since then, and the number of
        the last link; None when there are no more."""
        links = self._links(IdLink.Kind.VARIANT).filter(created_at__gte=since, pk__gt=after)
        rows = list(links.order_by("pk").values_list("pk", "source_ref")[:size])
        return [ref for _, ref in rows], rows[-1][0] if len(rows) == size else None

    def written(self, variant_refs: Iterable[str]) -> dict[str, str]:
        """Ref to the fingerprint of what was last written of these variants, wherever it was."""
        # By whole refs, which the index knows: a location is one of few.
        places = self._known_places()
        refs = (f"{one}@{place}" for one in set(variant_refs) for place in places)
        links = self._links(IdLink.Kind.STOCK).filter(source_ref__among=refs)
        return dict(links.values_list("source_ref", "fingerprint"))

    def note_none(self, refs: Iterable[str]) -> None:
        """Of these levels nothing is in the storefront, without a word to it."""
        links = self._links(IdLink.Kind.STOCK).filter(source_ref__among=refs)
        links.update(fingerprint=NOTHING)

    def keep(self, written: Iterable[tuple[Wanted, StorefrontStock]]) -> None:
        """Remembers what was written. Safe to repeat."""
        written = list(written)
        if self._places is not None:
            self._places |= {wanted.location_id for wanted, _ in written}
        rows = (
            LinkRow(
                kind=IdLink.Kind.STOCK,
                source_ref=wanted.ref,
                target_ref=f"{held.item_id}@{wanted.location_id}",
                label=wanted.sku,
                fingerprint=wanted.fingerprint,
            )
            for wanted, held in written
        )
        bind_all(
            self._source,
            self._target,
            rows,
            actor=self._actor,
            update=("target_ref", "label", "fingerprint"),
        )

    def by_ref(self, refs: Iterable[str]) -> list[IdLink]:
        """The links of these levels, each with what was last written."""
        links = self._links(IdLink.Kind.STOCK).filter(source_ref__in=set(refs))
        return list(links.select_related("written", "target"))

    def _known_places(self) -> set[str]:
        if self._places is None:
            place = Substr("target_ref", StrIndex("target_ref", Value("@")) + 1)
            links = self._links(IdLink.Kind.STOCK).annotate(place=place).order_by()
            self._places = set(links.values_list("place", flat=True).distinct())
        return self._places

    def _links(self, kind: str) -> QuerySet[IdLink]:
        return IdLink.objects.filter(kind=kind, source=self._source, target=self._target)
