"""Prices of products that are created: where a prices flow owns them, those that it keeps.

And what their stock is counted under.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone

from integrations.flows.prices.opening import Opened, OpeningPrices
from integrations.flows.products.address import Addressed
from integrations.flows.products.writing import Outcome
from integrations.gateways.storefront import list_prices_flow
from integrations.models import Flow
from integrations.records import ProductWrite, StorefrontVariant, VariantWrite


class Opening:
    """Fills in what new products cost, and tells the copy what became of it."""

    def __init__(self, flow: Flow, shop: Any) -> None:
        self._flow, self._shop = flow, shop
        self._known: OpeningPrices | None = None

    def priced(self, ready: Sequence[Addressed]) -> list[Addressed]:
        """The same, new products with what everyone pays for them. What the copy does not know
        stays as the product itself has it in the ERP."""
        owner = list_prices_flow(self._flow.target, source=self._flow.source)
        new = [one.write for one in ready if one.is_new and one.write is not None]
        if owner is None or not new:
            self._known = None
            return list(ready)
        self._known = OpeningPrices(
            owner,
            [variant.external_ref for write in new for variant in write.variants],
            sold_in=self._shop.sold_currencies(),
            gross=self._shop.gross_currencies(),
            now=timezone.now(),
        )
        return [
            replace(one, write=_written(one.write, self._known))
            if one.is_new and one.write is not None
            else one
            for one in ready
        ]

    def note(self, outcomes: Iterable[Outcome]) -> None:
        """Call it with what was made of the products that were priced last."""
        if self._known is not None:
            self._known.note(opened for one in outcomes for opened in _opened(one))


def _written(write: ProductWrite, known: OpeningPrices) -> ProductWrite:
    return replace(write, variants=tuple(_priced(one, known) for one in write.variants))


def _priced(variant: VariantWrite, known: OpeningPrices) -> VariantWrite:
    prices = dict(variant.prices) | known.amounts(variant.external_ref)
    return replace(variant, prices=tuple(sorted(prices.items())))


def _opened(outcome: Outcome) -> list[Opened]:
    """Its new variants with the prices that were sent, as far as the storefront tells their ids."""
    return [
        Opened(
            variant_ref=sent.external_ref,
            variant_id=made.variant_id,
            prices={
                currency: (amount, dict(made.price_ids).get(currency, ""))
                for currency, amount in sent.prices
            },
        )
        for sent, made in _made(outcome)
    ]


def items_of(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Variant of the ERP to the stock item that was made for it."""
    pairs = (pair for one in outcomes for pair in _made(one))
    return {sent.external_ref: made.item_id for sent, made in pairs if made.item_id}


def _made(outcome: Outcome) -> list[tuple[VariantWrite, StorefrontVariant]]:
    """The variants of a product that was just created: as they were sent, and as they are."""
    write, there = outcome.addressed.write, outcome.there
    if write is None or there is None or not outcome.addressed.is_new:
        return []
    made = {one.sku: one for one in there.variants}
    return [(sent, made[sent.sku]) for sent in write.variants if sent.sku in made]
