"""A buyer's checkout, through the Store API alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.sandbox.storefront.seed import MedusaSeed, SeedCustomer
from integrations.sandbox.storefront.shop_api import ShopApi

GUEST_EMAIL = "guest@buyer.test"
CITIES = {
    "de": ("Hafenstr. 1", "20457", "Hamburg"),
    "fr": ("12 rue du Port", "13002", "Marseille"),
    "nl": ("Havenweg 3", "3011", "Rotterdam"),
    "us": ("1 Harbor Way", "94607", "Oakland"),
    "jp": ("1-2-3 Minato", "231-0001", "Yokohama"),
}


def place_order(
    seed: MedusaSeed,
    quantities: Mapping[str, int],
    *,
    customer_token: str = "",
    country: str = "de",
    promo_codes: Sequence[str] = (),
    metadata: Mapping[str, Any] | None = None,
    email: str = GUEST_EMAIL,
    address: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Buys `quantities` (variant id → pieces) with the flat shipping; returns the order.

    The country decides currency and tax. With a `customer_token` (see `log_in`) the order is
    that customer's, otherwise a guest's. `address` replaces parts of the country's usual one.
    Amounts in the answer are Decimals.
    """
    shop = _shop(seed, customer_token)
    buyer = {} if customer_token else {"email": email}
    place = {**address_in(country), **(address or {})}
    cart = shop.post(
        "/store/carts",
        {
            "region_id": seed.region_of(country),
            "items": [
                {"variant_id": variant, "quantity": pieces}
                for variant, pieces in quantities.items()
            ],
            "shipping_address": place,
            "billing_address": place,
            "metadata": dict(metadata or {}),
            **buyer,
        },
    )["cart"]
    path = f"/store/carts/{cart['id']}"
    if promo_codes:
        shop.post(f"{path}/promotions", {"promo_codes": list(promo_codes)})
    option = shop.get("/store/shipping-options", cart_id=cart["id"])["shipping_options"][0]
    shop.post(f"{path}/shipping-methods", {"option_id": option["id"]})
    _authorise_payment(shop, cart["id"])
    order: dict[str, Any] = shop.post(f"{path}/complete", {})["order"]
    return order


def log_in(seed: MedusaSeed, customer: SeedCustomer) -> str:
    """A customer token, good for a day."""
    login = {"email": customer.email, "password": customer.password}
    return str(_shop(seed, "").post("/auth/customer/emailpass", login)["token"])


def address_in(country: str) -> dict[str, str]:
    """A delivery address in a country the seeded shop ships to."""
    street, postal_code, city = CITIES[country]
    return {
        "first_name": "Erika",
        "last_name": "Muster",
        "company": "Nordwind GmbH",
        "address_1": street,
        "postal_code": postal_code,
        "city": city,
        "country_code": country,
        "phone": "+49 40 1",
    }


def _authorise_payment(shop: ShopApi, cart_id: str) -> None:
    # Last before completion: any later change of the cart drops the session again.
    collection = shop.post("/store/payment-collections", {"cart_id": cart_id})
    path = f"/store/payment-collections/{collection['payment_collection']['id']}"
    shop.post(f"{path}/payment-sessions", {"provider_id": "pp_system_default"})


def _shop(seed: MedusaSeed, customer_token: str) -> ShopApi:
    headers = {"x-publishable-api-key": seed.publishable_key}
    if customer_token:
        headers["Authorization"] = f"Bearer {customer_token}"
    return ShopApi(seed.url, headers)
