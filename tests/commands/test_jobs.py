"""`manage.py jobs`."""

import pytest

from integrations.engine.models import JobState, SyncJob
from tests.commands.conftest import Say
from tests.factories import (
    AttemptFactory,
    JobMoveFactory,
    OrderFactory,
    StepFactory,
    SyncJobFactory,
)

pytestmark = pytest.mark.django_db


def test_the_list_says_why_a_job_stands_still(say: Say) -> None:
    SyncJobFactory(parked=True)
    SyncJobFactory(done=True)

    said = say("jobs", "list")

    assert "Needs a person: Company Ltd has no counterpart" in said.out
    assert len(said.out.splitlines()) == 2  # the head and the open job


def test_the_list_can_be_narrowed(say: Say) -> None:
    order = OrderFactory(display_id="1042")
    mine = SyncJobFactory(parked=True, key=order.key)
    SyncJobFactory(parked=True, kind="change_order")
    SyncJobFactory(done=True)

    by_order = say("jobs", "list", "--order", "#1042", "--json").json
    by_kind = say("jobs", "list", "--kind", "change_order", "--json").json
    by_state = say("jobs", "list", "--state", "done", "--json").json

    assert [row["id"] for row in by_order] == [mine.pk]
    assert [row["kind"] for row in by_kind] == ["change_order"]
    assert [row["state"] for row in by_state] == ["done"]


def test_jobs_of_an_unknown_order_are_refused_not_empty(say: Say) -> None:
    said = say("jobs", "list", "--order", "9999")

    assert (said.code, "no order '9999'" in said.refusal) == (1, True)


def test_no_job_is_said_in_words(say: Say) -> None:
    assert "no such job" in say("jobs", "list").out


def test_showing_a_job_tells_steps_tries_and_moves(say: Say) -> None:
    job = SyncJobFactory(parked=True)
    step = StepFactory(job=job, n=1, name="create")
    AttemptFactory(step=step, outcome="rejected", message="The ERP refused the order.")
    JobMoveFactory(job=job, reason="refused", actor="worker")

    told = say("jobs", "show", job.pk).out
    row = say("jobs", "show", job.pk, "--json").json

    assert "1. create: open" in told
    assert "rejected in 120 ms by worker: The ERP refused the order." in told
    assert "queued → parked by worker: refused" in told
    assert row["steps"][0]["attempts"][0]["outcome"] == "rejected"
    assert row["moves"][0]["to"] == "parked"


def test_showing_an_unknown_job_is_refused(say: Say) -> None:
    said = say("jobs", "show", 12345)

    assert (said.code, "no job 12345" in said.refusal) == (1, True)


def test_requeuing_keeps_who_and_why(say: Say) -> None:
    job = SyncJobFactory(parked=True)

    said = say("jobs", "requeue", job.pk, "--reason", "customer is linked now")

    move = job.moves.get()
    assert said.code == 0
    assert SyncJob.objects.get(pk=job.pk).state == JobState.QUEUED
    assert move.reason == "customer is linked now"
    assert "command line" in move.actor


def test_one_refusal_does_not_keep_the_others_from_it(say: Say) -> None:
    done, parked = SyncJobFactory(done=True), SyncJobFactory(parked=True)

    said = say("jobs", "requeue", done.pk, parked.pk, "--json")

    assert said.code == 1
    assert f"Job {done.pk} cannot be requeued" in said.refusal
    assert said.json[1] == {"id": parked.pk, "done": "requeued"}
    assert SyncJob.objects.get(pk=parked.pk).state == JobState.QUEUED


def test_cancelling_needs_a_reason_and_ends_the_job(say: Say) -> None:
    order = OrderFactory(held=True)
    job = SyncJobFactory(parked=True, key=order.key, payload={"order": order.pk})

    unexplained = say("jobs", "cancel", job.pk)
    said = say("jobs", "cancel", job.pk, "--reason", "placed twice by the buyer")

    assert "--reason" in unexplained.refusal
    assert f"Job {job.pk} is cancelled." in said.out
    assert SyncJob.objects.get(pk=job.pk).state == JobState.CANCELLED


def test_holding_needs_a_reason_and_releasing_ends_it(say: Say) -> None:
    job = SyncJobFactory()

    unexplained = say("jobs", "hold", job.pk)
    held = say("jobs", "hold", job.pk, "--reason", "stock count")
    state = SyncJob.objects.get(pk=job.pk).state
    released = say("jobs", "release", job.pk)

    assert "--reason" in unexplained.refusal
    assert (held.out, state) == (f"Job {job.pk} is held.\n", JobState.WAITING)
    assert released.out == f"Job {job.pk} is released.\n"
    assert SyncJob.objects.get(pk=job.pk).state == JobState.QUEUED


def test_a_step_that_was_done_by_hand_is_skipped(say: Say) -> None:
    job = SyncJobFactory(parked=True, kind="send_alert")
    step = StepFactory(job=job, n=1, name="create")

    unknown = say("jobs", "skip", job.pk, "--step", "fly", "--reason", "no")
    said = say("jobs", "skip", job.pk, "--step", "create", "--reason", "entered by hand")

    assert "no unfinished step fly" in unknown.refusal
    assert said.out == f"Job {job.pk} is going on without create.\n"
    step.refresh_from_db()
    assert step.state == "skipped"


@pytest.mark.parametrize("limit", ["-1", "0", "many"])
def test_a_limit_that_is_none_is_wrong_usage(say: Say, limit: str) -> None:
    said = say("jobs", "list", "--limit", limit)

    assert (said.code, "--limit" in said.refusal) == (1, True)
