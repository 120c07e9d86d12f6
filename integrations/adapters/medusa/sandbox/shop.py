"""The settings of the stand-in's shop: store, regions, taxes, channel, locations, shipping."""

from dataclasses import dataclass, field
from decimal import Decimal

from integrations.adapters.medusa.sandbox.ids import new_id, now
from integrations.adapters.medusa.sandbox.refusals import Json

DIGITS = {"eur": 2, "usd": 2, "jpy": 0}
# currency → (region, countries)
REGIONS = {
    "eur": ("Europe", ("de", "fr", "nl")),
    "usd": ("United States", ("us",)),
    "jpy": ("Japan", ("jp",)),
}
TAX_PERCENT = {
    "de": Decimal(19),
    "fr": Decimal(20),
    "nl": Decimal(21),
    "us": Decimal(0),
    "jp": Decimal(10),
}
SHIPPING_PRICES = {"eur": Decimal("9.90"), "usd": Decimal("12.50"), "jpy": Decimal(900)}


@dataclass
class Shop:
    """What an operator would have set up in Medusa's admin before the first order."""

    name: str = "Stand-in store"
    secret_key: str = field(default_factory=lambda: new_id("sk").lower())
    publishable_key: str = field(default_factory=lambda: new_id("pk").lower())
    sales_channel_id: str = field(default_factory=lambda: new_id("sc"))
    location_id: str = field(default_factory=lambda: new_id("sloc"))
    shipping_profile_id: str = field(default_factory=lambda: new_id("sp"))
    shipping_option_id: str = field(default_factory=lambda: new_id("so"))
    store_id: str = field(default_factory=lambda: new_id("store"))
    created_at: str = field(default_factory=now)
    region_ids: dict[str, str] = field(
        default_factory=lambda: {currency: new_id("reg") for currency in REGIONS}
    )
    plugins: list[str] = field(
        default_factory=lambda: ["@medusajs/draft-order", "erp-portal-medusa"]
    )
    more_locations: dict[str, str] = field(default_factory=dict)  # id → name; sold from nowhere
    plugin_version: str = "0.5.0"
    # Areas of the Admin API (orders, products, …) that the key's role may not touch.
    forbidden: set[str] = field(default_factory=set)
    # Currencies whose prices include the tax (a price preference in Medusa).
    tax_inclusive: set[str] = field(default_factory=set)
    tax_percent: dict[str, Decimal] = field(default_factory=lambda: dict(TAX_PERCENT))

    def tax_code(self, country: str) -> str:
        return f"VAT-{country.upper()}"

    def currency_of(self, region_id: str) -> str | None:
        return next((one for one, known in self.region_ids.items() if known == region_id), None)

    def region_of_country(self, country: str) -> str:
        currency = next(one for one, (_, those) in REGIONS.items() if country in those)
        return self.region_ids[currency]

    # -- what the settings routes show

    def stores(self) -> list[Json]:
        return [
            {
                "id": self.store_id,
                "name": self.name,
                "default_sales_channel_id": self.sales_channel_id,
                "default_region_id": None,
                "default_location_id": None,
                "metadata": None,
                **self._times(),
                "supported_currencies": [self._currency(one) for one in REGIONS],
            }
        ]

    def regions(self) -> list[Json]:
        return [
            {
                "id": self.region_ids[currency],
                "name": name,
                "currency_code": currency,
                **self._times(),
                "deleted_at": None,
                "automatic_taxes": True,
                "metadata": None,
                "countries": [{"iso_2": one, "name": one.upper()} for one in countries],
            }
            for currency, (name, countries) in REGIONS.items()
            if currency in self.region_ids
        ]

    def sales_channels(self) -> list[Json]:
        return [
            {
                "id": self.sales_channel_id,
                "name": "B2B shop",
                "description": None,
                "is_disabled": False,
                **self._times(),
                "deleted_at": None,
                "metadata": None,
            }
        ]

    def stock_locations(self) -> list[Json]:
        """The first is the one that the sales channel sells from."""
        named = {self.location_id: "Main warehouse", **self.more_locations}
        return [
            {
                "id": location_id,
                "name": name,
                "metadata": None,
                **self._times(),
                "address": None,
                "sales_channels": self.sales_channels() if location_id == self.location_id else [],
            }
            for location_id, name in named.items()
        ]

    def shipping_profiles(self) -> list[Json]:
        return [
            {
                "id": self.shipping_profile_id,
                "name": "Default Shipping Profile",
                "type": "default",
                "metadata": None,
                **self._times(),
            }
        ]

    def price_preferences(self) -> list[Json]:
        """Of each currency and each region; one of a region counts for that region's own prices."""
        currencies = [("currency_code", one, one in self.tax_inclusive) for one in REGIONS]
        regions = [("region_id", one, False) for one in self.region_ids.values()]
        return [
            {
                "id": f"prpref_{value}",
                "attribute": attribute,
                "value": value,
                "is_tax_inclusive": is_inclusive,
                **self._times(),
                "deleted_at": None,
            }
            for attribute, value, is_inclusive in [*currencies, *regions]
        ]

    def tax_regions(self) -> list[Json]:
        return [
            {
                "id": f"txreg_{country}",
                "country_code": country,
                "province_code": None,
                **self._times(),
                "tax_rates": [
                    {
                        "id": f"txr_{country}",
                        "rate": percent,
                        "code": self.tax_code(country),
                        "name": f"VAT {country}",
                        "is_default": True,
                    }
                ],
            }
            for country, percent in self.tax_percent.items()
        ]

    def shipping_options(self, currency: str) -> list[Json]:
        return [
            {
                "id": self.shipping_option_id,
                "name": "Standard",
                "price_type": "flat",
                "shipping_profile_id": self.shipping_profile_id,
                "provider_id": "manual_manual",
                "data": None,
                "amount": SHIPPING_PRICES[currency],
            }
        ]

    def admin_shipping_options(self) -> list[Json]:
        """As the admin sees them: without a price of their own, and the ones for returns too."""
        [known] = self.shipping_options("eur")
        del known["amount"]
        names = {"Standard": "false", "Return by parcel": "true"}
        return [
            known
            | {"id": known["id"] if is_return == "false" else f"{known['id']}_back", "name": name}
            | {
                "rules": [
                    {"attribute": "enabled_in_store", "operator": "eq", "value": "true"},
                    {"attribute": "is_return", "operator": "eq", "value": is_return},
                ],
                "service_zone": {"id": "serzo_standin", "name": "Europe and beyond"},
            }
            for name, is_return in names.items()
        ]

    def _times(self) -> Json:
        return {"created_at": self.created_at, "updated_at": self.created_at}

    def _currency(self, code: str) -> Json:
        return {
            "id": f"stocur_{code}",
            "currency_code": code,
            "is_default": code == "eur",
            "store_id": self.store_id,
            "currency": {"code": code, "decimal_digits": DIGITS[code], "rounding": 0},
        }
