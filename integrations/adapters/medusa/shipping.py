"""Where a Medusa shop sells and how it ships: short lists for a person to choose from."""

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.adapters.medusa.client import Client
from integrations.records import ShippingOption, StorefrontRegion

Row = Mapping[str, Any]


class Shipping:
    """Implements ListsShipping."""

    _client: Client

    def regions(self) -> Sequence[StorefrontRegion]:
        rows = self._client.rows("/admin/regions", "regions", [])
        return tuple(to_region(row) for row in rows)

    def shipping_options(self) -> Sequence[ShippingOption]:
        rows = self._client.rows("/admin/shipping-options", "shipping_options", [])
        return tuple(to_option(row) for row in rows if not _is_for_returns(row))


def to_region(row: Row) -> StorefrontRegion:
    return StorefrontRegion(
        ref=row["id"],
        name=row["name"],
        currency=row["currency_code"].upper(),
        countries=tuple(sorted(one["iso_2"].upper() for one in row.get("countries") or ())),
    )


def to_option(row: Row) -> ShippingOption:
    zone = row.get("service_zone") or {}
    return ShippingOption(ref=row["id"], name=row["name"], zone=zone.get("name") or "")


def _is_for_returns(row: Row) -> bool:
    """An option says so by a rule whose value is a text."""
    rules = row.get("rules") or ()
    return any(rule["attribute"] == "is_return" and rule["value"] == "true" for rule in rules)
