"""Fills a real Medusa with a small shop, through its own Admin and Store API.

Safe to repeat: what is there by its name is kept. Every run makes one more secret API key,
because Medusa shows a key only once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integrations.errors import AuthFailed
from integrations.sandbox.storefront.shop_api import ShopApi, basic

ADMIN_EMAIL = "admin@shop.test"
ADMIN_PASSWORD = "sandbox-admin-password"  # noqa: S105 (of a server on 127.0.0.1 for an hour)
BUYER_PASSWORD = "sandbox-buyer-password"  # noqa: S105
CHANNEL = "B2B shop"
WAREHOUSE = "Main warehouse"
GROUP = "Contract customers"
PROMOTION = "TEN"

# currency → (region name, countries)
REGIONS = {
    "eur": ("Europe", ("de", "fr", "nl")),
    "usd": ("United States", ("us",)),
    "jpy": ("Japan", ("jp",)),
}
TAX_PERCENT = {"de": 19, "fr": 20, "nl": 21, "us": 0, "jp": 10}
SHIPPING_PRICES = {"eur": Decimal("9.90"), "usd": Decimal("12.50"), "jpy": Decimal(900)}
BUYERS = (
    ("erika@nordwind.test", "Erika", "Muster", "Nordwind GmbH"),
    ("paul@atelier.test", "Paul", "Dupont", "Atelier Dupont SARL"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedCustomer:
    """A registered buyer with a login."""

    id: str
    email: str
    password: str = field(repr=False)
    company: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MedusaSeed:
    """What one needs to talk to the seeded shop.

    `regions` maps a currency (eur, usd, jpy) to its region's id, `tax_codes` a country (de)
    to the code of its tax rate. `promotion_code` takes 10 % off the items.
    """

    url: str
    admin_email: str
    admin_password: str = field(repr=False)
    secret_key: str = field(repr=False)
    publishable_key: str
    sales_channel_id: str
    location_id: str
    shipping_profile_id: str
    shipping_option_id: str
    regions: Mapping[str, str]
    tax_codes: Mapping[str, str]
    customer_group_id: str
    customers: tuple[SeedCustomer, ...]
    promotion_code: str

    def region_of(self, country: str) -> str:
        """The region id a country (lower case) belongs to."""
        return next(
            self.regions[currency]
            for currency, (_, countries) in REGIONS.items()
            if country in countries
        )


def tax_code(country: str) -> str:
    """The code of a country's tax rate in the seeded shop."""
    return f"VAT-{country.upper()}"


class Seeder:
    """`create_admin` is called once when the server has no user yet."""

    def __init__(self, url: str, *, create_admin: Callable[[], None]) -> None:
        self._url = url
        self._create_admin = create_admin

    def run(self) -> MedusaSeed:
        secret_key = self._secret_key()
        self._admin = ShopApi(self._url, {"Authorization": basic(secret_key)})
        channel = self._named("sales-channels", "sales_channel", CHANNEL)
        self._store(channel)
        regions = self._regions()
        self._taxes()
        profile = self._shipping_profile()
        location = self._location(channel)
        publishable_key = self._publishable_key(channel)
        group = self._named("customer-groups", "customer_group", GROUP)
        return MedusaSeed(
            url=self._url,
            admin_email=ADMIN_EMAIL,
            admin_password=ADMIN_PASSWORD,
            secret_key=secret_key,
            publishable_key=publishable_key,
            sales_channel_id=channel,
            location_id=location,
            shipping_profile_id=profile,
            shipping_option_id=self._shipping_option(location, profile),
            regions=regions,
            tax_codes={country: tax_code(country) for country in TAX_PERCENT},
            customer_group_id=group,
            customers=self._customers(publishable_key, group),
            promotion_code=self._promotion(),
        )

    # ------------------------------------------------------------ keys and store

    def _secret_key(self) -> str:
        token = self._admin_token()
        by_person = ShopApi(self._url, {"Authorization": f"Bearer {token}"})
        key = by_person.post("/admin/api-keys", {"title": "ERP portal", "type": "secret"})
        return str(key["api_key"]["token"])

    def _admin_token(self) -> str:
        login = {"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD}
        nobody = ShopApi(self._url, {})
        try:
            return str(nobody.post("/auth/user/emailpass", login)["token"])
        except AuthFailed:
            self._create_admin()
            return str(nobody.post("/auth/user/emailpass", login)["token"])

    def _publishable_key(self, channel: str) -> str:
        title = "Storefront"
        for key in self._admin.get("/admin/api-keys", type="publishable", limit=100)["api_keys"]:
            if key["title"] == title and not key["revoked_at"]:
                return str(key["token"])
        made = self._admin.post("/admin/api-keys", {"title": title, "type": "publishable"})
        key = made["api_key"]
        self._admin.post(f"/admin/api-keys/{key['id']}/sales-channels", {"add": [channel]})
        return str(key["token"])

    def _store(self, channel: str) -> None:
        store = self._admin.get("/admin/stores")["stores"][0]
        currencies = [{"currency_code": code, "is_default": code == "eur"} for code in REGIONS]
        self._admin.post(
            f"/admin/stores/{store['id']}",
            {
                "name": "Sandbox shop",
                "default_sales_channel_id": channel,
                "supported_currencies": currencies,
            },
        )

    def _regions(self) -> dict[str, str]:
        return {
            currency: self._named(
                "regions",
                "region",
                name,
                currency_code=currency,
                countries=list(countries),
                automatic_taxes=True,
                payment_providers=["pp_system_default"],
            )
            for currency, (name, countries) in REGIONS.items()
        }

    def _taxes(self) -> None:
        taxed = self._admin.get("/admin/tax-regions", limit=100)["tax_regions"]
        for country in TAX_PERCENT.keys() - {region["country_code"] for region in taxed}:
            code = tax_code(country)
            rate = {"name": code, "code": code, "rate": TAX_PERCENT[country]}
            self._admin.post(
                "/admin/tax-regions",
                {"country_code": country, "provider_id": "tp_system", "default_tax_rate": rate},
            )

    # ------------------------------------------------------------ warehouse and shipping

    def _shipping_profile(self) -> str:
        profiles = self._admin.get("/admin/shipping-profiles", limit=1)["shipping_profiles"]
        if profiles:
            return str(profiles[0]["id"])
        return self._named("shipping-profiles", "shipping_profile", "Default", type="default")

    def _location(self, channel: str) -> str:
        address = {
            "address_1": "Dock 1",
            "city": "Hamburg",
            "postal_code": "20457",
            "country_code": "de",
        }
        location = self._named("stock-locations", "stock_location", WAREHOUSE, address=address)
        self._admin.post(f"/admin/stock-locations/{location}/sales-channels", {"add": [channel]})
        self._admin.post(
            f"/admin/stock-locations/{location}/fulfillment-providers", {"add": ["manual_manual"]}
        )
        return location

    def _shipping_option(self, location: str, profile: str) -> str:
        found = self._find("shipping-options", "Standard")
        if found:
            return found
        prices = [
            {"currency_code": code, "amount": price} for code, price in SHIPPING_PRICES.items()
        ]
        option = self._admin.post(
            "/admin/shipping-options",
            {
                "name": "Standard",
                "price_type": "flat",
                "provider_id": "manual_manual",
                "service_zone_id": self._service_zone(location),
                "shipping_profile_id": profile,
                "type": {"label": "Standard", "description": "2-3 days", "code": "standard"},
                "prices": prices,
                "rules": [
                    {"attribute": "enabled_in_store", "operator": "eq", "value": "true"},
                    {"attribute": "is_return", "operator": "eq", "value": "false"},
                ],
            },
        )
        return str(option["shipping_option"]["id"])

    def _service_zone(self, location: str) -> str:
        path = f"/admin/stock-locations/{location}"
        fields = "*fulfillment_sets,*fulfillment_sets.service_zones"
        sets = self._admin.get(path, fields=fields)["stock_location"]["fulfillment_sets"]
        if not sets:
            made = self._admin.post(
                f"{path}/fulfillment-sets?fields=*fulfillment_sets",
                {"name": "Shipping", "type": "shipping"},
            )
            sets = made["stock_location"]["fulfillment_sets"]
        zones = sets[0].get("service_zones") or self._new_zone(sets[0]["id"])
        return str(zones[0]["id"])

    def _new_zone(self, fulfillment_set: str) -> list[dict[str, Any]]:
        geo = [{"type": "country", "country_code": country} for country in TAX_PERCENT]
        made = self._admin.post(
            f"/admin/fulfillment-sets/{fulfillment_set}/service-zones?fields=*service_zones",
            {"name": "Everywhere we ship", "geo_zones": geo},
        )
        zones: list[dict[str, Any]] = made["fulfillment_set"]["service_zones"]
        return zones

    # ------------------------------------------------------------ people and promotion

    def _customers(self, publishable_key: str, group: str) -> tuple[SeedCustomer, ...]:
        shop = ShopApi(self._url, {"x-publishable-api-key": publishable_key})
        customers = tuple(self._customer(shop, *buyer) for buyer in BUYERS)
        self._admin.post(
            f"/admin/customer-groups/{group}/customers",
            {"add": [customer.id for customer in customers]},
        )
        return customers

    def _customer(
        self, shop: ShopApi, email: str, first_name: str, last_name: str, company: str
    ) -> SeedCustomer:
        found = self._admin.get("/admin/customers", email=email, has_account="true")["customers"]
        if not found:
            login = {"email": email, "password": BUYER_PASSWORD}
            token = shop.post("/auth/customer/emailpass/register", login)["token"]
            person = {
                "email": email,
                "first_name": first_name,
                "last_name": last_name,
                "company_name": company,
            }
            found = [shop.post("/store/customers", person, bearer=token)["customer"]]
        return SeedCustomer(
            id=found[0]["id"], email=email, password=BUYER_PASSWORD, company=company
        )

    def _promotion(self) -> str:
        if not self._admin.get("/admin/promotions", code=PROMOTION)["promotions"]:
            method = {
                "type": "percentage",
                "target_type": "items",
                "allocation": "across",
                "value": 10,
            }
            self._admin.post(
                "/admin/promotions",
                {
                    "code": PROMOTION,
                    "type": "standard",
                    "status": "active",
                    "application_method": method,
                },
            )
        return PROMOTION

    # ------------------------------------------------------------ by name

    def _named(self, path: str, singular: str, name: str, **more: Any) -> str:
        """The id of the record called `name`, made if there is none."""
        found = self._find(path, name)
        if found:
            return found
        return str(self._admin.post(f"/admin/{path}", {"name": name, **more})[singular]["id"])

    def _find(self, path: str, name: str) -> str:
        rows = self._admin.get(f"/admin/{path}", limit=100)[path.replace("-", "_")]
        return next((str(row["id"]) for row in rows if row["name"] == name), "")
