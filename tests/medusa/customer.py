"""Somebody who buys in the real store, through its Store API."""

from collections.abc import Mapping
from typing import Any

import requests

from integrations.sandbox.storefront import MedusaSeed, SeedCustomer, log_in

CHOSEN = [{"name": "Length", "value": "25 m"}, {"name": "Ends", "value": "brass"}]


class Customer:
    """Somebody who is signed in to the store."""

    def __init__(self, shop: MedusaSeed, seeded: SeedCustomer) -> None:
        self.shop, self.url = shop, shop.url
        self.headers = {
            "x-publishable-api-key": shop.publishable_key,
            "Authorization": f"Bearer {log_in(shop, seeded)}",
        }

    def post(self, path: str, body: Mapping[str, Any], **headers: str) -> requests.Response:
        sent = {**self.headers, **headers}
        return requests.post(self.url + path, json=body, headers=sent, timeout=60)

    def get(self, path: str) -> requests.Response:
        return requests.get(self.url + path, headers=self.headers, timeout=60)

    def cart(self, variant: str, quantity: int, **more: Any) -> str:
        item = {
            "variant_id": variant,
            "quantity": quantity,
            "metadata": {"configuration": CHOSEN},
        }
        body = {"region_id": self.shop.region_of("de"), "items": [item], **more}
        return str(self.post("/store/carts", body).json()["cart"]["id"])

    def ask(self, body: Mapping[str, Any], key: str = "") -> requests.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return self.post("/store/erp-portal/rfqs", body, **headers)
