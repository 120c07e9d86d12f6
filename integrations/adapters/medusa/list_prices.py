"""What a variant costs whoever buys it: the prices on the variant itself.

Medusa replaces the whole list of a variant's prices, so what is not ours is read first and
sent along: other currencies, and prices that hold in one region only.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from integrations.adapters.medusa.client import in_chunks
from integrations.adapters.medusa.mapping.prices import (
    VARIANT_FIELDS,
    as_it_is,
    own_price,
    to_own_price,
)
from integrations.adapters.medusa.price_lists import PriceLists, refuse_bad_prices
from integrations.errors import Conflict, OutcomeUnknown
from integrations.records import ListPrices, PriceWrite, StorefrontPrice


class VariantPrices(PriceLists):
    """Implements WritesListPrices over Medusa's Admin API."""

    def write_list_prices(
        self, offers: Sequence[ListPrices]
    ) -> Sequence[Sequence[StorefrontPrice]]:
        if not offers:
            return []
        for one in offers:
            refuse_bad_prices(one.prices, self.sold_currencies())
        products, held = self._read([one.variant_id for one in offers])
        missing = sorted({one.variant_id for one in offers} - set(products))
        if missing:
            raise Conflict(f"Variant {missing[0]} is no longer in the storefront.")
        # What is there already (a product is created with its prices) is not sent again.
        changed = [one for one in offers if not _is_there(one, held[one.variant_id])]
        there = {one: held[one] for one in products}
        if changed:
            there |= self._send(changed, products, held)
        return [_held_of(one, there) for one in offers]

    def _send(
        self,
        offers: Sequence[ListPrices],
        products: Mapping[str, str],
        held: Mapping[str, Sequence[StorefrontPrice]],
    ) -> dict[str, list[StorefrontPrice]]:
        """Variant to its prices after the change."""
        # The route is one product's, but changes variants of any (Medusa 2.21 looks at their ids
        # alone); were that refused, the batch would be split until each is at its own product.
        path = f"/admin/products/{products[offers[0].variant_id]}/variants/batch"
        body = {"update": [_row(one, held[one.variant_id]) for one in offers]}
        answer = self._client.post(path, body, [("fields", VARIANT_FIELDS)])
        return {row["id"]: _prices(row) for row in answer.get("updated") or []}

    def list_prices_of(self, variant_ids: Sequence[str]) -> Mapping[str, Sequence[StorefrontPrice]]:
        return self._read(variant_ids)[1]

    def _read(
        self, variant_ids: Sequence[str]
    ) -> tuple[dict[str, str], Mapping[str, list[StorefrontPrice]]]:
        """Variant to its product, and to its prices."""
        products: dict[str, str] = {}
        held: dict[str, list[StorefrontPrice]] = defaultdict(list)
        for ids in in_chunks(sorted(set(variant_ids))):
            params = [("id[]", one) for one in ids] + [("fields", VARIANT_FIELDS)]
            for row in self._client.rows("/admin/product-variants", "variants", params):
                products[row["id"]] = row["product_id"]
                held[row["id"]] = _prices(row)
        return products, held


def _row(offer: ListPrices, held: Sequence[StorefrontPrice]) -> dict[str, Any]:
    ours = [one for one in held if _is_ours(one, offer)]
    left = [as_it_is(one) for one in held if one not in ours]
    ids = {(one.currency, _low(one.min_quantity)): one.price_id for one in ours}
    wanted = [to_own_price(_with_id(one, ids)) for one in offer.prices]
    return {"id": offer.variant_id, "prices": [*left, *wanted]}


def _is_there(offer: ListPrices, held: Sequence[StorefrontPrice]) -> bool:
    ours = [one for one in held if _is_ours(one, offer)]
    return _told(ours) == _told(offer.prices)


def _told(prices: Sequence[StorefrontPrice | PriceWrite]) -> list[Any]:
    return sorted(
        (one.currency, _low(one.min_quantity), one.max_quantity or 0, one.net_amount)
        for one in prices
    )


def _with_id(write: PriceWrite, ids: Mapping[tuple[str, int], str]) -> PriceWrite:
    """The price that is there keeps its id: carts and reports may point to it."""
    return PriceWrite(
        price_id=ids.get((write.currency, _low(write.min_quantity))),
        variant_id=write.variant_id,
        currency=write.currency,
        net_amount=write.net_amount,
        min_quantity=write.min_quantity,
        max_quantity=write.max_quantity,
    )


def _is_ours(price: StorefrontPrice, offer: ListPrices) -> bool:
    return price.is_plain and price.currency in offer.currencies


def _held_of(
    offer: ListPrices, there: Mapping[str, Sequence[StorefrontPrice]]
) -> list[StorefrontPrice]:
    found = [one for one in there.get(offer.variant_id, ()) if _is_ours(one, offer)]
    if _said(found) != _said(offer.prices):
        raise OutcomeUnknown(
            f"Medusa holds other prices of {offer.variant_id} for other quantities than were sent."
        )
    return found


def _said(prices: Sequence[StorefrontPrice | PriceWrite]) -> list[Any]:
    # Not the amount: what has more digits than a float holds comes back without the last ones.
    return sorted((one.currency, _low(one.min_quantity), one.max_quantity or 0) for one in prices)


def _low(quantity: Any) -> int:
    return int(quantity or 1)


def _prices(row: Mapping[str, Any]) -> list[StorefrontPrice]:
    return [own_price(one, str(row["id"])) for one in row.get("prices") or []]
