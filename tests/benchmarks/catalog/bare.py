"""The reference: the same catalogue by bare calls of payloads that lie ready.

One client of the portal's own kind, the flows' batch sizes and pacing, one call after the other.
What the payloads need of earlier answers (ids of variants and of stock items) is looked up off
the clock.
"""

import time
from collections import defaultdict
from typing import Any

from integrations.adapters.medusa.client import Client, in_chunks
from integrations.adapters.medusa.mapping.prices import GROUP_RULE, LIST_FIELDS
from integrations.adapters.medusa.mapping.products import CREATED_FIELDS
from integrations.flows.runs.pacing import (
    await_rest,
    levels_at_once,
    prices_at_once,
    products_at_once,
    rest_after,
)
from integrations.flows.runs.splitting import in_batches
from integrations.http import Limits, Session
from tests.benchmarks.catalog import goods
from tests.benchmarks.catalog.goods import CURRENCIES, SIZES, VARIANTS, Range
from tests.benchmarks.catalog.portal import Shop

Row = dict[str, Any]
Call = tuple[str, Row, str]  # path, body, fields of the answer


class Bare:
    """Everything of one range, once, into an empty shop."""

    def __init__(self, range_: Range, shop: Shop) -> None:
        self._goods, self._shop = range_, shop
        limits = Limits(read_s=60, deadline_s=120)
        session = Session(base_url=shop.url, allow_private=True, limits=limits)
        self._client = Client(session, shop.secret_key)

    def run(self) -> dict[str, float]:
        """Seconds by kind of data."""
        products, answers = self._send(self._products())
        variants = {
            one["sku"]: one["id"]
            for answer in answers
            for product in answer["created"]
            for one in product["variants"]
        }
        lists, ids = self._make_lists()
        prices, _ = self._send(self._prices(variants, ids))
        stock, _ = self._send(self._levels())
        return {"products": products, "prices": lists + prices, "stock": stock}

    def _send(self, calls: list[Call]) -> tuple[float, list[Row]]:
        began = time.perf_counter()
        answers = []
        for call in calls:
            await_rest()
            sent = time.perf_counter()
            answers.append(self._post(*call))
            rest_after(time.perf_counter() - sent)
        return time.perf_counter() - began, answers

    def _post(self, path: str, body: Row, fields: str) -> Row:
        return self._client.post(path, body, [("fields", fields)] if fields else None)

    # -- payloads

    def _products(self) -> list[Call]:
        rows = [self._product(number) for number in range(self._goods.products)]
        return [
            ("/admin/products/batch", {"create": batch, "update": []}, CREATED_FIELDS)
            for batch in in_batches(rows, products_at_once())
        ]

    def _product(self, number: int) -> Row:
        first = number * VARIANTS
        sku, ref = goods.sku_of(first), goods.product_ref(number)
        return {
            "title": f"Box {number + 1}",
            "handle": f"{sku}-{ref}".lower(),
            "description": f"A sturdy box, number {number + 1} of the range.",
            "external_id": ref,
            "status": "published",
            "options": [{"title": "Size", "values": list(SIZES)}],
            "sales_channels": [{"id": self._shop.sales_channel_id}],
            "shipping_profile_id": self._shop.shipping_profile_id,
            "variants": [self._variant(first + nth) for nth in range(VARIANTS)],
        }

    def _variant(self, variant: int) -> Row:
        size = SIZES[variant % VARIANTS]
        return {
            "title": size,
            "sku": goods.sku_of(variant),
            "barcode": None,
            "manage_inventory": True,
            "options": {"Size": size},
            "metadata": {"erp_ref": goods.variant_ref(variant), "unit": "pcs", "tax_class": ""},
            "prices": [
                {"currency_code": code.lower(), "amount": goods.base_price(variant, code)}
                for code in CURRENCIES
            ],
        }

    def _make_lists(self) -> tuple[float, list[str]]:
        """A group of customers for each list, the list as a draft, and then it is made active."""
        began, ids = time.perf_counter(), []
        for number in range(self._goods.lists if self._goods.listed else 0):
            group = self._post("/admin/customer-groups", {"name": f"Dealers {number}"}, "id")
            body = {
                "title": f"Dealers {number}",
                "description": "Of the ERP.",
                "type": "override",
                "status": "draft",
                "rules": {GROUP_RULE: [group["customer_group"]["id"]]},
            }
            made = self._post("/admin/price-lists", body, LIST_FIELDS)["price_list"]
            self._post(f"/admin/price-lists/{made['id']}", {"status": "active"}, LIST_FIELDS)
            ids.append(made["id"])
        return time.perf_counter() - began, ids

    def _prices(self, variants: Row, ids: list[str]) -> list[Call]:
        lists: dict[int, list[Row]] = defaultdict(list)
        for number in range(self._goods.listed):
            list_, variant = goods.listed_place(number, self._goods)
            row = {
                "variant_id": variants[goods.sku_of(variant)],
                "currency_code": CURRENCIES[0].lower(),
                "amount": goods.listed_price(number),
                "min_quantity": None,
                "max_quantity": None,
            }
            lists[list_].append(row)
        return [
            (
                f"/admin/price-lists/{ids[list_]}/prices/batch",
                {"create": batch, "update": [], "delete": []},
                "",
            )
            for list_, rows in lists.items()
            for batch in in_batches(rows, prices_at_once())
        ]

    def _levels(self) -> list[Call]:
        items = self._items()
        rows = []
        for number in range(self._goods.levels):
            variant, place = goods.level_place(number, self._goods)
            row = {
                "inventory_item_id": items[goods.sku_of(variant)],
                "location_id": self._shop.locations[place],
                "stocked_quantity": goods.pieces(number),
                "incoming_quantity": 0,
            }
            rows.append(row)
        path = "/admin/inventory-items/location-levels/batch"
        batches = in_batches(rows, levels_at_once())
        return [(path, {"create": batch, "update": []}, "") for batch in batches]

    def _items(self) -> dict[str, str]:
        """SKU to the item that Medusa keeps the stock of."""
        skus = [goods.sku_of(variant) for variant in range(self._goods.variants)]
        found: dict[str, str] = {}
        for some in in_chunks(skus):
            params = [("sku[]", sku) for sku in some] + [("fields", "id,sku")]
            rows = self._client.rows("/admin/inventory-items", "inventory_items", params)
            found |= {row["sku"]: row["id"] for row in rows}
        return found
