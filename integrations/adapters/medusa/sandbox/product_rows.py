"""The rows of a product as the stand-in keeps them, made of what is sent."""

from decimal import Decimal
from typing import Any

from integrations.adapters.medusa.sandbox.ids import new_id, now
from integrations.adapters.medusa.sandbox.refusals import Json, Refusal, broken


def refuse_same_options(variants: list[Json]) -> None:
    *others, new = [sorted(one["value"] for one in row["options"]) for row in variants]
    if new in others:
        title = variants[others.index(new)]["title"]
        raise Refusal(f"Variant ({title}) with provided options already exists.")


def merged(there: Json | None, row: Json) -> Json | None:
    """Metadata merges; an empty text removes a key, null in place of all of it clears it."""
    if "metadata" not in row:
        return there
    if row["metadata"] is None:
        return None
    together = {**(there or {}), **row["metadata"]}
    return {name: value for name, value in together.items() if value != ""}


def images_of(row: Json) -> list[Json]:
    return [
        {"id": new_id("img"), "url": one["url"], "rank": rank, "metadata": None}
        for rank, one in enumerate(row.get("images") or [])
    ]


def times() -> Json:
    moment = now()
    return {"created_at": moment, "updated_at": moment, "deleted_at": None}


def option_of(row: Json) -> Json:
    option_id = new_id("opt")
    return {
        "id": option_id,
        "title": row["title"],
        "is_exclusive": True,
        "metadata": None,
        **times(),
        "values": [value_of(value, option_id) for value in row["values"]],
    }


def value_of(value: str, option_id: str) -> Json:
    return {
        "id": new_id("optval"),
        "value": value,
        "rank": None,
        "metadata": None,
        "option_id": option_id,
        **times(),
    }


def chosen_of(product: Json, wanted: Any) -> list[Json]:
    if not wanted:
        # A variant created through an update of an unknown id may come without; a variant
        # that names no value in a create is an error 500 in Medusa.
        if isinstance(wanted, dict):
            raise broken()
        return []
    chosen = []
    for option in product["options"]:
        value = wanted.get(option["title"])
        found = next((one for one in option["values"] if one["value"] == value), None)
        if value is not None and found is None:
            raise Refusal(f"Option value {value} does not exist for option {option['title']}")
        if found is not None:
            chosen.append({**found, "option": {"id": option["id"], "title": option["title"]}})
    return chosen


def price_of(row: Json, variant_id: str, there: dict[str, Json]) -> Json:
    """A price that is named by its id keeps its rules; one by an unknown id is made under it."""
    before = there.get(row.get("id") or "", {})
    return {
        "id": row.get("id") or new_id("price"),
        "amount": row["amount"],
        "currency_code": row["currency_code"].lower(),
        "min_quantity": row.get("min_quantity"),
        "max_quantity": row.get("max_quantity"),
        "variant_id": variant_id,
        "created_at": now(),
        "updated_at": now(),
        "rules": row.get("rules") or before.get("rules") or {},
    }


def stock_item(sku: str) -> Json:
    return {
        "id": new_id("iitem"),
        "sku": sku,
        "created_at": now(),
        "level_id": new_id("ilev"),
        "stocked": None,
        "reserved": Decimal(0),
        "incoming": Decimal(0),
        "elsewhere": {},
    }
