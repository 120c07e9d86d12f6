"""Prices out of condition records. Pure.

A record holds the value, its validity the keys it applies to. A record of a customer, a price list
or a price group has a price of its own audience; one with keys that no record of ours can tell
(a shipping condition, a single document, a field of the customer's own) is left out: SAP's pricing
applies it when an order is simulated.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from integrations.adapters.sap.base import Material
from integrations.adapters.sap.settings import SapSettings
from integrations.adapters.sap.wire import FOREVER, Row, day_of, number_of, plain, rows_of, text_of
from integrations.adapters.unfit import NOT_ABOVE_ZERO, unfit
from integrations.records import ErpPrice
from integrations.records.catalog import Audience

_PRICE_DIGITS = 10
_NO_KEYS = {
    "ConditionRecord",
    "ConditionValidityEndDate",
    "ConditionValidityStartDate",
    "ConditionApplication",
    "ConditionType",
    "ConditionReleaseStatus",
    "ConditionProcessingStatus",
    "ConditionIsExclusive",
    "TransactionCurrency",
    "ETag",
    "SAPObjectNodeType",
    "__metadata",
}
_KNOWN_KEYS = {
    "Material",
    "Customer",
    "CustomerPriceGroup",
    "PriceListType",
    "SalesOrganization",
    "DistributionChannel",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From this quantity on, one condition unit costs `price`."""

    number: str
    min_quantity: Decimal
    price: Decimal


def to_prices(
    record: Row,
    validities: Iterable[Row],
    materials: Mapping[str, Material],
    settings: SapSettings,
) -> Iterable[ErpPrice]:
    """The prices of a record: one per validity and step of its scale."""
    if not is_price(record, settings):
        return
    for validity in validities:
        material = materials.get(text_of(validity["Material"]))
        audience = audience_of(validity, settings)
        if material is None or audience is None:
            continue
        for step in steps_of(record):
            unit = text_of(record["ConditionQuantityUnit"])
            price = material.in_sales_units(step.price, unit)
            found = _price(record, validity, material, audience, step, price or step.price)
            if price is not None and price > 0:
                yield found
            elif material.number not in settings.own_products:
                unknown = f"SAP does not tell how many {material.sales_unit} a {unit} is"
                yield unfit(found, NOT_ABOVE_ZERO if price is not None else unknown)


def _price(
    record: Row,
    validity: Row,
    material: Material,
    audience: tuple[Audience, str],
    step: Step,
    price: Decimal,
) -> ErpPrice:
    starts_on, ends_on = validity_of(validity)
    end = text_of(ends_on or FOREVER)
    unit = text_of(record["ConditionQuantityUnit"])
    factor = material.in_sales_units(Decimal(1), unit) or Decimal(1)
    return ErpPrice(
        ref=f"{record['ConditionRecord']}:{end}:{step.number}",
        variant_ref=material.number,
        audience=audience[0],
        audience_ref=audience[1],
        audience_name=audience[1],
        currency=currency_of(record),
        net_unit_price=plain(round(price, _PRICE_DIGITS)),
        min_quantity=plain(step.min_quantity / factor) if step.min_quantity else Decimal(1),
        unit=material.sales_unit,
        starts_on=starts_on,
        ends_on=ends_on,
        is_active=is_active(record) and not text_of(validity.get("ConditionReleaseStatus")),
    )


def is_price(record: Row, settings: SapSettings) -> bool:
    """An amount per quantity of a type that the connection reads as a price."""
    return (
        text_of(record["ConditionType"]) in settings.list_condition_types
        and text_of(record["ConditionCalculationType"]) in {"C", ""}
        and currency_of(record) not in {"", "%"}
    )


def is_active(record: Row) -> bool:
    return not record["ConditionIsDeleted"] and not text_of(record["ConditionReleaseStatus"])


def currency_of(record: Row) -> str:
    return text_of(record["ConditionRateValueUnit"]).upper()


def audience_of(validity: Row, settings: SapSettings) -> tuple[Audience, str] | None:
    """Whom the price is for; None where it is for another sales area or has unknown keys."""
    for name, own in (
        ("SalesOrganization", settings.sales_organization),
        ("DistributionChannel", settings.distribution_channel),
    ):
        if text_of(validity[name]) not in {"", own}:
            return None
    others = (name for name in validity if name not in _NO_KEYS | _KNOWN_KEYS)
    if any(_is_set(validity[name]) for name in others):
        return None
    found: list[tuple[Audience, str]] = [
        (audience, text_of(validity[name]))
        for audience, name in _AUDIENCES
        if text_of(validity[name])
    ]
    if len(found) > 1:
        return None
    return found[0] if found else ("everyone", "")


_AUDIENCES: tuple[tuple[Audience, str], ...] = (
    ("customer", "Customer"),
    ("customer_group", "CustomerPriceGroup"),
    ("price_list", "PriceListType"),
)


def _is_set(value: object) -> bool:
    if isinstance(value, Mapping):  # a navigation
        return False
    return bool(text_of(value).strip("0"))


def validity_of(validity: Row) -> tuple[date | None, date | None]:
    ends_on = day_of(validity["ConditionValidityEndDate"])
    return (
        day_of(validity["ConditionValidityStartDate"]),
        None if ends_on is None or ends_on >= FOREVER else ends_on,
    )


def steps_of(record: Row) -> Sequence[Step]:
    """The steps of its scale; the value itself where it has none. Prices per one condition unit."""
    per = number_of(record["ConditionQuantity"]) or Decimal(1)
    scale = sorted(
        rows_of(record.get("to_SlsPrcgCndnRecordScale")),
        key=lambda row: number_of(row["ConditionScaleQuantity"]),
    )
    if not scale:
        rate = number_of(record["ConditionRateValue"])
        return [Step(number="0", min_quantity=Decimal(0), price=rate / per)]
    return [
        Step(
            number=text_of(row["ConditionScaleLine"]).lstrip("0"),
            min_quantity=number_of(row["ConditionScaleQuantity"]),
            price=number_of(row["ConditionRateValue"]) / per,
        )
        for row in scale
    ]


def list_price_at(
    prices: Iterable[ErpPrice], *, currency: str, quantity: Decimal, on: date
) -> Decimal | None:
    """What everyone pays for this quantity on this day, None where there is no such price."""
    fitting = [
        price
        for price in prices
        if price.audience == "everyone"
        and price.is_active
        and price.currency == currency
        and price.min_quantity <= max(quantity, Decimal(1))
        and (price.starts_on is None or price.starts_on <= on)
        and (price.ends_on is None or price.ends_on >= on)
    ]
    if not fitting:
        return None
    return max(
        fitting, key=lambda price: (price.min_quantity, price.starts_on or on)
    ).net_unit_price
