"""Condition records as prices.

Expected values are literals, read off recordings or worked out by hand.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from integrations.adapters.sap.base import Material
from integrations.adapters.sap.conditions import audience_of, steps_of, to_prices
from tests.adapters.sap.payloads import settings

D = Decimal


MATERIAL = Material(
    number="PX-1001",
    base_unit="PC",
    sales_unit="PC",
    factors={"PC": D(1), "CAR": D(12)},
    not_sold="",
)


def record(**changed: Any) -> dict[str, Any]:
    return {
        "ConditionRecord": "1000001",
        "ConditionType": "PPR0",
        "ConditionCalculationType": "C",
        "ConditionRateValue": "8.800",
        "ConditionRateValueUnit": "EUR",
        "ConditionQuantity": "1",
        "ConditionQuantityUnit": "PC",
        "ConditionIsDeleted": False,
        "ConditionReleaseStatus": "",
        **changed,
    }


def validity(**changed: Any) -> dict[str, Any]:
    return {
        "ConditionRecord": "1000001",
        "ConditionValidityStartDate": "/Date(1735689600000)/",
        "ConditionValidityEndDate": "/Date(253402214400000)/",
        "ConditionType": "PPR0",
        "ConditionReleaseStatus": "",
        "Material": "PX-1001",
        "SalesOrganization": "1010",
        "DistributionChannel": "10",
        "Customer": "",
        "CustomerPriceGroup": None,
        "PriceListType": "",
        **changed,
    }


def prices(one: dict[str, Any], *validities: dict[str, Any]) -> list[Any]:
    return list(to_prices(one, validities or (validity(),), {"PX-1001": MATERIAL}, settings()))


def test_price_of_everyone_is_read() -> None:
    (price,) = prices(record())

    assert (price.net_unit_price, price.currency, price.unit) == (D("8.8"), "EUR", "PC")
    assert (price.audience, price.min_quantity) == ("everyone", 1)
    assert (price.starts_on, price.ends_on) == (date(2025, 1, 1), None)


@pytest.mark.parametrize(
    ("changed", "price"),
    [
        ({"ConditionQuantity": "100"}, "0.088"),
        ({"ConditionQuantity": "0"}, "8.8"),  # "per" of nothing is per one
        ({"ConditionQuantity": None, "ConditionQuantityUnit": ""}, "8.8"),
        ({"ConditionQuantityUnit": "CAR", "ConditionRateValue": "24"}, "2"),
    ],
)
def test_price_is_told_per_sales_unit(changed: dict[str, Any], price: str) -> None:
    (found,) = prices(record(**changed))

    assert found.net_unit_price == D(price)


@pytest.mark.parametrize(
    "changed",
    [
        {"ConditionRateValueUnit": "%"},
        {"ConditionRateValueUnit": None},
        {"ConditionCalculationType": "A"},
        {"ConditionType": "K007"},
    ],
)
def test_what_is_no_price_of_one_is_left_out(changed: dict[str, Any]) -> None:
    assert prices(record(**changed)) == []


NO_PRICES = [
    ({"ConditionRateValue": "0.00"}, "above zero"),
    ({"ConditionRateValue": "5.00-"}, "above zero"),
    ({"ConditionQuantityUnit": "PAL"}, "does not tell how many PC a PAL is"),
]


@pytest.mark.parametrize(("changed", "words"), NO_PRICES)
def test_price_that_nothing_is_sold_at_says_why(changed: dict[str, Any], words: str) -> None:
    (found,) = prices(record(**changed))

    assert words in found.problem
    assert (found.ref, found.variant_ref) == ("1000001:9999-12-31:0", "PX-1001")


@pytest.mark.parametrize(("changed", "words"), NO_PRICES)
def test_of_a_price_that_is_no_more_nothing_is_wrong(changed: dict[str, Any], words: str) -> None:
    over = validity(ConditionValidityEndDate="/Date(1735776000000)/")

    (deleted,) = prices(record(**changed, ConditionIsDeleted=True))
    (ended,) = prices(record(**changed), over)

    assert (deleted.problem, deleted.is_active, ended.problem) == ("", False, "")


@pytest.mark.parametrize(
    ("changed", "audience"),
    [
        ({}, ("everyone", "")),
        ({"Customer": "10100001"}, ("customer", "10100001")),
        ({"PriceListType": "01"}, ("price_list", "01")),
        ({"SalesOrganization": None, "DistributionChannel": ""}, ("everyone", "")),
        ({"SalesOrganization": "1710"}, None),
        ({"Customer": "1", "PriceListType": "01"}, None),  # two keys: SAP's pricing alone
        ({"ShippingCondition": "01"}, None),
        ({"YY1_Region_PCR": "north"}, None),  # a key of their own
        ({"YY1_Region_PCR": "", "ZZ1_Level_PCR": None}, ("everyone", "")),
        ({"SalesDocument": "0000000000"}, ("everyone", "")),  # the initial value of a number
        ({"to_SlsPrcgConditionRecord": {"ConditionType": "PPR0"}}, ("everyone", "")),
    ],
)
def test_audience_of_a_record_is_known_or_it_is_left_out(
    changed: dict[str, Any], audience: tuple[str, str] | None
) -> None:
    assert audience_of(validity(**changed), settings()) == audience


def test_scale_is_sorted_by_quantity_and_replaces_the_value() -> None:
    scale = [
        {"ConditionScaleLine": "0002", "ConditionScaleQuantity": "50", "ConditionRateValue": "8"},
        {"ConditionScaleLine": "0001", "ConditionScaleQuantity": "0", "ConditionRateValue": "9"},
    ]
    one = record(to_SlsPrcgCndnRecordScale={"results": scale}, ConditionQuantity="2")

    assert [(step.number, step.min_quantity, step.price) for step in steps_of(one)] == [
        ("1", 0, D("4.5")),
        ("2", 50, 4),
    ]


@pytest.mark.parametrize("changed", [{"ConditionIsDeleted": True}, {"ConditionReleaseStatus": "B"}])
def test_price_that_is_deleted_or_not_released_is_not_active(changed: dict[str, Any]) -> None:
    (price,) = prices(record(**changed))

    assert not price.is_active
