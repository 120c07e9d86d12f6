"""The plain ERP's goods, prices, stock and customers."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from integrations.adapters.custom.sandbox.books import Books, Firm, Goods, Refused, changed_between
from integrations.adapters.custom.sandbox.plain_answers import (
    body_of,
    checked,
    instant,
    paged,
    told,
)
from integrations.standin import Request, Response, route


def _window(request: Request) -> tuple[Any, Any]:
    return instant(request.param("updated_from")), instant(request.param("updated_to"))


class PlainCatalog:
    books: Books

    def most_rows(self) -> int:
        raise NotImplementedError

    def shown_row(self, entity: str, row: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    @route("GET", "/api/v1/products", "products")
    def list_products(self, request: Request) -> Response:
        """One row per product, with all its variants, when one of them changed."""
        changed = changed_between(list(self.books.goods.values()), *_window(request))
        wanted = {one.product for one in changed}
        groups: dict[str, list[Goods]] = defaultdict(list)
        for one in self.books.goods.values():
            if one.product in wanted:
                groups[one.product].append(one)
        rows = [self._product(ref, variants) for ref, variants in sorted(groups.items())]
        return Response(200, paged(rows, request, most=self.most_rows()))

    def _product(self, ref: str, variants: list[Goods]) -> dict[str, Any]:
        row = {
            "id": ref,
            "name": variants[0].product_title,
            "description": "",
            "category": {"name": variants[0].category},
            "currency": "EUR",
            "active": any(one.is_active for one in variants),
            "updated_at": told(max(one.changed_at for one in variants)),
            "variants": [self._variant(one) for one in variants],
        }
        return self.shown_row("products", row)

    def _variant(self, one: Goods) -> dict[str, Any]:
        row = {
            "id": one.ref,
            "sku": one.sku,
            "ean": None,
            "unit": "pcs",
            "list_price": str(one.price),
            "active": one.is_active,
            "attributes": [{"name": name, "value": value} for name, value in one.options],
        }
        return self.shown_row("products.variants", row)

    @route("GET", "/api/v1/prices", "prices")
    def list_prices(self, request: Request) -> Response:
        rows = changed_between(list(self.books.prices.values()), *_window(request))
        shown = [
            self.shown_row(
                "prices",
                {
                    "id": one.ref,
                    "variant_id": one.goods,
                    "scope": "customer" if one.firm else "all",
                    "customer_id": one.firm or None,
                    "amount": str(one.amount),
                    "currency": one.currency,
                    "from_quantity": one.min_quantity,
                    "unit": "pcs",
                    "valid_from": None,
                    "valid_to": None,
                },
            )
            for one in rows
        ]
        return Response(200, paged(shown, request, most=self.most_rows()))

    @route("GET", "/api/v1/stock-levels", "stock")
    def list_stock(self, request: Request) -> Response:
        start, end = _window(request)
        rows = []
        for (goods, place), (quantity, at) in sorted(self.books.stock.items()):
            if (start and at < start) or (end and at > end):
                continue
            reserved = self.books.reserved(goods) if place == "main" else Decimal(0)
            row = {
                "variant_id": goods,
                "sku": self.books.goods[goods].sku,
                "warehouse": {"id": place, "name": f"Warehouse {place}"},
                "on_hand": quantity,
                "reserved": reserved,
                "unit": "pcs",
                "counted_at": told(at),
            }
            rows.append(self.shown_row("stock", row))
        return Response(200, paged(rows, request, most=self.most_rows()))

    @route("GET", "/api/v1/customers", "customers")
    def list_customers(self, request: Request) -> Response:
        rows = changed_between(list(self.books.firms.values()), *_window(request))
        return Response(
            200, paged([self._customer(one) for one in rows], request, most=self.most_rows())
        )

    def _customer(self, one: Firm) -> dict[str, Any]:
        address = {
            "company": one.name,
            "street": one.street,
            "zip": one.postal_code,
            "city": one.city,
            "country": one.country,
        }
        row = {
            "id": one.ref,
            "name": one.name,
            "tax_id": one.tax_id,
            "email": one.email,
            "currency": one.currency,
            "term": {"id": one.term, "name": self.books.terms[one.term][0]},
            "credit_limit": None if one.credit_limit is None else str(one.credit_limit),
            "blocked": one.is_blocked,
            "block_reason": "Blocked by accounting" if one.is_blocked else None,
            "tax_exempt": one.is_exempt,
            "address": address,
            "delivery_addresses": [{"id": f"{one.ref}-1", **address}],
            "contacts": [{"id": f"{one.ref}-c", "name": "Purchasing", "email": one.email}],
            "active": True,
            "updated_at": told(one.changed_at),
        }
        return self.shown_row("customers", row)

    @route("GET", "/api/v1/customers/{ref}/credit", "credit")
    def show_credit(self, request: Request) -> Response:
        one = self.books.firm(request.path_values["ref"])
        row = self.shown_row(
            "credit",
            {
                "limit": None if one.credit_limit is None else str(one.credit_limit),
                "exposure": str(one.owes),
                "currency": one.currency,
                "blocked": one.is_blocked,
                "reason": "Blocked by accounting" if one.is_blocked else None,
                "term": {"id": one.term, "name": self.books.terms[one.term][0]},
            },
        )
        return Response(200, row)

    @route("GET", "/api/v1/payment-terms", "terms")
    def list_terms(self, request: Request) -> Response:
        rows = [
            {"id": ref, "name": name, "days": days}
            for ref, (name, days) in self.books.terms.items()
        ]
        return Response(200, {"data": rows})

    @route("POST", "/api/v1/price-quotes", "price_quotes")
    def quote(self, request: Request) -> Response:
        body = body_of(
            request, {"customer_id": str, "currency": str, "date": str, "items": list}, {}
        )
        firm = self.books.firm(body["customer_id"])
        return Response(200, {"items": [self._quoted(one, firm) for one in body["items"]]})

    def _quoted(self, item: Any, firm: Firm) -> dict[str, Any]:
        checked(item, {"id": str, "variant_id": str, "quantity": Decimal}, {})
        try:
            goods = self.books.sold(item["variant_id"])
        except Refused as exc:
            return {"id": item["id"], "problem": exc.message}
        row = self.books.price_of(goods.ref, firm, Decimal(item["quantity"]))
        if row is None or not row.amount:
            return {"id": item["id"], "problem": f"{goods.sku} has no price"}
        row_out = {
            "id": item["id"],
            "net_price": str(row.amount),
            "list_price": str(goods.price),
            "currency": firm.currency,
            "unit": "pcs",
            "cost": None if goods.cost is None else str(goods.cost),
            "rule": row.ref if row.firm or row.min_quantity > 1 else None,
        }
        return self.shown_row("pricing", row_out)
