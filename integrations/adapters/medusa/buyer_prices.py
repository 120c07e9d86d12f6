"""What customers are charged, through our plugin: Medusa itself tells it only to the customer."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from integrations.adapters.medusa.client import Client, NoSuchRoute
from integrations.errors import NeedsOperator, Unavailable
from integrations.records import BuyerPrice, BuyerPriceAsk, PriceRowThere

PATH = "/admin/erp-portal/buyer-prices"
ASKS, IDS = 100, 500  # at once

_PROBLEMS = {
    "no_customer": "The customer is not in the storefront.",
    "no_variant": "The SKU is not in the storefront.",
    "not_published": "The product is not published in the storefront.",
    "no_price": "The storefront has no price for it in this currency.",
}


class BuyerPrices:
    """Implements TellsBuyerPrices."""

    _client: Client
    _settings: Mapping[str, str]

    def buyer_prices(
        self, asks: Sequence[BuyerPriceAsk], price_ids: Sequence[str]
    ) -> tuple[Sequence[BuyerPrice], Sequence[PriceRowThere]]:
        answers: list[BuyerPrice] = []
        rows: dict[str, PriceRowThere] = {}
        ids = list(dict.fromkeys(price_ids))
        for n in range(max(_rounds(asks, ASKS), _rounds(ids, IDS))):
            told = self._ask(asks[n * ASKS : (n + 1) * ASKS], ids[n * IDS : (n + 1) * IDS])
            answers += [_answer(one) for one in told["buyer_prices"]]
            rows |= {one["id"]: _row(one) for one in told["prices"]}
        if [one.our_ref for one in answers] != [one.our_ref for one in asks]:
            raise Unavailable("Medusa answered other questions than those that were asked.")
        return answers, list(rows.values())

    def _ask(self, asks: Sequence[BuyerPriceAsk], price_ids: Sequence[str]) -> dict[str, Any]:
        body: dict[str, Any] = {"asks": [_to_ask(one) for one in asks], "price_ids": price_ids}
        if self._settings.get("sales_channel_id"):
            body["sales_channel_id"] = self._settings["sales_channel_id"]
        try:
            return self._client.ask(PATH, body)
        except NoSuchRoute as exc:
            raise NeedsOperator(
                "The plugin in Medusa cannot tell what a customer is charged.",
                reason="plugin_too_old",
                cause="plugin_too_old_for_prices",
                hint="Install erp-portal-medusa 0.5 or newer in the Medusa project and restart "
                "Medusa; its README says how.",
                ids={"endpoint": exc.endpoint},
            ) from exc


def _rounds(rows: Sequence[object], at_once: int) -> int:
    return -(-len(rows) // at_once)


def _to_ask(ask: BuyerPriceAsk) -> dict[str, Any]:
    body = {
        "ref": ask.our_ref,
        "variant_id": ask.variant_id,
        "quantity": f"{ask.quantity.normalize():f}",
        "currency_code": ask.currency.lower(),
        "region_id": ask.region_ref,
        "customer_id": ask.customer_id,
    }
    return {name: value for name, value in body.items() if value}


def _answer(row: Mapping[str, Any]) -> BuyerPrice:
    problem = row["problem"] or ""
    return BuyerPrice(
        our_ref=row["ref"],
        amount=None if row["amount"] is None else Decimal(row["amount"]),
        currency=row["currency_code"].upper(),
        is_tax_inclusive=row["is_tax_inclusive"],
        price_id=row["price_id"] or "",
        list_id=row["price_list_id"] or "",
        group_ids=tuple(row["group_ids"]),
        problem=_PROBLEMS.get(problem, problem),
    )


def _row(row: Mapping[str, Any]) -> PriceRowThere:
    return PriceRowThere(
        price_id=row["id"],
        list_id=row["price_list_id"] or "",
        currency=row["currency_code"].upper(),
        net_amount=Decimal(row["amount"]),
        min_quantity=_number(row["min_quantity"]),
        max_quantity=_number(row["max_quantity"]),
        is_plain=row["is_plain"],
    )


def _number(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
