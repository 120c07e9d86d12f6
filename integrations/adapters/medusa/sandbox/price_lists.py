"""Price lists, the prices in them, and which price a buyer gets.

Taken without a word: a list without rules (the price of everyone), a rule under a name that
never applies, unknown currencies and amounts below zero, the same price twice, a quantity that
ends before it begins. The id of a price that is in another list moves it to this one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.medusa.sandbox.catalogue import Catalogue
from integrations.adapters.medusa.sandbox.ids import iso, new_id, now
from integrations.adapters.medusa.sandbox.product_rows import merged
from integrations.adapters.medusa.sandbox.refusals import Json, Refusal, not_found

_COLUMNS = ("title", "description", "type", "status", "starts_at", "ends_at")
_PRICE_COLUMNS = ("amount", "min_quantity", "max_quantity")


@dataclass(frozen=True)
class Buyer:
    """Who asks for a price, and where."""

    currency: str
    region_id: str
    groups: Sequence[str] = ()

    def fits(self, rules: Json) -> bool:
        known = {"customer.groups.id": set(self.groups), "region_id": {self.region_id}}
        return all(known.get(name, set()) & set(_many(value)) for name, value in rules.items())


class PriceLists:
    """Lists and their prices by id."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.rows: dict[str, Json] = {}
        self.prices: dict[str, Json] = {}
        self._deleted: dict[str, Json] = {}

    # -- lists

    def create(self, row: Json) -> Json:
        moment = now()
        made: Json = {
            "id": new_id("plist"),
            "type": "sale",
            "description": None,
            "title": None,
            "status": "draft",
            "starts_at": None,
            "ends_at": None,
            "created_at": moment,
            "updated_at": moment,
            "deleted_at": None,
            "metadata": row.get("metadata"),
            "rules": row.get("rules") or {},
        }
        made |= _columns_of(row)
        prices = row.get("prices") or []
        self._refuse_strangers(prices)
        self.rows[made["id"]] = made
        for price in prices:
            self._add(made["id"], price)
        return made

    def update(self, list_id: str, row: Json) -> Json:
        held = self._get(list_id)
        held |= {**_columns_of(row), "updated_at": now(), "metadata": merged(held["metadata"], row)}
        if "rules" in row:
            held["rules"] = row["rules"] or {}
        return held

    def get(self, list_id: str) -> Json:
        if list_id not in self.rows:
            raise not_found(f"Price list with id: {list_id} was not found")
        return self.rows[list_id]

    def delete(self, list_id: str) -> None:
        self.rows.pop(list_id, None)
        self.prices = {key: one for key, one in self.prices.items() if one["list_id"] != list_id}

    # -- prices

    def batch(self, list_id: str, body: Json) -> Json:
        """All or nothing: everything is checked before anything is changed."""
        self._get(list_id)
        created, updated = body.get("create") or [], body.get("update") or []
        self._refuse_strangers([*created, *updated])
        for row in updated:
            if row["id"] not in {**self.prices, **self._deleted}:
                raise Refusal("Cannot set field 'currency_code' of Price to null")
        made = [self._add(list_id, row) for row in created]
        # A deleted price is changed without a word: it stays deleted, and is not answered.
        changed = {
            row["id"]: self._change(list_id, row) for row in updated if row["id"] in self.prices
        }
        for price_id in body.get("delete") or []:
            if price_id in self.prices:  # of whatever list; an unknown id is no error
                self._deleted[price_id] = self.prices.pop(price_id)
        return {
            "created": [self._view(one) for one in reversed(made)],  # in an order of its own
            "updated": [self._view(one) for one in changed.values()],
            "deleted": {"ids": body.get("delete") or [], "object": "price", "deleted": True},
        }

    def shown(self, list_id: str) -> list[Json]:
        """The prices of a list, as a list of them shows; of one that is not there: none."""
        return [self._view(one) for one in self.prices.values() if one["list_id"] == list_id]

    # -- what a buyer pays

    def price_of(self, variant: Json, buyer: Buyer, quantity: Decimal | None) -> Decimal | None:
        """The unit price; None when the variant has none in this currency."""
        charged = self.charged(variant, buyer, quantity)
        return None if charged is None else Decimal(charged["amount"])

    def charged(self, variant: Json, buyer: Buyer, quantity: Decimal | None) -> Json | None:
        """The row of the price that a buyer pays.

        Prices of lists come first, those with more rules before those with fewer, then the
        lowest; of a sale the lower of it and the variant's own price. `quantity` None: as a
        product page asks, which sees the steps that begin at one.
        """
        own = _best(
            (len(one["rules"]), one)
            for one in variant["prices"]
            if _holds(one, buyer, quantity) and buyer.fits(one["rules"])
        )
        listed = _best(
            (len(held["rules"]) + len(one["rules"]), one)
            for one in self.prices.values()
            if one["variant_id"] == variant["id"] and _holds(one, buyer, quantity)
            for held in [self.rows[one["list_id"]]]
            if _is_on(held) and buyer.fits(held["rules"]) and buyer.fits(one["rules"])
        )
        if listed is None:
            return own
        is_sale = self.rows[listed["list_id"]]["type"] == "sale"
        return own if is_sale and own and own["amount"] < listed["amount"] else listed

    def row(self, price_id: str) -> Json | None:
        """A price by its id, of a list or of a variant; None where there is none (any more)."""
        own = (one for variant in self.catalogue.variants() for one in variant["prices"])
        return self.prices.get(price_id) or next(
            (one for one in own if one["id"] == price_id), None
        )

    # -- parts

    def _get(self, list_id: str) -> Json:
        if list_id not in self.rows:
            raise not_found(f"Price lists with id: {list_id} was not found")
        return self.rows[list_id]

    def _refuse_strangers(self, rows: Iterable[Json]) -> None:
        unknown = [row["variant_id"] for row in rows if not self._is_known(row["variant_id"])]
        if unknown:
            raise Refusal(f"No price set exist for variants: {', '.join(unknown)}")

    def _is_known(self, variant_id: str) -> bool:
        return self.catalogue.variant(variant_id) is not None

    def _add(self, list_id: str, row: Json) -> Json:
        moment = now()
        price: Json = {
            "id": new_id("price"),
            "list_id": list_id,
            "variant_id": row["variant_id"],
            "currency_code": row["currency_code"].lower(),
            **{name: row.get(name) for name in _PRICE_COLUMNS},
            "rules": row.get("rules") or {},
            "created_at": moment,
            "updated_at": moment,
            "deleted_at": None,
        }
        self.prices[price["id"]] = price
        return price

    def _change(self, list_id: str, row: Json) -> Json:
        price = self.prices[row["id"]]
        price |= {name: row[name] for name in _PRICE_COLUMNS if name in row}
        if row.get("currency_code"):
            price["currency_code"] = row["currency_code"].lower()
        price |= {"list_id": list_id, "variant_id": row["variant_id"], "updated_at": now()}
        return price

    @staticmethod
    def _view(price: Json) -> Json:
        hidden = ("list_id", "variant_id", "rules")
        shown = {name: value for name, value in price.items() if name not in hidden}
        price_set = f"pset_{price['variant_id'].partition('_')[2]}"
        return {
            **shown,
            "price_list_id": price["list_id"],
            "price_set_id": price_set,
            "price_set": {"id": price_set, "variant": {"id": price["variant_id"]}},
            "price_rules": [
                {"attribute": name, "value": value} for name, value in price["rules"].items()
            ],
        }


def _columns_of(row: Json) -> Json:
    found = {name: row[name] for name in _COLUMNS if name in row}
    for name in ("starts_at", "ends_at"):
        if found.get(name):
            found[name] = _moment(name, found[name])
    return found


def _moment(name: str, text: str) -> str:
    try:
        return iso(datetime.fromisoformat(text))
    except ValueError as exc:
        words = name.replace("_", " ")
        raise Refusal(
            f"Cannot set price list {words} with with invalid date string: {text}"
        ) from exc


def _is_on(row: Json) -> bool:
    moment = datetime.now(UTC)
    starts, ends = row["starts_at"], row["ends_at"]
    return (
        row["status"] == "active"
        and (not starts or datetime.fromisoformat(starts) <= moment)
        and (not ends or datetime.fromisoformat(ends) >= moment)
    )


def _holds(price: Json, buyer: Buyer, quantity: Decimal | None) -> bool:
    if price["currency_code"] != buyer.currency:
        return False
    low, high = price["min_quantity"] or 0, price["max_quantity"]
    if quantity is None:
        return bool(low <= 1)
    return bool(low <= quantity and (high is None or quantity <= high))


def _best(found: Iterable[tuple[int, Json]]) -> Json | None:
    """Most rules first, then the lowest."""
    best = min(found, key=lambda one: (-one[0], one[1]["amount"]), default=None)
    return None if best is None else best[1]


def _many(value: Any) -> Sequence[str]:
    return value if isinstance(value, list) else [value]
