"""Price lists and the prices in them.

What Medusa takes without a word, and is refused or kept away from it here: a currency that
nobody sells in, an amount below zero, a list without rules (which is then the price of
everyone), and the id of a price that is in another list, which moves it to this one.
"""

from collections.abc import Sequence
from typing import Any

from integrations.adapters.medusa.client import Client, in_chunks, is_refused_with
from integrations.adapters.medusa.currencies import store_currencies, tax_inclusive_currencies
from integrations.adapters.medusa.mapping.prices import (
    LIST_FIELDS,
    PRICE_FIELDS,
    instant,
    listed_price,
    price_list_of,
    to_changed_price,
    to_list,
    to_new_price,
    to_rules,
)
from integrations.errors import Conflict, OutcomeUnknown, Rejected
from integrations.records import (
    PriceListWrite,
    PriceWrite,
    StorefrontPrice,
    StorefrontPriceList,
)

_PATH = "/admin/price-lists"
# Every price of a list is read to find a few: there is no filter by variant.
_READ_AT_ONCE = 1000


class PriceLists:
    """Implements WritesPriceLists over Medusa's Admin API. Reads the currencies once."""

    _client: Client
    _sold_in: frozenset[str] | None = None
    _gross: frozenset[str] | None = None
    _regions: Sequence[str] | None = None

    def sold_currencies(self) -> frozenset[str]:
        if self._sold_in is None:
            self._sold_in = frozenset(map(str.upper, store_currencies(self._client)))
        return self._sold_in

    def gross_currencies(self) -> frozenset[str]:
        if self._gross is None:
            self._gross = frozenset(map(str.upper, tax_inclusive_currencies(self._client)))
        return self._gross

    # -- lists

    def find_price_lists(self, key: str) -> Sequence[StorefrontPriceList]:
        params = [("q", key), ("fields", LIST_FIELDS)]
        rows = self._client.rows(_PATH, "price_lists", params)
        return [one for one in map(self._list, rows) if one.key == key]

    def price_lists(self, list_ids: Sequence[str]) -> Sequence[StorefrontPriceList]:
        found: list[StorefrontPriceList] = []
        for ids in in_chunks(sorted(set(list_ids))):
            params = [("id[]", one) for one in ids] + [("fields", LIST_FIELDS)]
            found += map(self._list, self._client.rows(_PATH, "price_lists", params))
        return found

    def create_price_list(self, write: PriceListWrite) -> StorefrontPriceList:
        if write.key not in write.title:
            raise ValueError(f"The title {write.title!r} does not contain {write.key!r}.")
        return self._post(_PATH, to_list(write, self._region_ids()))

    def set_price_list_active(self, list_id: str, *, is_active: bool) -> StorefrontPriceList:
        return self._post(f"{_PATH}/{list_id}", {"status": "active" if is_active else "draft"})

    def date_price_list(self, list_id: str, write: PriceListWrite) -> StorefrontPriceList:
        body = {"starts_at": instant(write.starts_at), "ends_at": instant(write.ends_at)}
        return self._post(f"{_PATH}/{list_id}", body)

    def rank_price_list(
        self, list_id: str, group_id: str, *, goes_first: bool
    ) -> StorefrontPriceList:
        rules = to_rules(group_id, self._region_ids() if goes_first else ())
        return self._post(f"{_PATH}/{list_id}", {"rules": rules})

    def remove_price_list(self, list_id: str) -> None:
        self._client.delete(f"{_PATH}/{list_id}")  # one that is gone is answered the same

    def _post(self, path: str, body: dict[str, Any]) -> StorefrontPriceList:
        answer = self._client.post(path, body, [("fields", LIST_FIELDS)])
        return self._list(answer["price_list"])

    def _list(self, row: dict[str, Any]) -> StorefrontPriceList:
        return price_list_of(row, self._region_ids())

    def _region_ids(self) -> Sequence[str]:
        if self._regions is None:
            rows = self._client.rows("/admin/regions", "regions", [("fields", "id")])
            self._regions = [row["id"] for row in rows]
        return self._regions

    # -- prices

    def prices_of(
        self, list_id: str, variant_ids: Sequence[str] | None
    ) -> Sequence[StorefrontPrice]:
        wanted, found, offset = set(variant_ids or ()), [], 0
        while True:
            params = [
                ("fields", PRICE_FIELDS),
                ("order", "id"),
                ("limit", str(_READ_AT_ONCE)),
                ("offset", str(offset)),
            ]
            page = self._client.get(f"{_PATH}/{list_id}/prices", params)
            rows = page.get("prices") or []
            prices = map(listed_price, rows)
            found += [one for one in prices if variant_ids is None or one.variant_id in wanted]
            offset += len(rows)
            if not rows or offset >= int(page.get("count") or 0):
                return found

    def write_prices(
        self, list_id: str, writes: Sequence[PriceWrite], removals: Sequence[str]
    ) -> Sequence[str]:
        if not writes and not removals:
            return []
        refuse_bad_prices(writes, self.sold_currencies())
        if len(set(map(_place, writes))) < len(writes):
            raise Rejected("Two prices for the same variant, currency and quantity were not sent.")
        new = [one for one in writes if one.price_id is None]
        body = {
            "create": [to_new_price(one) for one in new],
            "update": [to_changed_price(one) for one in writes if one.price_id],
            "delete": list(removals),
        }
        try:
            answer = self._client.post(f"{_PATH}/{list_id}/prices/batch", body)
        except Rejected as exc:
            raise _gone(exc) or exc from exc
        created = _ids_of_new(new, answer.get("created") or [])
        # One that was deleted in Medusa is changed without a word and stays deleted.
        there = {row["id"] for row in answer.get("updated") or [] if not row.get("deleted_at")}
        ids = [one.price_id or created[_place(one)] for one in writes]
        gone = {one.price_id for one in writes if one.price_id} - there
        return ["" if price_id in gone else price_id for price_id in ids]


def refuse_bad_prices(writes: Sequence[PriceWrite], sold_in: frozenset[str]) -> None:
    """Raises Rejected for what Medusa would take and charge."""
    for one in writes:
        if one.currency.upper() not in sold_in:
            problem = f"the store does not sell in {one.currency}"
        elif one.net_amount <= 0:
            problem = f"{one.net_amount} is no price"
        elif one.max_quantity is not None and one.max_quantity < (one.min_quantity or 0):
            problem = f"it begins at {one.min_quantity} and ends at {one.max_quantity}"
        else:
            continue
        raise Rejected(
            f"A price of variant {one.variant_id} was not sent: {problem}.",
            ids={"variant": one.variant_id},
        )


def _ids_of_new(
    new: Sequence[PriceWrite], rows: Sequence[dict[str, Any]]
) -> dict[tuple[str, str, int], str]:
    """Ids by what they are for: Medusa answers in an order of its own."""
    made = {_place(price): price.price_id for price in map(listed_price, rows)}
    if len(rows) != len(new) or set(made) != {_place(one) for one in new}:
        raise OutcomeUnknown("Medusa answered with other prices than those that were sent.")
    return made


def _place(price: PriceWrite | StorefrontPrice) -> tuple[str, str, int]:
    return price.variant_id, price.currency.upper(), int(price.min_quantity or 1)


def _gone(error: Rejected) -> Conflict | None:
    """A price or list that was deleted in Medusa: the portal has to look again."""
    words = ("Cannot set field 'currency_code' of Price to null", "was not found")
    if any(is_refused_with(error, one) for one in words):
        return Conflict(
            "A price or its list is no longer in the storefront.",
            remote_words=error.remote_words,
        )
    return None
