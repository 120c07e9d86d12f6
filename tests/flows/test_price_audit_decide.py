"""The rules of a price audit: equal or not, and why. Pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.flows.price_audit.case import Case, Question
from integrations.flows.price_audit.decide import decide
from integrations.flows.prices.offers import Kept
from integrations.records import (
    BuyerPrice,
    PriceAnswer,
    PriceRefusal,
    PriceRowThere,
    StorefrontPriceList,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LIST, GROUP = "plist_7", "cusgroup_7"


def question(**changed: Any) -> Question:
    usual: dict[str, Any] = {
        "customer_id": "cus_1",
        "customer_ref": "42",
        "company": "Nordwind",
        "sku": "BOLT",
        "variant_ref": "v-1",
        "variant_id": "variant_1",
        "quantity": Decimal(10),
        "currency": "EUR",
        "asked_on": NOW.date(),
        "why": "named",
    }
    return Question(**{**usual, **changed})


def answer(amount: str, **changed: Any) -> PriceAnswer:
    usual: dict[str, Any] = {
        "our_ref": "0",
        "net_unit_price": Decimal(amount),
        "list_price": Decimal(10),
        "discount_percent": Decimal(0),
        "currency": "EUR",
        "currency_rate": None,
        "unit": "Units",
        "cost": None,
        "cost_currency": "EUR",
        "cost_as_of": None,
        "pricelist_ref": "7",
        "pricelist_name": "Dealers",
        "rule_ref": "70",
        "rule_version": "1",
        "is_binding": True,
        "priced_at": NOW,
    }
    return PriceAnswer(**{**usual, **changed})


def charged(amount: str | None, **changed: Any) -> BuyerPrice:
    usual: dict[str, Any] = {
        "our_ref": "0",
        "amount": None if amount is None else Decimal(amount),
        "currency": "EUR",
        "is_tax_inclusive": False,
        "price_id": "price_1",
        "list_id": LIST,
        "group_ids": (GROUP,),
        "problem": "" if amount else "The storefront has no price for it in this currency.",
    }
    return BuyerPrice(**{**usual, **changed})


def row(amount: str, **changed: Any) -> Kept:
    """The dealers' price, written as `price_1` of their list."""
    usual: dict[str, Any] = {
        "pk": 1,
        "ref": "70:1",
        "variant_ref": "v-1",
        "sku": "BOLT",
        "audience": "price_list",
        "audience_ref": "7",
        "audience_name": "Dealers",
        "currency": "EUR",
        "net_unit_price": Decimal(amount),
        "min_quantity": Decimal(0),
        "starts_on": None,
        "ends_on": None,
        "is_active": True,
        "offer": "dealers",
        "list_id": LIST,
        "price_id": "price_1",
        "fingerprint": "x",
    }
    return Kept(**{**usual, **changed})


def there(amount: str, **changed: Any) -> PriceRowThere:
    usual: dict[str, Any] = {
        "price_id": "price_1",
        "list_id": LIST,
        "currency": "EUR",
        "net_amount": Decimal(amount),
        "min_quantity": None,
        "max_quantity": None,
        "is_plain": True,
    }
    return PriceRowThere(**{**usual, **changed})


def held(**changed: Any) -> StorefrontPriceList:
    usual: dict[str, Any] = {
        "list_id": LIST,
        "key": "price_list:7||",
        "title": "Dealers",
        "is_active": True,
        "rules": {"group": (GROUP,)},
        "group_ids": (GROUP,),
        "starts_at": None,
        "ends_at": None,
        "goes_first": False,
    }
    return StorefrontPriceList(**{**usual, **changed})


def case(erp: Any = None, shop: Any = None, **changed: Any) -> Case:
    """The ERP says 8, everything is in order, and 8 is charged."""
    usual: dict[str, Any] = {
        "question": question(),
        "now": NOW,
        "erp": erp or answer("8"),
        "shop": shop or charged("8"),
        "rows": (row("8"),),
        "there": {"price_1": there("8")},
        "lists": {LIST: held()},
        "ours": frozenset({LIST}),
        "groups": {"price_list:7": GROUP},
    }
    return Case(**{**usual, **changed})


REFUSED = PriceRefusal(our_ref="0", reason="Not for sale.")
LIST_PRICE = {"price_id": "price_0", "list_id": ""}


@pytest.mark.parametrize(
    "same",
    [
        case(),
        case(answer("8.00"), charged("8.000")),
        case(REFUSED, charged(None)),
        # 10 × 8.0004 = 80.004 and 10 × 8 = 80: the line adds up to the same cent
        case(answer("8.0004"), charged("8")),
    ],
    ids=["equal", "digits", "neither sells", "line rounds alike"],
)
def test_same_prices_are_no_drift(same: Case) -> None:
    assert decide(same) is None


WRONG: list[tuple[str, Case, str]] = [
    ("rounding", case(answer("8.004"), charged("8")), "rewrite_prices"),
    ("currency", case(sells_in=False), "enable_currency"),
    ("not_in_erp", case(REFUSED, charged("8")), "price_in_erp"),
    ("unruled_list", case(answer("9"), lists={LIST: held(rules={}, group_ids=())}), "rule_list"),
    (
        "unruled_list",  # somebody else's
        case(answer("9"), lists={LIST: held(rules={}, group_ids=())}, ours=frozenset()),
        "draft_list",
    ),
    (
        "unruled_list",  # due, but its condition names another group
        case(shop=charged("10", **LIST_PRICE), lists={LIST: held(group_ids=("cusgroup_9",))}),
        "rule_list",
    ),
    ("missing_list", case(shop=charged("10", **LIST_PRICE), lists={}), "rewrite_prices"),
    (
        "missing_list",  # never written
        case(
            shop=charged("10", **LIST_PRICE),
            rows=(row("8", list_id="", price_id="", fingerprint=""),),
        ),
        "rewrite_prices",
    ),
    (
        "missing_list",  # a rule of which the copy has nothing
        case(shop=charged("10", **LIST_PRICE), rows=()),
        "rerun_prices",
    ),
    (
        "list_draft",
        case(shop=charged("10", **LIST_PRICE), lists={LIST: held(is_active=False)}),
        "activate_list",
    ),
    (
        "list_dates",
        case(shop=charged("10", **LIST_PRICE), lists={LIST: held(starts_at=NOW + DAY)}),
        "date_list",
    ),
    ("not_in_group", case(shop=charged("10", group_ids=(), **LIST_PRICE)), "join_group"),
    ("stale_row", case(shop=charged("7"), there={"price_1": there("7")}), "rewrite_prices"),
    ("stale_row", case(shop=charged("10", **LIST_PRICE), there={}), "rewrite_prices"),
    ("stale_row", case(answer("9")), "rerun_prices"),  # changed in the ERP since it was read
    (
        "tier",
        case(
            shop=charged("10", **LIST_PRICE),
            there={"price_1": there("8", min_quantity=Decimal(20))},
        ),
        "rewrite_prices",
    ),
    (
        "tier",  # the ERP's step begins earlier now
        case(
            shop=charged("10", **LIST_PRICE),
            rows=(row("8", min_quantity=Decimal(20)), row("10", pk=2, ref="2")),
            there={},
        ),
        "rerun_prices",
    ),
    (
        "held_back",
        case(
            shop=charged("10", **LIST_PRICE),
            rows=(row("8", list_id="", price_id="", fingerprint=""),),
            problems={1: "Two prices contradict each other."},
        ),
        "clear_up",
    ),
    (
        "stale_row",  # in our list, and no price of the ERP
        case(
            shop=charged("7", price_id="price_8"),
            there={"price_1": there("8"), "price_8": there("7", price_id="price_8")},
            claimed=frozenset({"price_1"}),
        ),
        "remove_row",
    ),
    (
        "other_price",
        case(shop=charged("7", price_id="price_9", list_id="plist_9")),
        "remove_price",
    ),
    (
        "precedence",
        case(
            shop=charged("7", price_id="price_9", list_id="plist_9"),
            ours=frozenset({LIST, "plist_9"}),
        ),
        "set_precedence",
    ),
    ("no_price", case(shop=charged(None, price_id="", list_id="")), "publish"),
    ("unknown", case(shop=charged("10", **LIST_PRICE)), "look"),
    ("not_compared", case(refused="The ERP: unknown customer."), ""),
    ("not_compared", case(answer("8", currency="USD")), ""),
    ("not_compared", case(shop=charged("9.52", is_tax_inclusive=True)), "exclude_tax"),
]


@pytest.mark.parametrize(
    ("cause", "wrong", "do"), WRONG, ids=[f"{n}-{one[0]}" for n, one in enumerate(WRONG)]
)
def test_drift_has_its_cause_a_sentence_and_a_plan(cause: str, wrong: Case, do: str) -> None:
    finding = decide(wrong)

    assert finding is not None
    assert (finding.cause, finding.step.get("do", "")) == (cause, do), finding.found
    assert finding.found
    assert bool(finding.plan) == bool(do)


def test_price_that_is_planned_right_needs_its_list_to_hold_that_day() -> None:
    ends = {LIST: held(ends_at=NOW - DAY)}

    assert decide(case(is_planned=True)) is None
    finding = decide(case(is_planned=True, lists=ends))

    assert finding is not None
    assert (finding.cause, finding.step["do"]) == ("list_dates", "date_list")


def test_everyones_price_of_a_later_day_is_written_when_the_day_comes() -> None:
    later = row("8", audience="everyone", audience_ref="", list_id="", price_id="", fingerprint="")

    assert decide(case(is_planned=True, rows=(later,), there={})) is None


def test_yen_are_compared_without_digits() -> None:
    yen = {"currency": "JPY"}
    asked = replace(question(**yen), quantity=Decimal(1))
    same = case(answer("1500.4", **yen), charged("1500", **yen), question=asked)

    assert decide(same) is None
    assert decide(replace(same, question=replace(asked, quantity=Decimal(100)))) is not None


def test_own_price_of_the_customer_is_due_before_that_of_everyone() -> None:
    own = row("8", pk=2, ref="own", audience="customer", audience_ref="42", offer="own",
              list_id="", price_id="", fingerprint="")  # fmt: skip
    everyone = row("8", audience="everyone", audience_ref="", offer="all", list_id="")

    finding = decide(case(shop=charged("10", **LIST_PRICE), rows=(everyone, own)))

    assert finding is not None
    assert (finding.cause, finding.step["refs"]) == ("missing_list", ["own"])


def test_price_of_another_single_customer_is_never_due() -> None:
    other = row("8", audience="customer", audience_ref="99")

    finding = decide(case(shop=charged("10", **LIST_PRICE), rows=(other,)))

    assert finding is not None
    assert finding.cause == "missing_list"
    assert "of which the copy has no price" in finding.found


def test_erp_that_names_no_list_is_taken_at_its_amount() -> None:
    said = answer("8", pricelist_ref="", rule_ref="")

    finding = decide(case(said, charged("10", group_ids=(), **LIST_PRICE)))

    assert finding is not None
    assert (finding.cause, finding.step["group"]) == ("not_in_group", GROUP)
