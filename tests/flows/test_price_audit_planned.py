"""What the portal has planned to charge on another day."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from integrations.flows.price_audit.planned import Plans, planned_price
from tests.flows.test_price_audit_decide import DAY, GROUP, NOW, charged, question, row

LATER = NOW.date() + 30 * DAY
OWN_GROUP = "cusgroup_own"
USUAL = row("8")
EVERYONE = row("10", pk=2, ref="2", audience="everyone", audience_ref="", offer="all", list_id="")
SPRING = row("7", pk=3, ref="3", starts_on=LATER - DAY, ends_on=LATER, price_id="price_3")
OWN = row("9", pk=4, ref="4", audience="customer", audience_ref="42", offer="own", list_id="own")


def planned(*rows: Any, groups: tuple[str, ...] = (GROUP,), **more: Any) -> Decimal | None:
    usual = {"problems": {}, "own_first": False}
    plans = Plans(
        rows=rows,
        groups={"price_list:7": GROUP, "customer:42": OWN_GROUP},
        **{**usual, **more},
    )
    asked = replace(question(), asked_on=LATER)
    return planned_price(asked, plans, charged("8", group_ids=groups)).amount


@pytest.mark.parametrize(
    ("rows", "more", "amount"),
    [
        ((USUAL, EVERYONE), {}, "8"),
        ((USUAL, EVERYONE), {"groups": ()}, "10"),
        ((USUAL, EVERYONE, SPRING), {}, "7"),
        ((USUAL, replace(SPRING, ends_on=LATER - DAY)), {}, "8"),
        ((OWN, USUAL), {"groups": (GROUP, OWN_GROUP)}, "8"),
        ((OWN, USUAL), {"groups": (GROUP, OWN_GROUP), "own_first": True}, "9"),
        ((USUAL, replace(USUAL, pk=5, ref="5", min_quantity=Decimal(20))), {}, "8"),
    ],
    ids=["list", "no group", "days", "over", "lowest", "own first", "steps"],
)
def test_the_rule_of_the_storefront_is_applied_to_the_day(
    rows: Any, more: dict[str, Any], amount: str
) -> None:
    assert planned(*rows, **more) == Decimal(amount)


def test_price_that_is_not_sold_at_is_not_planned() -> None:
    held = replace(USUAL, price_id="", fingerprint="")

    assert planned(held, EVERYONE, problems={1: "Two prices contradict each other."}) == 10
    assert planned(held, problems={1: "Two prices contradict each other."}) is None
