"""What the rows of the copy say was written, beside what the storefront holds."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from integrations.flows.prices.decide import EVERYONE, list_key, price_text
from integrations.flows.prices.spans import moments_of
from integrations.models import IdLink, PriceRow
from integrations.records import StorefrontPrice, StorefrontPriceList

Moments = tuple[datetime | None, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantHeld:
    """The prices of one variant, and the rows of the copy that were written to it."""

    rows: Sequence[PriceRow]
    prices: Sequence[StorefrontPrice]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListHeld:
    """A price list with its prices, and the rows of the copy that were written to it. `zone` is
    where the seller's days begin."""

    held: StorefrontPriceList
    prices: Sequence[StorefrontPrice]
    rows: Sequence[PriceRow]
    zone: ZoneInfo

    def differing(self) -> list[tuple[PriceRow, StorefrontPrice | None]]:
        """Rows whose price is another one there, or is gone. Those in doubt are the flow's."""
        there = {one.price_id: one for one in self.prices}
        pairs = [
            (row, there.get(row.storefront_price_id)) for row in self.rows if not row.is_in_doubt
        ]
        return [
            (row, price)
            for row, price in pairs
            if price is None or not is_as_written(row.written, price)
        ]

    def strangers(self) -> list[StorefrontPrice]:
        """Prices that a hand added. While an answer is in doubt nobody knows which are ours."""
        if any(row.is_in_doubt for row in self.rows):
            return []
        ours = {row.storefront_price_id for row in self.rows}
        return [one for one in self.prices if one.price_id not in ours]

    def moments(self, key: str) -> Moments | None:
        """From when to when the list with this key holds; None where no row tells."""
        own = next((row for row in self.rows if list_key(row) == key), None)
        return moments_of((own.starts_on, own.ends_on), self.zone) if own else None


class Rows:
    """The rows that tell what was written through one link's two connections."""

    def __init__(self, link: IdLink) -> None:
        rows = PriceRow.objects.filter(source=link.source_id, storefront=link.target_id)
        self._rows = rows.exclude(fingerprint="", is_in_doubt=False).order_by("pk")

    def of_variants(self, variant_refs: Iterable[str]) -> dict[str, list[PriceRow]]:
        """By variant of the ERP: what everyone pays."""
        return _by("variant_ref", self._of_everyone(variant_refs))

    def _of_everyone(self, variant_refs: Iterable[str]) -> QuerySet[PriceRow]:
        rows = self._rows.filter(audience=EVERYONE, variant_ref__among=variant_refs)
        return rows.exclude(written="")

    def written_in(self, variant_refs: Iterable[str]) -> list[tuple[int, str, int | None]]:
        """Of what everyone pays: row, variant of the ERP, and the run that wrote it."""
        rows = self._of_everyone(variant_refs)
        return list(rows.values_list("pk", "variant_ref", "written_in"))

    def of_lists(self, list_ids: Iterable[str]) -> dict[str, list[PriceRow]]:
        """By price list of the storefront."""
        rows = self._rows.filter(storefront_list_id__in=set(list_ids))
        return _by("storefront_list_id", rows)


def text_of(price: StorefrontPrice) -> str:
    """A price that is there, in the words in which the copy keeps what was written."""
    high = None if price.max_quantity is None else int(price.max_quantity)
    return price_text(price.net_amount, price.currency, low_of(price), high)


def low_of(price: StorefrontPrice) -> int:
    return int(price.min_quantity or 1)


def is_as_written(text: str, price: StorefrontPrice) -> bool:
    """Whether they say the same. What has more digits than a float holds may come back from the
    storefront without the last ones."""
    said, there = text.split(" ", 1), text_of(price).split(" ", 1)
    return said[1:] == there[1:] and (said[0] == there[0] or float(said[0]) == float(there[0]))


def plain(prices: Sequence[StorefrontPrice], currency: str) -> list[StorefrontPrice]:
    """Those that the flow writes: one under a condition belongs to the storefront."""
    found = [one for one in prices if one.is_plain and one.currency == currency]
    return sorted(found, key=low_of)


def _by(name: str, rows: Iterable[PriceRow]) -> dict[str, list[PriceRow]]:
    found: dict[str, list[PriceRow]] = defaultdict(list)
    for row in rows:
        found[attrgetter(name)(row)].append(row)
    return dict(found)
