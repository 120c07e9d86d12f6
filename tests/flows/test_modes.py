"""Switching flows: guarded, and kept in history."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.errors import NeedsOperator
from integrations.flows.modes import set_mode
from integrations.models import Flow, StateChange
from tests.factories import ConnectionFactory, FlowFactory, RunFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def products_flow(**fields: object) -> Flow:
    ends = {"source": ConnectionFactory(erp=True), "target": ConnectionFactory()}
    flow: Flow = FlowFactory(kind="products", **(ends | fields))
    return flow


def test_each_switch_is_history_with_who_and_why() -> None:
    flow = products_flow()

    set_mode(flow, "shadow", actor="olga", reason="have a look", now=NOW)
    RunFactory(flow=flow, mode="shadow", finished_at=NOW)
    set_mode(flow, "live", actor="olga", reason="looks good", now=NOW)

    moves = StateChange.objects.filter(subject="flow", subject_id=flow.pk).order_by("id")
    assert [(one.before, one.after, one.actor, one.reason, one.at) for one in moves] == [
        ("off", "shadow", "olga", "have a look", NOW),
        ("shadow", "live", "olga", "looks good", NOW),
    ]
    assert flow.mode == "live"


def test_same_mode_again_changes_nothing() -> None:
    flow = products_flow(mode="live")

    set_mode(flow, "live", actor="olga", now=NOW)

    assert not StateChange.objects.exists()


@pytest.mark.parametrize("mode", ["assisted", "live"])
def test_order_flow_starts_now_unless_told_otherwise(mode: str) -> None:
    flow = FlowFactory()

    assert set_mode(flow, mode, actor="olga", now=NOW).live_from == NOW


def test_order_flow_starts_anew_after_it_was_off() -> None:
    flow = FlowFactory()
    set_mode(flow, "live", actor="olga", live_from=NOW - timedelta(days=3), now=NOW)

    set_mode(flow, "off", actor="olga", now=NOW)
    set_mode(flow, "live", actor="olga", now=NOW + timedelta(days=1))

    assert flow.live_from == NOW + timedelta(days=1)


def test_order_flow_keeps_its_start_between_assisted_and_live() -> None:
    flow = FlowFactory()
    set_mode(flow, "assisted", actor="olga", live_from=NOW - timedelta(days=3), now=NOW)

    set_mode(flow, "live", actor="olga", now=NOW)

    assert flow.live_from == NOW - timedelta(days=3)


def test_earlier_start_makes_the_sweep_begin_again() -> None:
    flow = FlowFactory(cursor={"swept_until": NOW.isoformat(), "payments_after": 7})

    set_mode(flow, "live", actor="olga", live_from=NOW - timedelta(hours=1), now=NOW)

    assert flow.cursor == {"payments_after": 7}


def test_new_start_of_a_live_flow_is_taken_over() -> None:
    flow = FlowFactory(live=True)

    set_mode(flow, "live", actor="olga", live_from=NOW, now=NOW)

    assert flow.live_from == NOW


def test_start_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        set_mode(FlowFactory(), "live", actor="olga", live_from=datetime(2026, 1, 1))  # noqa: DTZ001


def test_data_is_never_owned_twice() -> None:
    owner = products_flow(mode="live")
    rival = products_flow(target=owner.target)

    with pytest.raises(NeedsOperator, match="write the same data"):
        set_mode(rival, "live", actor="olga", now=NOW)

    assert set_mode(rival, "shadow", actor="olga", now=NOW).mode == "shadow"


def test_orders_of_one_storefront_go_to_one_erp() -> None:
    owner = FlowFactory(live=True)
    rival = FlowFactory(source=owner.source)

    with pytest.raises(NeedsOperator, match="already"):
        set_mode(rival, "assisted", actor="olga", now=NOW)


def test_flow_between_the_wrong_ends_cannot_write() -> None:
    flow = FlowFactory(
        kind="orders", source=ConnectionFactory(erp=True), target=ConnectionFactory()
    )

    with pytest.raises(NeedsOperator, match="orders goes from the storefront to the erp"):
        set_mode(flow, "live", actor="olga", now=NOW)


def test_kind_that_does_not_exist_yet_cannot_write() -> None:
    flow = FlowFactory(kind="rfqs", source=ConnectionFactory(erp=True), target=ConnectionFactory())

    with pytest.raises(NeedsOperator, match="no flow of the kind 'rfqs'"):
        set_mode(flow, "live", actor="olga", now=NOW)


# ---------------------------------------------------------------- going live


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (None, "never been run in shadow"),
        ({"state": "failed"}, "did not end: it is failed"),
        ({"finished_at": NOW - timedelta(hours=25)}, "is 25 h old"),
        ({"window_start": NOW}, "is of what changed only"),
        ({"failed": 3}, "has 3 failed records"),
        ({"skipped": 2}, "leaves out 2 records: its plan says why"),
        ({"basis": "of other settings"}, "made with other settings, connections or mappings"),
        ({"read": 100, "removed": 40}, "removes 40 records"),
    ],
)
def test_batch_flow_does_not_go_live_without_a_clean_plan(
    run: dict[str, object] | None, words: str
) -> None:
    flow = products_flow(mode="shadow")
    if run is not None:
        RunFactory(**{"flow": flow, "mode": "shadow", "finished_at": NOW, **run})

    with pytest.raises(NeedsOperator, match=words):
        set_mode(flow, "live", actor="olga", now=NOW)

    assert Flow.objects.get().mode == "shadow"


def test_who_goes_live_nevertheless_is_kept_with_what_was_read() -> None:
    flow = products_flow(mode="shadow")
    RunFactory(flow=flow, mode="shadow", finished_at=NOW, failed=3)

    set_mode(flow, "live", actor="olga", reason="known", despite_plan=True, now=NOW)

    kept = StateChange.objects.get(after="live")
    assert kept.actor == "olga"
    assert kept.reason.startswith("known Went live despite: ")
    assert "has 3 failed records" in kept.reason


def test_removals_that_somebody_allowed_do_not_keep_from_going_live() -> None:
    flow = products_flow(mode="shadow")
    allowed = {"removals_allowed_by": "olga", "removed": 40, "read": 100}
    RunFactory(flow=flow, mode="shadow", finished_at=NOW, **allowed)

    assert set_mode(flow, "live", actor="olga", now=NOW).mode == "live"


def test_what_runs_of_a_live_flow_did_speaks_for_nothing() -> None:
    flow = products_flow(mode="shadow")
    RunFactory(flow=flow, mode="live", finished_at=NOW)

    with pytest.raises(NeedsOperator, match="never been run in shadow"):
        set_mode(flow, "live", actor="olga", now=NOW)


def test_unknown_mode_is_refused_with_the_known_ones() -> None:
    with pytest.raises(NeedsOperator, match="off, shadow, assisted, live"):
        set_mode(FlowFactory(), "on", actor="olga", now=NOW)


def test_flow_with_a_schedule_is_due_from_when_it_is_switched_on() -> None:
    flow = products_flow(schedule="*/15 * * * *")
    RunFactory(flow=flow, mode="shadow", finished_at=NOW)

    assert set_mode(flow, "live", actor="olga", now=NOW).next_run_at == NOW + timedelta(minutes=15)
    assert set_mode(flow, "off", actor="olga", now=NOW).next_run_at is None
