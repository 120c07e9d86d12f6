"""The whole product under a seeded run of faults; and the proof that its checker can fail."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.faults import nemesis
from tests.faults.nemesis import pace, schedule
from tests.faults.nemesis.checker import Held, judge_orders
from tests.faults.nemesis.schedule import ROLES, Plan

SEED = 20261126


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.slow
@pytest.mark.timeout(300)  # how soon all must be right again is for the run itself to judge
def test_half_a_minute_of_faults_loses_and_doubles_nothing(
    django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> None:
    with django_db_blocker.unblock():
        report = nemesis.run(SEED, 30, folder=tmp_path)

    assert not report.failed, "\n".join(report.lines())
    assert report.orders > 12
    assert sum(row.times for row in report.rows) > 10


def planned(seed: int, seconds: float = 30) -> Plan:
    return schedule.plan(seed, seconds, lease_s=pace.LEASE_S)


def test_the_plan_is_a_pure_function_of_the_seed() -> None:
    assert planned(7) == planned(7)
    assert planned(7) != planned(8)


def test_a_long_run_meets_every_kind_of_fault() -> None:
    plans = [planned(seed, 300) for seed in range(9)]

    assert {one.broker for one in plans} == set(schedule.BROKERS)
    for one in plans:
        names = {fault.name for fault in one.faults}
        assert {f"{what} {role}" for what in ("kill", "stop") for role in ROLES} <= names
        assert {f"erp {dial}" for dial in (*schedule.ANSWERS, "refuse")} <= names
        assert {f"events {how}" for how in schedule.EVENTS} <= names
        assert ("redis stop" in names) == (one.broker == "redis")


def test_two_faults_of_one_system_never_overlap() -> None:
    for seed in range(20):
        ends: dict[str, float] = {}
        for fault in planned(seed, 120).faults:
            if fault.what in {"kill", "stop"}:
                continue
            assert fault.at > ends.get(fault.what, 0.0)
            ends[fault.what] = fault.ends


def test_a_stop_lasts_longer_than_a_lease() -> None:
    stops = [fault for fault in planned(3, 300).faults if fault.what == "stop"]

    assert min(fault.seconds for fault in stops) > pace.LEASE_S


# ---------------------------------------------------------------- the checker can fail


def in_shop(**changes: Any) -> dict[str, Any]:
    whole = {"status": "pending", "total": "119.00", "metadata": {"erp_number": "S1"}}
    return {**whole, **changes}


def in_erp(**changes: Any) -> dict[str, Any]:
    return {"name": "S1", "state": "sale", "amount_total": 119.0, **changes}


def held(shop: dict[str, Any], *erp: dict[str, Any]) -> Held:
    return Held(order_id="order_1", in_shop=shop, in_erp=erp)


def test_one_confirmed_order_is_right() -> None:
    assert judge_orders([held(in_shop(), in_erp())], placed=["order_1"]).are_clean


def test_a_lost_order_is_found() -> None:
    assert judge_orders([held(in_shop())], placed=["order_1"]).lost == ["order_1"]


def test_an_order_that_is_cancelled_in_the_erp_alone_is_lost() -> None:
    findings = judge_orders([held(in_shop(), in_erp(state="cancel"))], placed=["order_1"])

    assert findings.lost == ["order_1"]


@pytest.mark.parametrize("second", ["sale", "draft", "cancel"])
def test_a_doubled_order_is_found(second: str) -> None:
    twice = held(in_shop(), in_erp(), in_erp(name="S2", state=second))

    assert judge_orders([twice], placed=["order_1"]).doubled == ["order_1"]


@pytest.mark.parametrize(
    ("shop", "erp"),
    [
        (in_shop(), in_erp(state="draft")),
        (in_shop(), in_erp(amount_total=118.99)),
        (in_shop(metadata=None), in_erp()),
        (in_shop(metadata={"erp_number": "S9"}), in_erp()),
        (in_shop(status="canceled"), in_erp()),
    ],
    ids=["unconfirmed", "other total", "no number", "other number", "not cancelled"],
)
def test_an_order_that_is_not_as_it_must_be_is_found(
    shop: dict[str, Any], erp: dict[str, Any]
) -> None:
    assert list(judge_orders([held(shop, erp)], placed=["order_1"]).wrong) == ["order_1"]


def test_an_order_that_the_shop_forgot_is_found() -> None:
    assert list(judge_orders([], placed=["order_1"]).wrong) == ["order_1"]


def test_a_cancelled_order_needs_none_in_the_erp() -> None:
    cancelled = in_shop(status="canceled")

    assert judge_orders([held(cancelled)], placed=["order_1"]).are_clean
    assert judge_orders([held(cancelled, in_erp(state="cancel"))], placed=["order_1"]).are_clean


@pytest.mark.parametrize(("times", "column"), [(0, "wrong"), (2, "repeated")])
def test_a_payment_that_is_not_told_once_is_found(times: int, column: str) -> None:
    paid = in_shop(payment_collections=[{"payments": [{"captures": [{"amount": 119}]}]}])
    told = in_erp(log=["Payment captured in the storefront: 119"] * times)

    findings = judge_orders([held(paid, told)], placed=["order_1"])
    assert list(getattr(findings, column)) == findings.orders == ["order_1"]


@pytest.mark.parametrize(("times", "column"), [(0, "wrong"), (2, "repeated")])
def test_a_delivery_that_is_not_one_fulfilment_is_found(times: int, column: str) -> None:
    fulfilled = in_shop(fulfillments=[{"canceled_at": None}] * times)
    shipped = in_erp(deliveries=[{"state": "done"}])

    findings = judge_orders([held(fulfilled, shipped)], placed=["order_1"])
    assert list(getattr(findings, column)) == findings.orders == ["order_1"]
