"""An ERP that takes two orders with one reference: found, repaired if untouched, always shown."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.admin.timeline import of_order
from integrations.engine import runner, verbs
from integrations.engine.models import JobState, SyncJob
from integrations.flows.modes import set_mode
from integrations.flows.orders.doubles import sweep
from integrations.flows.orders.recheck import start_recheck
from integrations.models import Alert, Flow, Issue
from integrations.models.order import OrderState
from tests.support.keyless.world import KeylessWorld, keyless_world

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("fast_engine")]


@pytest.fixture
def world(transactional_db: None, settings) -> Iterator[KeylessWorld]:
    settings.ALERT_EMAILS = ["ops@example.com"]
    with keyless_world() as made:
        yield made


def settle() -> None:
    """Runs what is due, and what waits for a moment, until nothing moves."""
    for _ in range(20):
        SyncJob.objects.filter(state__in=("queued", "compensating")).update(
            due_at=timezone.now() - timedelta(seconds=1)
        )
        if not runner.drain():
            return


def sweep_once() -> None:
    sweep.start_sweeps(timezone.now())
    settle()


def sent(world: KeylessWorld) -> str:
    order_id = world.place()
    settle()
    assert world.order(order_id).state == OrderState.CONFIRMED
    return order_id


def numbers(rows: list[dict]) -> list[str]:
    return [row["number"] for row in rows]


def test_second_order_that_nobody_touched_is_cancelled_and_told(world: KeylessWorld) -> None:
    order_id = sent(world)
    second = world.send_again(order_id)

    sweep_once()

    order = world.order(order_id)
    assert numbers(world.erp.living(order_id)) == [order.erp_number]
    assert world.erp.orders[second]["state"] == "cancelled"
    issue = Issue.objects.get(kind="doubled")
    assert (issue.state, issue.count) == ("open", 1)
    assert "twice" in issue.title
    assert Alert.objects.filter(cause__endswith="doubled").exists()
    told = [entry.detail for entry in of_order(order, with_exchanges=False).entries]
    assert any("took" in words and "twice" in words for words in told)
    assert order.state == OrderState.CONFIRMED


def test_second_order_that_somebody_worked_with_is_left_to_a_person(world: KeylessWorld) -> None:
    order_id = sent(world)
    second = world.send_again(order_id)
    world.erp.touch(second)

    sweep_once()

    assert len(world.erp.living(order_id)) == 2
    assert world.erp.worked("orders.cancel") == []
    job = SyncJob.objects.get(kind="settle_double")
    assert (job.state, job.error_reason) == (JobState.PARKED, "order_doubled")
    issue = Issue.objects.get(kind="needs_operator")
    for number in numbers(world.erp.living(order_id)):
        assert number in issue.title
    assert "requeue" in issue.hint
    assert world.order(order_id).state == OrderState.CONFIRMED


def test_question_closes_when_a_person_has_cancelled_one(world: KeylessWorld) -> None:
    order_id = sent(world)
    second = world.send_again(order_id)
    world.erp.touch(second)
    sweep_once()
    world.erp.orders[second]["state"] = "cancelled"  # by hand, in the ERP

    verbs.requeue(SyncJob.objects.get(kind="settle_double"), actor="olga.operator")
    settle()

    assert SyncJob.objects.get(kind="settle_double").state == JobState.DONE
    assert Issue.objects.get(kind="needs_operator").state == "resolved"


def test_each_case_is_counted(world: KeylessWorld) -> None:
    for _ in range(3):
        world.send_again(sent(world))

    sweep_once()
    sweep_once()

    issue = Issue.objects.get(kind="doubled")
    assert issue.count == 3
    assert issue.items.values("order").distinct().count() == 3
    assert len(world.erp.worked("orders.cancel")) == 3


def test_lost_answer_of_the_cancel_is_told_once(world: KeylessWorld) -> None:
    order_id = sent(world)
    world.send_again(order_id)
    world.erp.dials.set("lose_answer", times=1, only="orders.cancel")

    sweep_once()
    settle()

    assert len(world.erp.living(order_id)) == 1
    assert Issue.objects.get(kind="doubled").count == 1


def test_push_that_stopped_at_two_orders_goes_on(world: KeylessWorld) -> None:
    world.erp.dials.set("fail", only="orders.confirm")
    order_id = world.place()
    runner.drain()
    world.send_again(order_id)
    world.erp.dials.clear()
    settle()
    push = SyncJob.objects.get(kind="push_order")
    assert (push.state, push.error_reason) == (JobState.PARKED, "ambiguous_order")

    sweep_once()

    push.refresh_from_db()
    assert push.state == JobState.DONE
    [living] = world.erp.living(order_id)
    assert living["state"] == "confirmed"
    assert world.order(order_id).erp_number == living["number"]


def test_order_that_appears_after_its_cancellation_is_cancelled_too(world: KeylessWorld) -> None:
    order_id = sent(world)
    world.shop.cancel(order_id)
    start_recheck(world.order(order_id), actor="event 2")
    settle()
    assert world.order(order_id).state == OrderState.CANCELLED
    world.send_again(order_id)

    sweep_once()

    assert world.erp.living(order_id) == []
    assert "which is cancelled" in Issue.objects.get(kind="doubled").title


def test_order_that_the_portal_does_not_know_as_sent_is_shown(world: KeylessWorld) -> None:
    world.erp.dials.set("fail", only="orders.list")
    order_id = world.place()
    runner.drain()
    push = SyncJob.objects.get(kind="push_order")
    verbs.cancel(push, actor="olga.operator", reason="not now")
    world.erp.dials.clear()
    settle()
    with world.erp.lock:
        world.erp.orders["77"] = {
            "ref": "77",
            "number": "K-1077",
            "our_ref": order_id,
            "created_at": timezone.now().isoformat(),
            "state": "draft",
            "edited_by": "",
            "is_delivered": False,
        }

    sweep_once()

    job = SyncJob.objects.get(kind="settle_double")
    assert job.state == JobState.PARKED
    assert "does not know as sent" in job.error_text
    assert world.erp.orders["77"]["state"] == "draft"


def test_goods_that_left_are_left_to_a_person(world: KeylessWorld) -> None:
    order_id = sent(world)
    second = world.send_again(order_id)
    world.erp.deliver(second)

    sweep_once()

    assert len(world.erp.living(order_id)) == 2
    assert SyncJob.objects.get(kind="settle_double").state == JobState.PARKED


def test_nothing_is_looked_for_while_the_flow_does_not_write(world: KeylessWorld) -> None:
    set_mode(world.orders, Flow.Mode.SHADOW, actor="iris.admin")

    assert sweep.start_sweeps(timezone.now()) == []


def test_sound_orders_start_nothing_and_the_window_moves_on(world: KeylessWorld) -> None:
    for _ in range(5):
        sent(world)

    sweep_once()

    assert not SyncJob.objects.filter(kind="settle_double").exists()
    world.orders.refresh_from_db()
    assert world.orders.cursor["doubles"]["place"] is None
    assert SyncJob.objects.get(kind="sweep_doubles").steps.get().output["seen"] == 5
