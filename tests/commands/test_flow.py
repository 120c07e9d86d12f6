"""`manage.py flow`."""

from datetime import UTC, datetime

import pytest

from integrations.engine.models import SyncJob
from integrations.management.run_verbs import watched
from integrations.models import Flow, StateChange
from tests.commands.conftest import Say
from tests.factories import NOON, ConnectionFactory, FlowFactory, OrderFactory, RunFactory

pytestmark = pytest.mark.django_db


def test_a_flow_is_added_and_off(say: Say) -> None:
    ConnectionFactory(name="Shop")
    ConnectionFactory(name="Books", erp=True)

    added = say(
        "flow", "add", "--kind", "orders", "--source", "Shop", "--target", "Books", "--json"
    )

    assert added.json["mode"] == "off"
    assert Flow.objects.get().target.name == "Books"
    assert StateChange.objects.get(subject="flow").reason == "added"


def test_a_flow_in_the_wrong_direction_is_refused(say: Say) -> None:
    ConnectionFactory(name="Shop")
    ConnectionFactory(name="Books", erp=True)

    said = say("flow", "add", "--kind", "products", "--source", "Shop", "--target", "Books")

    assert said.code == 1
    assert "from the erp to the storefront" in said.refusal
    assert not Flow.objects.exists()


def test_the_same_flow_is_not_added_twice(say: Say) -> None:
    flow = FlowFactory()
    ends = ("--source", flow.source.name, "--target", flow.target.name)

    said = say("flow", "add", "--kind", "orders", *ends)

    assert (said.code, "already a flow" in said.refusal) == (1, True)


def test_the_list_shows_mode_and_last_run(say: Say) -> None:
    run = RunFactory(flow__kind="products", created=13)

    told = say("flow", "list").out
    (row,) = say("flow", "list", "--json").json

    assert "13 created, 0 changed, 0 failed" in told
    assert (row["id"], row["last_run"]["id"]) == (run.flow.pk, run.pk)


def test_an_empty_list_is_said_in_words(say: Say) -> None:
    assert "no flow" in say("flow", "list").out


def test_going_live_takes_a_start_instant_and_keeps_why(say: Say) -> None:
    flow = FlowFactory()

    said = say(
        "flow", "set-mode", "orders", "live",
        "--reason", "tested in shadow for a week",
        "--live-from", "2026-11-01T06:00",
    )  # fmt: skip

    flow.refresh_from_db()
    assert "is live, for orders placed from 2026-11-01 06:00 UTC" in said.out
    assert flow.live_from == datetime(2026, 11, 1, 6, tzinfo=UTC)
    assert StateChange.objects.get(subject="flow").reason == "tested in shadow for a week"


def test_a_second_owner_of_the_same_data_is_refused(say: Say) -> None:
    live = FlowFactory(live=True)
    rival = FlowFactory(source=live.source)

    said = say("flow", "set-mode", rival.pk, "live", "--reason", "why not")

    assert (said.code, "already" in said.refusal) == (1, True)


def test_an_instant_that_is_none_is_wrong_usage(say: Say) -> None:
    FlowFactory()

    said = say("flow", "set-mode", "orders", "live", "--reason", "x", "--live-from", "soon")

    assert (said.code, "--live-from" in said.refusal) == (1, True)


def test_a_run_is_asked_for_once(say: Say) -> None:
    FlowFactory(kind="products", mode="live", source__erp=True, target__erp=False)

    first = say("flow", "run", "products", "--json").json
    again = say("flow", "run", "products", "--json").json

    assert first["job"] == again["job"] == SyncJob.objects.get().pk


def test_a_complete_run_reads_everything(say: Say) -> None:
    flow = FlowFactory(
        kind="products",
        mode="shadow",
        source=ConnectionFactory(erp=True),
        target=ConnectionFactory(),
        covered_until=NOON,
        settings={"complete_every_h": "0"},
    )

    say("flow", "run", flow.pk, "--complete")

    assert flow.runs.get().window_start is None


def test_a_flow_that_is_off_does_not_run(say: Say) -> None:
    FlowFactory(kind="products")

    said = say("flow", "run", "products")

    assert (said.code, "is off" in said.refusal) == (1, True)


def test_an_ambiguous_flow_is_not_guessed(say: Say) -> None:
    FlowFactory()
    FlowFactory()

    said = say("flow", "run", "orders")

    assert (said.code, "There are 2 flows" in said.refusal) == (1, True)


def test_a_chosen_order_is_sent_although_it_is_old(say: Say) -> None:
    flow = FlowFactory(live=True)

    sent = say("flow", "send", str(flow.pk), "order_old", "--json")

    assert sent.json == [{"order": sent.json[0]["order"], "storefront_ref": "order_old"}]
    job = SyncJob.objects.get(kind="push_order")
    assert job.payload["forced"] is True


def test_one_refused_order_does_not_hide_that_others_are_sent(say: Say) -> None:
    flow = FlowFactory(live=True)
    OrderFactory(storefront=flow.source, storefront_ref="order_gone", state="cancelled")

    said = say("flow", "send", flow.pk, "order_gone", "order_old")

    assert said.code == 1
    assert "order_gone is not sent:" in said.refusal
    assert said.out == "order_old is being sent.\n"
    assert SyncJob.objects.get(kind="push_order").key == "order:order_old"


def test_nothing_is_sent_while_the_flow_is_off(say: Say) -> None:
    flow = FlowFactory()

    said = say("flow", "send", str(flow.pk), "order_old")

    assert said.code == 1
    assert "off or in shadow mode" in said.refusal


def test_settings_of_a_flow_are_checked_and_kept_in_its_history(say: Say) -> None:
    flow = FlowFactory(kind="products")

    set_it = ("flow", "set", flow.pk, "--setting")
    said = say(*set_it, "currency=eur", "--setting", "complete_every_h=")
    wrong = say(*set_it, "complete_every_h=often")
    unknown = say(*set_it, "changes=hold")

    flow.refresh_from_db()
    assert (said.code, flow.settings) == (0, {"currency": "EUR"})
    assert StateChange.objects.get(subject="flow").reason == "currency: default → EUR"
    assert "whole number of hours" in wrong.refusal
    assert "have no setting 'changes'" in unknown.refusal


def test_setting_without_a_value_goes_back_to_the_default(say: Say) -> None:
    flow = FlowFactory(settings={"changes": "hold"})

    say("flow", "set", "orders", "--setting", "changes=")

    flow.refresh_from_db()
    assert flow.settings == {}


# ---------------------------------------------------------------- runs and schedules


@pytest.fixture
def products() -> Flow:
    made: Flow = FlowFactory(
        kind="products",
        mode="assisted",
        source=ConnectionFactory(erp=True),
        target=ConnectionFactory(),
        schedule="0 2 * * *",
    )
    return made


def test_runs_are_listed_with_their_counts_and_by_flow(say: Say, products: Flow) -> None:
    ours = RunFactory(flow=products, read=412, removed=3)
    RunFactory()

    told = say("flow", "runs", "products" if Flow.objects.count() == 1 else products.pk)
    rows = say("flow", "runs", products.pk, "--json").json

    assert "412" in told.out
    assert [(row["id"], row["removed"]) for row in rows] == [(ours.pk, 3)]


def test_open_run_is_cancelled_with_a_reason(say: Say, products: Flow) -> None:
    run = RunFactory(flow=products, state="running", finished_at=None)

    said = say("flow", "cancel", run.pk, "--reason", "wrong list")
    again = say("flow", "cancel", run.pk, "--reason", "wrong list")

    run.refresh_from_db()
    assert (said.code, run.state) == (0, "cancelled")
    assert "wrong list" in run.note
    assert (again.code, "has ended" in again.refusal) == (1, True)


def test_removals_are_allowed(say: Say, products: Flow) -> None:
    run = RunFactory(flow=products, mode="assisted", read=10, removed=90)

    said = say("flow", "allow-removals", run.pk, "--reason", "cleared out")

    run.refresh_from_db()
    assert said.code == 0
    assert "(command line)" in run.removals_allowed_by


def test_schedule_is_paused_and_resumed(say: Say, products: Flow) -> None:
    paused = say("flow", "pause", "products", "--reason", "stocktaking")
    assert say("flow", "list", "--json").json[0]["paused"] is True

    resumed = say("flow", "resume", "products", "--reason", "counted")

    assert (paused.code, resumed.code) == (0, 0)
    assert "runs next at" in resumed.out


def test_watching_says_how_it_ended(say: Say, products: Flow) -> None:
    run = RunFactory(flow=products, read=5, changed=5, note="all well")

    def ended(words: str) -> None:
        assert "5 read" in words
        assert "all well" in words

    ended("\n".join(watched(run.pk, say=print_nothing).lines))
    run.state, run.note = "failed", "The ERP is down."
    run.save()
    assert watched(run.pk, say=print_nothing).refusal == "The ERP is down."


def print_nothing(line: str) -> None:
    raise AssertionError(f"nothing is to be said of a run that has ended: {line}")


def test_going_live_without_a_clean_plan_is_refused_or_said(say: Say, products: Flow) -> None:
    switch = ("flow", "set-mode", "products", "live", "--reason", "hurry")

    refused = say(*switch)
    allowed = say(*switch, "--despite-plan")

    assert (refused.code, "--despite-plan" in refused.refusal) == (1, True)
    assert allowed.code == 0
    assert "Went live despite" in StateChange.objects.get(after="live").reason
