"""A range of goods that is worked out from numbers: any size, and nothing to keep.

The same numbers make the rows of the ERP and the ready-made payloads of the bare calls.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

VARIANTS = 2
CURRENCIES = ("EUR", "USD")
PER_LIST = 2000
PLACES = ("main", "north", "south")
SIZES = ("S", "L")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """How much there is: products of two variants, prices in lists, levels of stock."""

    products: int
    listed: int = 0
    levels: int = 0

    @property
    def variants(self) -> int:
        return self.products * VARIANTS

    @property
    def lists(self) -> int:
        """Price lists; each holds as many prices as the others, one for a variant at most."""
        return max(1, -(-self.listed // min(PER_LIST, self.variants)))

    @property
    def base(self) -> int:
        """Prices that everyone pays: one per variant and currency."""
        return self.variants * len(CURRENCIES)


def sku_of(variant: int) -> str:
    """Variants are counted from 0; two after each other are of one product."""
    return f"BOX-{variant // VARIANTS + 1:07d}-{SIZES[variant % VARIANTS]}"


def variant_of(sku: str) -> int:
    _, product, size = sku.split("-")
    return (int(product) - 1) * VARIANTS + SIZES.index(size)


def variant_ref(variant: int) -> str:
    return f"V{variant + 1:08d}"


def product_ref(product: int) -> str:
    return f"P{product + 1:07d}"


def base_price(variant: int, currency: str, revision: int = 0) -> Decimal:
    cents = 1000 + variant % 9000 + revision + (150 if currency == "USD" else 0)
    return Decimal(cents) / 100


def listed_price(number: int, revision: int = 0) -> Decimal:
    return Decimal(900 + number % 900 + revision) / 100


def listed_place(number: int, goods: Range) -> tuple[int, int]:
    """(list, variant) of a price; an ERP keeps them list by list."""
    per_list = -(-goods.listed // goods.lists)
    return number // per_list, number % goods.variants


def level_place(number: int, goods: Range) -> tuple[int, str]:
    """(variant, place) of a level; an ERP tells all places of an article together."""
    full = goods.levels // goods.variants
    more = goods.levels - full * goods.variants  # so many variants lie at one place more
    if number < more * (full + 1):
        return number // (full + 1), PLACES[number % (full + 1)]
    rest = number - more * (full + 1)
    return more + rest // full, PLACES[rest % full]


def pieces(number: int) -> int:
    return 5 + number % 90
