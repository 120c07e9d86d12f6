"""Prices of products that are created: where a prices flow owns them, those that it keeps."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone

from integrations.flows.prices.opening import opening_prices
from integrations.flows.products.address import Addressed
from integrations.gateways.storefront import list_prices_flow
from integrations.models import Flow
from integrations.records import ProductWrite, VariantWrite


def with_opening_prices(flow: Flow, shop: Any, ready: Sequence[Addressed]) -> list[Addressed]:
    """The same, new products with what everyone pays for them. What the copy does not know
    stays as the product itself has it in the ERP."""
    owner = list_prices_flow(flow.target, source=flow.source)
    new = [one.write for one in ready if one.is_new and one.write is not None]
    if owner is None or not new:
        return list(ready)
    known = opening_prices(
        owner,
        [variant.external_ref for write in new for variant in write.variants],
        sold_in=shop.sold_currencies(),
        gross=shop.gross_currencies(),
        now=timezone.now(),
    )

    def priced(variant: VariantWrite) -> VariantWrite:
        prices = dict(variant.prices) | dict(known.get(variant.external_ref, {}))
        return replace(variant, prices=tuple(sorted(prices.items())))

    def written(write: ProductWrite) -> ProductWrite:
        return replace(write, variants=tuple(map(priced, write.variants)))

    return [
        replace(one, write=written(one.write)) if one.is_new and one.write is not None else one
        for one in ready
    ]
