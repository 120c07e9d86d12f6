"""Where a storefront sells and how it ships."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontRegion:
    """It sells to these `countries` (two letters) in one `currency`."""

    ref: str
    name: str
    currency: str
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingOption:
    """A way of shipping to buyers. `zone` is where it goes, as the storefront calls it."""

    ref: str
    name: str
    zone: str
