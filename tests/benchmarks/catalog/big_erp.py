"""An ERP of any size behind a plain JSON API: rows are worked out when they are asked for.

    python -m tests.benchmarks.catalog.big_erp --products 100000 --listed 1000000

Its first line of output is its address. `POST /_standin/change {"products": [3, 7]}` raises the
revision of these products, whereupon they and their prices cost more and were changed now.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from integrations.standin import Request, Response, StandIn, route
from tests.benchmarks.catalog import goods
from tests.benchmarks.catalog.goods import CURRENCIES, VARIANTS, Range, Row

PAGE = 500
LONG_AGO = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
# How each list is asked for and read.
PAGED = f"""query: {{since: "{{since?}}", until: "{{until}}", after: "{{cursor?}}"}}
    rows: rows
    paging: {{style: cursor, size: {PAGE}, next: next}}"""
MAPPING = f"""
mapping: 1
title: Big books
auth: {{kind: none}}
formats: {{amounts: text}}
test:
  call: {{path: /company}}
  fields: {{company: name}}
products:
  list:
    path: /products
    {PAGED}
  fields:
    ref: id
    title: name
    description: text
    currency: currency
    is_active: active
    updated_at: updated_at
  variants:
    rows: variants
    fields: {{ref: id, sku: sku, unit: unit, net_list_price: price, is_active: active}}
    options:
      rows: attributes
      fields: {{name: name, value: value}}
prices:
  list:
    path: /prices
    {PAGED}
  fields:
    ref: id
    variant_ref: variant
    audience: scope
    audience_ref: list
    audience_name: list_name
    net_unit_price: amount
    currency: currency
    unit: unit
stock:
  list:
    path: /levels
    {PAGED}
  fields:
    variant_ref: variant
    sku: sku
    location_ref: place
    location_name: place_name
    on_hand: on_hand
    reserved: reserved
    unit: unit
"""


class BigErp(StandIn):
    """Lists in pages by number; `since` and `until` (ISO) choose by the time of change."""

    def __init__(self, range_: Range, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.goods = range_
        self._changed: dict[int, tuple[int, datetime]] = {}

    def change(self, products: list[int]) -> None:
        """These products (counted from 0) and their prices change now."""
        now = datetime.now(UTC)
        with self.lock:
            for product in products:
                self._changed[product] = (self._revision(product) + 1, now)

    def control(self, request: Request) -> Response:
        if (request.method, request.path) == ("POST", "/_standin/change"):
            self.change(request.json()["products"])
            return Response(200, {"ok": True})
        return super().control(request)

    @route("GET", "/company", "company")
    def company(self, request: Request) -> Response:
        return Response(200, {"name": "Big Books Ltd"})

    @route("GET", "/products", "products")
    def products(self, request: Request) -> Response:
        return self._page(request, self.goods.products, self._product, lambda number: [number])

    @route("GET", "/prices", "prices")
    def prices(self, request: Request) -> Response:
        count = self.goods.base + self.goods.listed
        return self._page(request, count, self._price, self._prices_of)

    @route("GET", "/levels", "levels")
    def levels(self, request: Request) -> Response:
        return self._page(request, self.goods.levels, self._level, lambda number: [])

    # -- rows

    def _product(self, number: int) -> Row:
        first = number * VARIANTS
        return {
            "id": goods.product_ref(number),
            "name": f"Box {number + 1}",
            "text": f"A sturdy box, number {number + 1} of the range.",
            "currency": CURRENCIES[0],
            "active": True,
            "updated_at": self._changed_at(number).isoformat(),
            "variants": [self._variant(first + nth) for nth in range(VARIANTS)],
        }

    def _variant(self, variant: int) -> Row:
        revision = self._revision(variant // VARIANTS)
        return {
            "id": goods.variant_ref(variant),
            "sku": goods.sku_of(variant),
            "unit": "pcs",
            "price": str(goods.base_price(variant, CURRENCIES[0], revision)),
            "active": True,
            "attributes": [{"name": "Size", "value": goods.SIZES[variant % VARIANTS]}],
        }

    def _price(self, number: int) -> Row:
        if number < self.goods.base:
            variant, currency = divmod(number, len(CURRENCIES))
            code = CURRENCIES[currency]
            amount = goods.base_price(variant, code, self._revision(variant // VARIANTS))
            whom: Row = {"scope": "everyone", "list": None, "list_name": None}
        else:
            listed = number - self.goods.base
            list_, variant = goods.listed_place(listed, self.goods)
            code = CURRENCIES[0]
            amount = goods.listed_price(listed, self._revision(variant // VARIANTS))
            whom = {"scope": "price_list", "list": f"L{list_}", "list_name": f"Dealers {list_}"}
        ref = goods.variant_ref(variant)
        row = {"id": f"R{number:08d}", "variant": ref, "currency": code, "unit": "pcs"}
        return {**row, **whom, "amount": str(amount)}

    def _level(self, number: int) -> Row:
        variant, place = goods.level_place(number, self.goods)
        return {
            "variant": goods.variant_ref(variant),
            "sku": goods.sku_of(variant),
            "place": place,
            "place_name": f"Warehouse {place}",
            "on_hand": goods.pieces(number),
            "reserved": 0,
            "unit": "pcs",
        }

    def _prices_of(self, product: int) -> list[int]:
        """The numbers of a product's prices."""
        first, end = product * VARIANTS, (product + 1) * VARIANTS
        own = range(first * len(CURRENCIES), end * len(CURRENCIES))
        listed = [
            self.goods.base + number
            for variant in range(first, end)
            for number in range(variant, self.goods.listed, self.goods.variants)
        ]
        return [*own, *listed]

    # -- pages

    def _page(
        self,
        request: Request,
        count: int,
        row_of: Callable[[int], Row],
        numbers_of: Callable[[int], list[int]],
    ) -> Response:
        since, until = _moment(request.param("since")), _moment(request.param("until"))
        after = int(request.param("after", "-1"))
        if since is None:
            late = {one for p in self._late(until) for one in numbers_of(p)}
            chosen: Any = (
                [one for one in range(after + 1, count) if one not in late]
                if late
                else (range(after + 1, count))
            )
        else:
            wanted = [p for p in self._changed if since <= self._changed_at(p) <= until]
            chosen = sorted(one for p in wanted for one in numbers_of(p) if one > after)
        shown = chosen[:PAGE]
        following = str(shown[-1]) if len(chosen) > PAGE else None
        return Response(200, {"rows": [row_of(one) for one in shown], "next": following})

    def _late(self, until: datetime) -> list[int]:
        """Products that changed after the end of a window."""
        return [product for product, (_, at) in self._changed.items() if at > until]

    def _revision(self, product: int) -> int:
        return self._changed.get(product, (0, LONG_AGO))[0]

    def _changed_at(self, product: int) -> datetime:
        return self._changed.get(product, (0, LONG_AGO))[1]


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def main() -> None:
    parser = argparse.ArgumentParser(prog="big_erp")
    for name in ("products", "listed", "levels"):
        parser.add_argument(f"--{name}", type=int, default=0)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with BigErp(Range(**vars(parser.parse_args()))) as erp:
        sys.stdout.write(f"{erp.url}\n")
        sys.stdout.flush()
        stopped.wait()


if __name__ == "__main__":
    main()
