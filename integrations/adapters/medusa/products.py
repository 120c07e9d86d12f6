"""Products: the whole wanted state in one atomic batch, and finding what is there.

Medusa accepts several mistakes without a word: an unknown currency, an unknown sales
channel, a negative price, and a variant id it does not know (which creates that variant and
deletes the real ones). All of them are refused here, before anything is sent.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from integrations.adapters.medusa.categories import Categories
from integrations.adapters.medusa.client import Client, in_chunks
from integrations.adapters.medusa.counting import (
    count_again,
    follow,
    is_in_the_way,
    make_way,
    set_aside,
)
from integrations.adapters.medusa.currencies import (
    store_currencies,
    tax_inclusive_currencies,
    tax_inclusive_hint,
)
from integrations.adapters.medusa.mapping.products import (
    CREATED_FIELDS,
    LISTED_FIELDS,
    OPTION_FIELDS,
    PRODUCT_FIELDS,
    WHOLE_FIELDS,
    to_create,
    to_product,
    to_update,
    wanted_options,
)
from integrations.adapters.medusa.variants import add_variants, drop_variants
from integrations.errors import Conflict, NeedsOperator, OutcomeUnknown, Rejected
from integrations.records import Page, ProductWrite, StorefrontProduct

LISTED_PER_CALL = 500


class Products(Categories):
    """Implements WritesProducts over Medusa's Admin API. Reads the shop's settings once."""

    _client: Client
    _currencies: frozenset[str] | None = None
    _tax_inclusive: frozenset[str] | None = None
    _channels: frozenset[str] | None = None

    def write_products(self, products: Sequence[ProductWrite]) -> Sequence[StorefrontProduct]:
        if not products:
            return []
        written = [one for one in products if one.is_published or not one.product_id]
        for product in written:
            self._check(product)
        self._refuse_tax_inclusive(written)
        ready = self._prepare([one for one in products if one.product_id])
        products = [ready.get(one.product_id or "", one) for one in products]
        body = {
            "create": [to_create(one) for one in products if not one.product_id],
            "update": [to_update(one) for one in products if one.product_id],
        }
        fields = CREATED_FIELDS if body["create"] else PRODUCT_FIELDS
        return _in_order_of(products, self._sent(body, fields, _to_count(products)))

    def _sent(self, body: dict[str, Any], fields: str, skus: Sequence[str]) -> dict[str, Any]:
        """Once more, where inventory items that were left over are in its way."""
        params = [("fields", fields)]
        try:
            return self._client.post("/admin/products/batch", body, params)
        except Rejected as refusal:
            if not (is_in_the_way(refusal) and make_way(self._client, skus)):
                raise
        return self._client.post("/admin/products/batch", body, params)

    def set_sku_aside(self, variant_id: str, sku: str, other: str) -> None:
        set_aside(self._client, variant_id, sku, other)

    def find_products(self, external_refs: Sequence[str]) -> Sequence[StorefrontProduct]:
        wanted = set(external_refs)
        found: list[StorefrontProduct] = []
        for refs in in_chunks(sorted(wanted)):
            params = [("external_id[]", ref) for ref in refs] + [("fields", WHOLE_FIELDS)]
            rows = self._client.rows("/admin/products", "products", params)
            found += [to_product(row) for row in rows]
        # A filter that a future Medusa no longer knows would be ignored, not refused.
        return [product for product in found if product.external_ref in wanted]

    def products_by_id(self, product_ids: Sequence[str]) -> Sequence[StorefrontProduct]:
        wanted = set(product_ids)
        found: list[StorefrontProduct] = []
        for ids in in_chunks(sorted(wanted)):
            params = [("id[]", one) for one in ids] + [("fields", WHOLE_FIELDS)]
            rows = self._client.rows("/admin/products", "products", params)
            found += [to_product(row) for row in rows]
        return [product for product in found if product.product_id in wanted]

    def all_products(self, cursor: str | None) -> Page[StorefrontProduct]:
        offset = int(cursor or 0)
        params = [("fields", LISTED_FIELDS), ("order", "id")]
        asked = [*params, ("limit", str(LISTED_PER_CALL)), ("offset", str(offset))]
        answer = self._client.get("/admin/products", asked)
        rows = answer.get("products") or []
        following = offset + len(rows)
        is_last = not rows or following >= int(answer.get("count") or 0)
        return Page(
            rows=tuple(to_product(row) for row in rows),
            next_cursor=None if is_last else str(following),
        )

    def find_variants(self, skus: Sequence[str]) -> Sequence[tuple[str, str, str]]:
        found: list[tuple[str, str, str]] = []
        for some in in_chunks(sorted(set(skus))):
            params = [("sku[]", sku) for sku in some] + [("fields", "id,sku,product_id")]
            rows = self._client.rows("/admin/product-variants", "variants", params)
            found += [(row["sku"], row["id"], row["product_id"]) for row in rows]
        return found

    # -- what Medusa would let pass

    def _check(self, product: ProductWrite) -> None:
        problems = [
            *_content_problems(product),
            *self._currency_problems(product),
            *self._channel_problems(product),
        ]
        if problems:
            raise Rejected(
                f"Product {product.external_ref} was not sent: {' '.join(problems)}",
                hint="Correct it in the ERP, or add what is missing to the store's settings; the "
                "next complete run tries it again.",
                ids={"product": product.external_ref},
            )

    def _currency_problems(self, product: ProductWrite) -> list[str]:
        return [
            f"The store does not sell in {currency.upper()}."
            for currency in sorted(_currencies_of(product) - self._known_currencies())
        ]

    def _refuse_tax_inclusive(self, products: Sequence[ProductWrite]) -> None:
        # Our prices are net: in such a currency every buyer would pay too little.
        used = {currency for product in products for currency in _currencies_of(product)}
        wrong = sorted(used & self._known_tax_inclusive()) if used else []
        if wrong:
            code = wrong[0].upper()
            raise NeedsOperator(
                f"Prices in {code} include tax in the storefront; the ERP's list prices are net.",
                reason="tax_inclusive_prices",
                cause=f"tax_inclusive_prices:{code}",
                hint=tax_inclusive_hint([code]),
            )

    def _channel_problems(self, product: ProductWrite) -> list[str]:
        used = set(product.sales_channel_ids)
        unknown = sorted(used - self._known_channels()) if used else []
        return [f"There is no sales channel {one}." for one in unknown]

    def _known_currencies(self) -> frozenset[str]:
        if self._currencies is None:
            self._currencies = store_currencies(self._client)
        return self._currencies

    def _known_tax_inclusive(self) -> frozenset[str]:
        if self._tax_inclusive is None:
            self._tax_inclusive = tax_inclusive_currencies(self._client)
        return self._tax_inclusive

    def _known_channels(self) -> frozenset[str]:
        if self._channels is None:
            rows = self._client.rows("/admin/sales-channels", "sales_channels", [("fields", "id")])
            self._channels = frozenset(row["id"] for row in rows)
        return self._channels

    # -- options and variants of products that exist

    def _prepare(self, products: Sequence[ProductWrite]) -> dict[str, ProductWrite]:
        """Adds option values that Medusa lacks; a batch cannot, and refuses their variants. Drops
        variants that are not sold any more and makes new ones, see `variants`.

        By product id what is left to send. Repeatable: what is there is not added again.
        """
        ready: dict[str, ProductWrite] = {}
        changed: list[tuple[ProductWrite, dict[str, Any]]] = []
        existing = self._existing([one.product_id for one in products if one.product_id])
        for product in products:
            row = existing.get(product.product_id or "")
            if row is None:
                raise Conflict(
                    f"Product {product.product_id} is no longer in the storefront.",
                    ids={"product": product.external_ref},
                )
            if not product.is_published:
                continue  # only its status is sent
            _check_variants(product, row)
            drop_variants(self._client, product, row)
            additions = _missing_values(product, row)
            if additions:
                path = f"/admin/products/{product.product_id}/options/batch"
                self._client.post(path, {"update": additions}, [("fields", "id")])
            ready[row["id"]] = add_variants(self._client, product, row)
            follow(self._client, product, row)
            changed.append((product, row))
        count_again(self._client, changed)
        return ready

    def _existing(self, product_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for ids in in_chunks(product_ids):
            params = [("id[]", one) for one in ids] + [("fields", OPTION_FIELDS)]
            for row in self._client.rows("/admin/products", "products", params):
                found[row["id"]] = row
        return found


def _to_count(products: Sequence[ProductWrite]) -> list[str]:
    sold = (variant for product in products for variant in product.variants)
    return [variant.sku for variant in sold if variant.manage_inventory]


def _currencies_of(product: ProductWrite) -> set[str]:
    return {currency.lower() for variant in product.variants for currency, _ in variant.prices}


def _content_problems(product: ProductWrite) -> Iterable[str]:
    if not product.title.strip():
        yield "It has no title."
    if not product.variants:
        yield "It has no variant."
    names = {name for name, _ in product.options}
    for variant in product.variants:
        if any(amount < 0 for _, amount in variant.prices):
            yield f"{variant.sku} has a negative price."
        if {name for name, _ in variant.options} != names:  # an error 500 in Medusa
            yield f"{variant.sku} has no value for one of the options."


def _check_variants(product: ProductWrite, row: dict[str, Any]) -> None:
    there = {variant["id"] for variant in row.get("variants") or []}
    sent = {variant.variant_id for variant in product.variants if variant.variant_id}
    if sent - there:
        raise Conflict(
            f"Variant {min(sent - there)} does not belong to product {product.product_id}.",
            ids={"product": product.external_ref},
        )


def _missing_values(product: ProductWrite, row: dict[str, Any]) -> list[dict[str, Any]]:
    options = {option["title"]: option for option in row.get("options") or []}
    additions = []
    for title, values in wanted_options(product).items():
        if title not in options:
            raise Rejected(
                f"Product {product.external_ref} has no option {title!r} in the storefront, "
                "and options cannot be added to a product that exists.",
                hint="Delete the product in the storefront; the next run creates it anew.",
                ids={"product": product.external_ref},
            )
        there = {value["value"] for value in options[title].get("values") or []}
        missing = [{"value": value} for value in values if value not in there]
        if missing:
            additions.append({"product_option_id": options[title]["id"], "add": missing})
    return additions


def _in_order_of(
    products: Sequence[ProductWrite], answer: dict[str, Any]
) -> list[StorefrontProduct]:
    rows = [*(answer.get("created") or []), *(answer.get("updated") or [])]
    written = [to_product(row) for row in rows]
    by_id = {product.product_id: product for product in written}
    by_handle = {product.handle: product for product in written}
    found = [by_id.get(one.product_id or "") or by_handle.get(one.handle) for one in products]
    complete = [product for product in found if product is not None]
    if len(complete) != len(products):
        raise OutcomeUnknown("Medusa answered, but not for every product that was sent.")
    return complete
