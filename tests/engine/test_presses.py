"""A verb pressed for everything that matches: each member once, whoever dies in between."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from integrations.engine import presses, runner, verbs
from integrations.engine.models import (
    JobMove,
    JobState,
    KeyHead,
    Press,
    PressMember,
    SyncJob,
)
from integrations.engine.moves import MoveRefused
from integrations.engine.presses import PressVerb, work

pytestmark = pytest.mark.django_db

State = PressMember.State


def parked_jobs(number: int, *, state: str = JobState.PARKED) -> list[SyncJob]:
    first = SyncJob.objects.count()
    return SyncJob.objects.bulk_create(
        SyncJob(kind="pressed", lane="orders", key=f"key:{first + n}", seq=1, state=state)
        for n in range(number)
    )


def requeue_all(**more: object) -> Press:
    rows = SyncJob.objects.filter(kind="pressed", state=JobState.PARKED)
    return presses.open_press(
        "requeue_jobs", rows, matched="parked", actor="ann", reason="fixed", **more
    )


def states() -> list[str]:
    return list(
        SyncJob.objects.filter(kind="pressed").order_by("pk").values_list("state", flat=True)
    )


@pytest.fixture
def pressing() -> Iterator[Callable[..., list[int]]]:
    """Replaces what the verb `try_rows` does by a function of the test."""
    pressed: list[int] = []

    def declare(press: Callable[..., object]) -> list[int]:
        def note(row: SyncJob, **told: object) -> None:
            press(row)
            pressed.append(row.pk)

        rows = SyncJob.objects.filter
        presses.register(
            PressVerb(
                name="try_rows",
                does="Try",
                done="tried",
                press=note,
                rows=lambda: rows(lane="orders"),
            )
        )
        return pressed

    yield declare


def test_everything_that_matched_is_pressed_by_a_job_of_the_batch_lane() -> None:
    parked_jobs(120)

    press = requeue_all()
    ran = runner.drain("batch")

    press.refresh_from_db()
    assert (press.state, press.total, press.done) == (Press.State.DONE, 120, 120)
    assert set(states()) == {JobState.QUEUED}
    assert ran == 1
    assert press.job is not None
    assert (press.job.lane, press.job.state) == ("batch", JobState.DONE)


def test_each_member_keeps_who_and_why() -> None:
    (job,) = parked_jobs(1)

    press = requeue_all()
    runner.drain("batch")

    move = JobMove.objects.get(job=job)
    assert (move.actor, move.reason) == ("ann", f"fixed (bulk press {press.pk})")


def test_opening_a_press_takes_as_many_queries_for_many_rows_as_for_few() -> None:
    parked_jobs(3)
    with CaptureQueriesContext(connection) as few:
        requeue_all()
    parked_jobs(1000)
    with CaptureQueriesContext(connection) as many:
        press = requeue_all()

    assert len(many) <= len(few)
    assert press.total == 1003


def test_members_are_what_matched_at_the_press() -> None:
    early = parked_jobs(3)
    press = requeue_all()
    late = parked_jobs(2)
    verbs.requeue(early[0], actor="bob")  # left the filter by itself: a requeue is still right

    runner.drain("batch")

    press.refresh_from_db()
    assert (press.total, press.done) == (3, 3)
    assert states() == [JobState.QUEUED] * 3 + [JobState.PARKED] * len(late)


def test_job_that_parks_again_is_not_pressed_again(pressing: Callable[..., list[int]]) -> None:
    parked_jobs(5)
    pressed = pressing(lambda row: None)  # leaves the row as it is: it would match for ever

    presses.open_press(
        "try_rows",
        SyncJob.objects.filter(kind="pressed"),
        matched="all",
        actor="ann",
        reason="",
    )
    runner.drain("batch")

    assert len(pressed) == len(set(pressed)) == 5


def test_rows_that_a_join_doubles_are_members_once() -> None:
    (job,) = parked_jobs(1)
    for n in (1, 2):
        job.steps.create(n=n, name=f"step {n}")

    press = presses.open_press(
        "requeue_jobs",
        SyncJob.objects.filter(steps__n__gte=1),
        matched="doubled",
        actor="ann",
        reason="",
    )

    assert press.total == 1


def test_refused_and_broken_members_are_told_and_stop_nobody(
    pressing: Callable[..., list[int]],
) -> None:
    one, two, three = parked_jobs(3)

    def refuse_and_break(row: SyncJob) -> None:
        if row.pk == one.pk:
            raise MoveRefused("It is not in the mood.")
        if row.pk == two.pk:
            SyncJob.objects.filter(pk=row.pk).update(wait_reason="half done")
            raise KeyError("oops")

    pressing(refuse_and_break)
    rows = SyncJob.objects.filter(kind="pressed")
    press = presses.open_press("try_rows", rows, matched="all", actor="ann", reason="")
    runner.drain("batch")

    press.refresh_from_db()
    assert (press.done, press.skipped, press.failed) == (1, 1, 1)
    told = {member.row_id: (member.state, member.message) for member in press.members.all()}
    assert told[one.pk] == (State.SKIPPED, "It is not in the mood.")
    assert told[two.pk] == (State.FAILED, "Internal error: KeyError('oops')")
    assert told[three.pk][0] == State.DONE
    assert SyncJob.objects.get(pk=two.pk).wait_reason == ""  # nothing half done stays


def test_killed_batch_is_pressed_once_by_the_next_worker(
    pressing: Callable[..., list[int]],
) -> None:
    jobs = parked_jobs(7)
    deaths = [jobs[4].pk]

    def die_once(row: SyncJob) -> None:
        SyncJob.objects.filter(pk=row.pk).update(attempts=row.attempts + 1)
        if row.pk in deaths:
            deaths.remove(row.pk)
            raise SystemExit  # as a worker that is ended in the middle of a batch

    pressing(die_once)
    rows = SyncJob.objects.filter(kind="pressed")
    press = presses.open_press("try_rows", rows, matched="all", actor="ann", reason="")
    presses.press_batch(press.pk, at_most=3)
    with pytest.raises(SystemExit):
        presses.press_batch(press.pk, at_most=3)
    press.refresh_from_db()
    between = press.pressed
    while presses.press_batch(press.pk, at_most=3):
        pass

    press.refresh_from_db()
    assert between == 3
    assert (press.state, press.done) == (Press.State.DONE, 7)
    assert set(rows.values_list("attempts", flat=True)) == {1}


@pytest.mark.slow
def test_long_press_goes_on_in_further_jobs(settings: Settings) -> None:
    settings.ENGINE = {**settings.ENGINE, "press_pass_s": 0}
    parked_jobs(160)

    press = requeue_all()
    ran = runner.drain("batch")

    press.refresh_from_db()
    assert (press.state, press.done) == (Press.State.DONE, 160)
    assert ran == 4
    assert press.job is not None and press.job.parent is not None


def test_stopped_press_leaves_the_rest_alone() -> None:
    parked_jobs(120)
    press = requeue_all()
    presses.press_batch(press.pk)

    presses.stop_press(press, actor="bob", reason="wrong filter")
    runner.drain("batch")

    press.refresh_from_db()
    assert (press.state, press.done, press.left) == (Press.State.CANCELLED, 50, 70)
    assert (press.stopped_by, press.stopped_reason) == ("bob", "wrong filter")
    assert states().count(JobState.PARKED) == 70
    with pytest.raises(MoveRefused, match="it is stopped"):
        presses.stop_press(press, actor="bob", reason="again")


def test_cancelling_its_job_stops_the_press() -> None:
    parked_jobs(60)
    press = requeue_all()
    assert press.job is not None

    verbs.cancel(press.job, actor="bob", reason="wrong filter")

    press.refresh_from_db()
    assert (press.state, press.stopped_by) == (Press.State.CANCELLED, "bob")


def test_press_whose_job_is_gone_gets_a_new_one() -> None:
    parked_jobs(3)
    press = requeue_all()
    Press.objects.filter(pk=press.pk).update(job=None)
    SyncJob.objects.filter(kind=work.PRESS_ROWS).delete()

    assert presses.resume_left() == 1
    assert presses.resume_left() == 0
    runner.drain("batch")

    press.refresh_from_db()
    assert press.state == Press.State.DONE


def test_nothing_that_matches_is_refused_and_leaves_no_press() -> None:
    with pytest.raises(MoveRefused, match="Nothing matches"):
        requeue_all()
    with pytest.raises(MoveRefused, match="Nothing matches"):
        rows = SyncJob.objects.filter(pk__in=[])
        presses.open_press("requeue_jobs", rows, matched="none", actor="ann", reason="")

    assert not Press.objects.exists()


def test_many_requeued_jobs_wake_their_lane_once_per_batch() -> None:
    from django_q.models import OrmQ

    parked_jobs(50)
    press = requeue_all()
    OrmQ.objects.all().delete()

    presses.press_batch(press.pk)

    assert OrmQ.objects.count() <= 1


def test_old_presses_are_forgotten_members_first() -> None:
    parked_jobs(3)
    press = requeue_all()
    runner.drain("batch")
    Press.objects.update(finished_at=Now() - timedelta(days=400))
    young = requeue_all_of_new()

    assert presses.forget_old() == 3
    presses.forget_old()

    assert not Press.objects.filter(pk=press.pk).exists()
    assert young.members.count() == 1


def requeue_all_of_new() -> Press:
    parked_jobs(1)
    return requeue_all()


def test_rate_and_time_left_follow_the_batches() -> None:
    parked_jobs(100)
    press = requeue_all()
    presses.press_batch(press.pk)
    Press.objects.filter(pk=press.pk).update(started_at=Now() - timedelta(seconds=10))
    press.refresh_from_db()

    assert press.percent == 50
    assert 4 < press.per_s < 6
    left = press.time_left(press.worked_at)
    assert left is not None and 8 < left.total_seconds() < 12
    assert not KeyHead.objects.filter(key="key:0").exists()
