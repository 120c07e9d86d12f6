"""Jobs are started in the caller's transaction, in the order of their key."""

from collections.abc import Callable

import pytest
from django.db import transaction

from integrations.engine import runner
from integrations.engine.declare import JobKind, StepSpec, kind_named, register
from integrations.engine.models import JobState, Resource, SyncJob
from integrations.engine.start import start_job
from tests.engine.conftest import Remote, fresh

Start = Callable[..., SyncJob]


def test_job_of_a_change_that_is_rolled_back_never_was(push: JobKind, start: Start) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        start(push)
        raise RuntimeError("the change failed")

    assert SyncJob.objects.count() == 0


def test_same_dedupe_key_gives_the_open_job(push: JobKind, start: Start) -> None:
    first = start(push, dedupe_key="push:order_1")
    second = start(push, dedupe_key="push:order_1")

    assert second.pk == first.pk


def test_dedupe_key_is_free_again_when_its_job_has_ended(push: JobKind, start: Start) -> None:
    first = start(push, dedupe_key="push:order_1")
    runner.drain()

    assert start(push, dedupe_key="push:order_1").pk != first.pk


def test_numbers_of_a_key_go_up_and_keys_do_not_share_them(push: JobKind, start: Start) -> None:
    numbers = [start(push, number).seq for number in ("1", "1", "2")]

    assert numbers == [1, 2, 1]


def test_job_can_wait_for_a_person_from_the_start(push: JobKind, start: Start) -> None:
    job = start(push, wait_reason="assisted")

    runner.drain()

    assert (fresh(job).state, job.wait_reason) == (JobState.WAITING, "assisted")


def test_missing_resource_is_named(push: JobKind, erp: Resource) -> None:
    with pytest.raises(ValueError, match="no resource given for erp"):
        start_job("push", key="order:1", payload={}, resources={}, actor="test")


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(LookupError, match="never_declared"):
        kind_named("never_declared")


def test_steps_of_one_name_are_refused(remote: Remote) -> None:
    with pytest.raises(ValueError, match="different names"):
        JobKind("twice", [StepSpec("a", remote.note), StepSpec("a", remote.note)])


@pytest.fixture
def stock(remote: Remote) -> JobKind:
    return register(JobKind("stock", [StepSpec("write", remote.create)], coalesce=True))


def test_newer_state_replaces_what_has_not_started(
    remote: Remote, stock: JobKind, start: Start
) -> None:
    first = start(stock, key="stock:sku", payload={"number": "5"}, source_version="2026-01-01")
    second = start(stock, key="stock:sku", payload={"number": "7"}, source_version="2026-01-02")

    runner.drain()

    assert second.pk == first.pk
    assert remote.orders == ["7"]


def test_older_state_that_arrives_late_is_dropped(
    remote: Remote, stock: JobKind, start: Start
) -> None:
    start(stock, key="stock:sku", payload={"number": "7"}, source_version="2026-01-02")
    start(stock, key="stock:sku", payload={"number": "5"}, source_version="2026-01-01")

    runner.drain()

    assert remote.orders == ["7"]


def test_parked_state_transfer_does_not_block_newer_ones(
    remote: Remote, stock: JobKind, start: Start
) -> None:
    parked = start(stock, key="stock:sku", payload={"number": "5"})
    SyncJob.objects.filter(pk=parked.pk).update(state=JobState.PARKED)

    start(stock, key="stock:sku", payload={"number": "7"})
    runner.drain()

    assert remote.orders == ["7"]
