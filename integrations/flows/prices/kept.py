"""The catalogue copy of prices: what the ERP says, and what the storefront was told of it."""

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from integrations.flows.bulk import insert_each, update_each
from integrations.flows.links import REMOVED
from integrations.flows.prices.decide import EVERYONE, digest
from integrations.flows.prices.moved import UNTOLD, set_aside
from integrations.flows.prices.offers import Kept
from integrations.models import Flow, IdLink, PriceRow, Run
from integrations.records import ErpPrice, Window

# As many digits as the copy keeps; a price of a thousandth of a cent has them.
PLACES = Decimal("1e-8")
# In place of the run that wrote it: the products flow did, when it made the variant.
OPENED = 0
ONE_DAY = timedelta(days=1)  # the seller's day may be the one before or after ours
_SAID = (
    "variant_ref",
    "audience",
    "audience_ref",
    "audience_name",
    "currency",
    "net_unit_price",
    "min_quantity",
    "unit",
    "starts_on",
    "ends_on",
    "is_active",
)
# All that the ERP says of a row, with what we add to it.
_CONTENT = (*_SAID, "sku", "offer")
_OFFER = _CONTENT.index("offer")
# What the rules read of a row, as `Kept` names it, and what the storefront holds of it.
_RULED = ("pk", "ref", "sku", "offer", "problem", *(name for name in _SAID if name != "unit"))
_TOLD = ("list_id", "price_id", "fingerprint", "written", "is_in_doubt")
_READ = (
    *_RULED,
    "storefront_id",
    "storefront_list_id",
    "storefront_price_id",
    "fingerprint",
    "written",
    "is_in_doubt",
)
LONGEST_PROBLEM = 300
_NOTHING = {
    "storefront_list_id": "",
    "storefront_price_id": "",
    "fingerprint": "",
    "written": "",
    "is_in_doubt": False,
}
# A new row: nothing of it is known in the storefront.
_UNTOLD: dict[str, Any] = {**_NOTHING, "problem": ""}


def offer_of(price: ErpPrice) -> str:
    """The same for all that one variant costs one audience in one currency."""
    parts = (price.variant_ref, price.audience, price.audience_ref, price.currency.upper())
    return digest("\n".join(parts))[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the storefront was told of a row: in which list (empty: on the variant itself), as
    which price, and `written` as people read it."""

    pk: int
    list_id: str
    price_id: str
    fingerprint: str
    written: str


class PriceCopy:
    """The rows of one ERP, as one storefront was told of them."""

    def __init__(self, flow: Flow, *, run_id: int) -> None:
        self._source, self._target, self._run_id = flow.source, flow.target, run_id

    # -- what the ERP says

    @transaction.atomic
    def keep(self, prices: Sequence[ErpPrice]) -> set[str]:
        """Brings the copy up to date, what is as it was in one short statement; the offers it is
        about, also those that a row belonged to before. Safe to repeat: what a row was before
        is set aside, so that its removal is due until it is done."""
        skus = self._skus({price.variant_ref for price in prices})
        newest = {price.ref: self._said_by(price, skus) for price in prices}
        kept = self._rows().filter(ref__among=newest).values_list("ref", *_CONTENT)
        before = {ref: tuple(content) for ref, *content in kept}
        same = {ref for ref, content in newest.items() if before.get(ref) == content}
        moved = [ref for ref, was in before.items() if was[_OFFER] != newest[ref][_OFFER]]
        if moved:
            set_aside(self._rows(), moved)
        met: dict[str, Any] = {"as_of": timezone.now(), "seen_in": self._run_id}
        self._rows().filter(ref__among=same).update(**met)
        insert_each(
            PriceRow,
            ("source", "ref", *_CONTENT, *met, *_UNTOLD),
            (
                (self._source.pk, ref, *content, *met.values(), *_UNTOLD.values())
                for ref, content in newest.items()
                if ref not in same
            ),
            unique=("source", "ref"),
            update=(*_CONTENT, *met),
        )
        return {content[_OFFER] for content in (*before.values(), *newest.values())}

    def not_met(self, prices: Sequence[ErpPrice]) -> list[ErpPrice]:
        """Those that this run has not come upon yet."""
        met = self._rows().filter(seen_in=self._run_id, ref__among=[one.ref for one in prices])
        known = set(met.values_list("ref", flat=True))
        return [one for one in prices if one.ref not in known]

    def note_unreadable(self, problems: Mapping[str, str]) -> None:
        """Of these rows, by their refs, the ERP says what nobody can read: they are not gone."""
        rows = list(self._rows().filter(ref__in=problems))
        for row in rows:
            row.seen_in, row.problem = self._run_id, problems[row.ref][:300]
        PriceRow.objects.bulk_update(rows, ["seen_in", "problem"], batch_size=200)

    def missing_page(
        self, after: int, size: int, *, beside: QuerySet[Run]
    ) -> tuple[dict[int, str], int | None]:
        """The next rows that neither this run, a complete one, nor those beside it came upon,
        with their offers, and the last of them; None when there are no more."""
        unseen = self._unseen(beside).filter(pk__gt=after)
        rows = dict(unseen.order_by("pk").values_list("pk", "offer")[:size])
        return rows, max(rows, default=None)

    def missing_of(self, offers: Collection[str], *, beside: QuerySet[Run]) -> dict[str, list[int]]:
        """Of these offers all rows that were not come upon, in order, whatever their page."""
        found: dict[str, list[int]] = defaultdict(list)
        unseen = self._unseen(beside).filter(offer__among=offers).order_by("pk")
        for pk, offer in unseen.values_list("pk", "offer"):
            found[offer].append(pk)
        return dict(found)

    def note_missing(self, pks: Collection[int]) -> None:
        """The ERP no longer offers them."""
        self._rows().filter(pk__in=pks).update(is_active=False)

    def due_page(
        self, window: Window, today: date, after: int, size: int
    ) -> tuple[set[str], int | None]:
        """Rows that the ERP did not change, but that are to be looked at again: the day has come
        on which they begin or end, or their variant is sold in the storefront only now, or they
        are no longer offered and the storefront holds them still."""
        since = window.start
        if since is None:
            return set(), None
        days = Q(audience=EVERYONE) & (
            Q(starts_on__gte=since.date() - ONE_DAY, starts_on__lte=today)
            | Q(ends_on__gte=since.date() - ONE_DAY, ends_on__lt=today)
        )
        fresh = self._links().filter(created_at__gte=since).values("source_ref")
        offered = Q(is_active=True) & (days | Q(variant_ref__in=fresh))
        left = Q(is_active=False, storefront=self._target) & ~UNTOLD
        rows = self._rows().filter(offered | left, pk__gt=after)
        found = list(rows.order_by("pk").values_list("pk", "offer")[:size])
        if not found:
            return set(), None
        return {offer for _, offer in found}, found[-1][0]

    def offers(
        self, names: Iterable[str], *, without: Container[int] = ()
    ) -> dict[str, list[Kept]]:
        """All rows of these offers; those in `without` as if the ERP no longer offered them."""
        return self._offers(self._rows().filter(offer__among=names), without)

    def base_offers(self, variant_refs: Iterable[str]) -> dict[str, list[Kept]]:
        """All rows of what these variants of the ERP cost everyone, by their offers."""
        refs = list(variant_refs)
        return self._offers(self._rows().filter(variant_ref__among=refs, audience=EVERYONE))

    def _offers(
        self, rows: QuerySet[PriceRow], without: Container[int] = ()
    ) -> dict[str, list[Kept]]:
        found: dict[str, list[Kept]] = defaultdict(list)
        for values in rows.order_by("pk").values_list(*_READ):
            row = self._as_kept(values)
            if row.pk in without:
                row = replace(row, is_active=False)
            found[row.offer].append(row)
        return dict(found)

    def sold(self, variant_refs: Iterable[str]) -> dict[str, str]:
        """Variant of the ERP to that of the storefront, of those that are sold there."""
        links = self._links().filter(source_ref__among=variant_refs)
        return dict(links.values_list("source_ref", "target_ref"))

    # -- what the storefront was told

    def note_sent(self, pks: Collection[int], list_id: str) -> None:
        """Before a price is created: its answer may be lost, and then it is looked for."""
        same = {"storefront_id": self._target.pk, "storefront_list_id": list_id}
        update_each(PriceRow, ("is_in_doubt",), [(pk, True) for pk in pks], same)

    def note_refused(self, pks: Collection[int]) -> None:
        """Nothing of them is in the storefront."""
        self._rows().filter(pk__in=pks).update(**_NOTHING)

    def note_written(self, rows: Iterable[Told]) -> None:
        """The storefront holds these now."""
        columns = ("storefront_list_id", "storefront_price_id", "fingerprint", "written")
        update_each(
            PriceRow,
            columns,
            ((one.pk, one.list_id, one.price_id, one.fingerprint, one.written) for one in rows),
            {
                "storefront_id": self._target.pk,
                "written_in": self._run_id,
                "is_in_doubt": False,
                "problem": "",
            },
        )

    def note_removed(self, pks: Collection[int]) -> None:
        """Takes note that the storefront holds them no more; the ERP's own removals are over."""
        rows = self._rows().filter(pk__in=pks)
        rows.update(**_NOTHING, problem="")
        rows.filter(is_active=False).delete()

    def forget_untold(self, rows: Iterable[Kept]) -> None:
        """Drops rows that are gone from the ERP and that the storefront never had."""
        pks = [row.pk for row in rows if not row.is_active and not row.is_there]
        if pks:
            self._rows().filter(pk__in=pks, is_active=False).delete()

    def forget_list(self, list_id: str) -> int:
        """A list that is gone from the storefront: its prices are to be written anew."""
        return self._rows().filter(storefront_list_id=list_id).update(**_NOTHING)

    def note_problems(self, problems: Mapping[int, str], rows: Iterable[Kept]) -> None:
        """Why some of these rows are not sold at; none for the others."""
        told = ((row, problems.get(row.pk, "")[:LONGEST_PROBLEM]) for row in rows)
        update_each(
            PriceRow, ("problem",), [(row.pk, now) for row, now in told if row.problem != now]
        )

    def claimed(self, price_ids: Collection[str]) -> set[str]:
        """Those of these prices that a row says it is."""
        rows = self._rows().filter(storefront=self._target, storefront_price_id__among=price_ids)
        return set(rows.values_list("storefront_price_id", flat=True))

    def is_used(self, list_id: str) -> bool:
        rows = self._rows().filter(storefront=self._target, storefront_list_id=list_id)
        return rows.exists()

    # -- parts

    def _rows(self) -> QuerySet[PriceRow]:
        return PriceRow.objects.filter(source=self._source)

    def _unseen(self, beside: QuerySet[Run]) -> QuerySet[PriceRow]:
        return self._rows().exclude(seen_in=self._run_id).exclude(seen_in__in=beside)

    def _links(self) -> QuerySet[IdLink]:
        links = IdLink.objects.filter(
            kind=IdLink.Kind.VARIANT, source=self._source, target=self._target
        )
        return links.exclude(label__endswith=REMOVED)

    def _skus(self, variant_refs: Collection[str]) -> dict[str, str]:
        links = self._links().filter(source_ref__among=variant_refs)
        return dict(links.values_list("source_ref", "label"))

    @staticmethod
    def _said_by(price: ErpPrice, skus: Mapping[str, str]) -> tuple[Any, ...]:
        """The values of _CONTENT, as the copy keeps them."""
        ours = {
            "currency": price.currency.upper(),
            "audience_name": price.audience_name[:200],
            "net_unit_price": price.net_unit_price.quantize(PLACES, ROUND_HALF_EVEN),
        }
        said = (ours[name] if name in ours else getattr(price, name) for name in _SAID)
        return (*said, skus.get(price.variant_ref, ""), offer_of(price))

    def as_kept(self, row: PriceRow) -> Kept:
        """A row as the rules read it."""
        return self._as_kept([getattr(row, name) for name in _READ])

    def _as_kept(self, values: Sequence[Any]) -> Kept:
        """Of the values of _READ."""
        said, (storefront, *told) = values[: len(_RULED)], values[len(_RULED) :]
        if storefront != self._target.pk:
            return Kept(**dict(zip(_RULED, said, strict=True)))
        return Kept(**dict(zip((*_RULED, *_TOLD), (*said, *told), strict=True)))
