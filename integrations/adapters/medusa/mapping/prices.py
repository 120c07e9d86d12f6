"""Prices and price lists: what Medusa takes and shows, and our records of them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.medusa.mapping.values import Row, exact, moment_or_none, text
from integrations.records import (
    PriceListWrite,
    PriceWrite,
    StorefrontPrice,
    StorefrontPriceList,
)

# The only attribute under which a price list finds its buyers: `customer_group_id` and others
# are taken without a word and never apply.
GROUP_RULE = "customer.groups.id"
# Of several lists that fit, Medusa 2.21 takes the one with most rules, and only then the lowest
# price. A rule that names every region is always met, and puts a list before the others.
REGION_RULE = "region_id"
KEY = "erp_list"
LIST_FIELDS = (
    "id,title,status,starts_at,ends_at,metadata,price_list_rules.attribute,price_list_rules.value"
)
PRICE_FIELDS = "id,currency_code,amount,raw_amount,min_quantity,max_quantity,price_set.variant.id"
VARIANT_FIELDS = "id,product_id,*prices,*prices.price_rules"


def to_list(write: PriceListWrite, regions: Sequence[str]) -> dict[str, Any]:
    """A new list, always a draft: it is made active once its rules were read back."""
    return {
        "title": write.title,
        "description": "Kept in step with the ERP; changes made here are overwritten.",
        # A sale would give the lower of both; the ERP's price holds even if it is the higher one.
        "type": "override",
        "status": "draft",
        "starts_at": instant(write.starts_at),
        "ends_at": instant(write.ends_at),
        "rules": to_rules(write.group_id, regions if write.goes_first else ()),
        "metadata": {KEY: write.key},
    }


def to_rules(group_id: str, regions: Sequence[str]) -> dict[str, list[str]]:
    rules = {GROUP_RULE: [group_id]}
    return {**rules, REGION_RULE: sorted(regions)} if regions else rules


def instant(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def price_list_of(row: Row, regions: Sequence[str]) -> StorefrontPriceList:
    """A list read with LIST_FIELDS."""
    rules = {name: _values(found) for name, found in (row.get("rules") or {}).items()}
    return StorefrontPriceList(
        list_id=text(row, "id"),
        key=str((row.get("metadata") or {}).get(KEY) or ""),
        title=text(row, "title"),
        is_active=row.get("status") == "active",
        rules=rules,
        group_ids=rules.get(GROUP_RULE, ()),
        starts_at=moment_or_none(row, "starts_at"),
        ends_at=moment_or_none(row, "ends_at"),
        goes_first=bool(regions) and set(rules.get(REGION_RULE, ())) == set(regions),
    )


def to_new_price(write: PriceWrite) -> dict[str, Any]:
    return {
        "variant_id": write.variant_id,
        "currency_code": write.currency.lower(),
        "amount": write.net_amount,
        "min_quantity": write.min_quantity,
        "max_quantity": write.max_quantity,
    }


def to_changed_price(write: PriceWrite) -> dict[str, Any]:
    """Both quantities are named: one that is left out stays as it was."""
    return {"id": write.price_id, **to_new_price(write)}


def to_own_price(write: PriceWrite) -> dict[str, Any]:
    """A price among those of its variant, which it does not name."""
    row = to_changed_price(write) if write.price_id else to_new_price(write)
    return {name: value for name, value in row.items() if name != "variant_id"}


def listed_price(row: Row) -> StorefrontPrice:
    """A price of a list, read with PRICE_FIELDS; a lost variant's has no variant id."""
    variant = (row.get("price_set") or {}).get("variant") or {}
    return _price(row, str(variant.get("id") or ""), is_plain=not row.get("price_rules"))


def own_price(row: Row, variant_id: str) -> StorefrontPrice:
    """A price of a variant, read with VARIANT_FIELDS."""
    return _price(row, variant_id, is_plain=not row.get("rules"))


def as_it_is(price: StorefrontPrice) -> dict[str, Any]:
    """For a list of a variant's prices that replaces the one there. Its rules come by its id."""
    return {
        "id": price.price_id,
        "currency_code": price.currency.lower(),
        "amount": price.net_amount,
        "min_quantity": price.min_quantity,
        "max_quantity": price.max_quantity,
    }


def _price(row: Row, variant_id: str, *, is_plain: bool) -> StorefrontPrice:
    return StorefrontPrice(
        price_id=text(row, "id"),
        variant_id=variant_id,
        currency=text(row, "currency_code").upper(),
        net_amount=exact(row, "amount"),
        min_quantity=_number(row, "min_quantity"),
        max_quantity=_number(row, "max_quantity"),
        is_plain=is_plain,
    )


def _number(row: Mapping[str, Any], name: str) -> Decimal | None:
    value = row.get(name)
    return None if value is None else Decimal(str(value))


def _values(found: Any) -> tuple[str, ...]:
    return tuple(map(str, found)) if isinstance(found, list) else (str(found),)
