"""A payload is edited in a checked form, kept field by field, and money needs a second person."""

from collections.abc import Callable
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection

from integrations.engine import edits, explain, runner, verbs
from integrations.engine.claim import claim
from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.editable import EditableField, FieldType, digest
from integrations.engine.models import (
    Attempt,
    EditDecision,
    JobEdit,
    JobMove,
    JobState,
    StepState,
    SyncJob,
)
from integrations.engine.moves import MoveRefused
from integrations.errors import NeedsOperator, Rejected
from tests.engine.conftest import Remote, fresh

Start = Callable[..., SyncJob]


def _is_positive(value: Decimal, job: SyncJob) -> None:
    if value <= 0:
        raise ValueError("It must be more than nothing.")


FIELDS = [
    EditableField("number", "Number", feeds="plan", max_length=10),
    EditableField(
        "amount",
        "Amount",
        FieldType.DECIMAL,
        feeds="plan",
        is_money=True,
        check=_is_positive,
        pins={"agreed_for": lambda job: job.key},
    ),
    EditableField("remark", "Remark", feeds="create"),
]


@pytest.fixture
def kind(remote: Remote) -> JobKind:
    """Plans from the payload, then creates what was planned."""

    def plan(ctx: StepContext) -> dict[str, object]:
        remote.calls.append("plan")
        return {"number": ctx.payload["number"], "amount": ctx.payload.get("amount")}

    steps = [
        StepSpec("plan", plan, on=None),
        StepSpec("create", remote.create, find=remote.find, pivot=True),
    ]
    return register(JobKind("edited", steps, editable=FIELDS))


@pytest.fixture
def parked(remote: Remote, kind: JobKind, start: Start) -> SyncJob:
    """Refused by the remote at its second step; nothing was sent."""
    remote.before = [NeedsOperator("Which number?", reason="number")]
    job = start(kind)
    runner.drain()
    return fresh(job)


def form(**values: object) -> dict[str, object]:
    return {"number": "1", **values}


class TestEditing:
    def test_edited_job_plans_anew_and_sends_what_was_edited(
        self, remote: Remote, parked: SyncJob
    ) -> None:
        edits.edit(parked, form(number="77"), actor="ann", reason="typo")
        runner.drain()

        assert fresh(parked).state == JobState.DONE
        assert remote.orders == ["77"]
        assert remote.calls == ["plan", "create", "plan", "find", "create"]

    def test_difference_is_kept_field_by_field_with_who_and_why(self, parked: SyncJob) -> None:
        edits.edit(parked, form(number="77"), actor="ann", reason="typo")

        kept = JobEdit.objects.get()
        assert (kept.actor, kept.reason, kept.needs_second) == ("ann", "typo", False)
        assert kept.changes == [
            {"name": "number", "label": "Number", "before": "1", "after": "77", "is_money": False}
        ]
        move = JobMove.objects.get(job=parked, to_state=JobState.QUEUED)
        assert move.reason == "edited: Number: 1 → 77 (typo)"

    def test_tries_before_and_after_an_edit_have_different_digests(self, parked: SyncJob) -> None:
        edits.edit(parked, form(number="77"), actor="ann", reason="typo")
        runner.drain()

        tries = Attempt.objects.filter(step__job=parked, step__name="create").order_by("id")
        first, second = tries.values_list("payload_digest", flat=True)
        assert first == JobEdit.objects.get().seen_digest
        assert second == digest(fresh(parked).payload)

    def test_field_that_is_emptied_leaves_the_payload(self, parked: SyncJob) -> None:
        SyncJob.objects.filter(pk=parked.pk).update(payload={"number": "1", "remark": "hi"})

        edits.edit(parked, form(), actor="ann", reason="no remark")

        assert fresh(parked).payload == {"number": "1"}

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"number": "n" * 11}, "Number: Ensure this value has at most 10 characters"),
            ({"amount": "much"}, "Amount: Enter a number"),
            ({"amount": "-1"}, "Amount: It must be more than nothing."),
            ({}, "nothing was changed"),
        ],
    )
    def test_what_the_form_refuses_changes_nothing(
        self, parked: SyncJob, values: dict[str, object], words: str
    ) -> None:
        with pytest.raises(MoveRefused, match=words):
            edits.edit(parked, form(**values), actor="ann", reason="?")

        assert fresh(parked).state == JobState.PARKED
        assert fresh(parked).payload == parked.payload

    def test_form_of_a_payload_that_changed_meanwhile_is_refused(self, parked: SyncJob) -> None:
        seen = digest(parked.payload)
        SyncJob.objects.filter(pk=parked.pk).update(payload={"number": "2"})

        with pytest.raises(MoveRefused, match="edited meanwhile"):
            edits.edit(parked, form(number="3"), actor="ann", reason="?", seen=seen)

    def test_held_job_is_edited_and_goes_on(self, remote: Remote, parked: SyncJob) -> None:
        verbs.hold(parked, actor="ann", reason="stock count")

        edits.edit(fresh(parked), form(number="77"), actor="ann", reason="typo")
        runner.drain()

        assert remote.orders == ["77"]

    def test_running_and_ended_jobs_are_not_edited(self, kind: JobKind, start: Start) -> None:
        job = start(kind)
        claim()
        with pytest.raises(MoveRefused, match="while it is parked or held"):
            edits.edit(job, form(number="2"), actor="ann", reason="?")

    def test_what_may_have_been_sent_is_not_edited(self, remote: Remote, parked: SyncJob) -> None:
        parked.steps.filter(name="create").update(state=StepState.IN_DOUBT)

        assert edits.fields_of(parked) == []
        with pytest.raises(MoveRefused, match="was sent already, or may have been"):
            edits.edit(parked, form(number="2"), actor="ann", reason="?")

    @pytest.mark.parametrize(("outcome", "is_open"), [("rejected", True), ("crashed", False)])
    def test_field_of_a_sending_step_is_closed_by_a_try_that_may_have_arrived(
        self, remote: Remote, start: Start, outcome: str, is_open: bool
    ) -> None:
        amount = EditableField("amount", "Amount", feeds="book", sends=True)
        remote.before = [NeedsOperator("Which account?", reason="account")]
        job = start(register(JobKind("booked", [StepSpec("book", remote.note)], editable=[amount])))
        runner.drain()
        Attempt.objects.filter(step__job=job).update(outcome=outcome)

        assert bool(edits.fields_of(fresh(job))) == is_open

    def test_kind_without_fields_offers_nothing(self, push: JobKind, start: Start) -> None:
        job = start(push)
        verbs.hold(job, actor="ann", reason="wait")

        assert edits.fields_of(fresh(job)) == []

    def test_field_must_feed_a_step_of_its_kind(self, remote: Remote) -> None:
        with pytest.raises(ValueError, match="feeds no step"):
            JobKind("x", [StepSpec("a", remote.note)], editable=[EditableField("b", "B")])


class TestMoney:
    @pytest.fixture
    def proposed(self, parked: SyncJob) -> JobEdit:
        return edits.edit(parked, form(amount="9.50"), actor="ann", reason="agreed by phone")

    def test_money_waits_for_a_second_person_and_says_so(
        self, parked: SyncJob, proposed: JobEdit
    ) -> None:
        job = fresh(parked)

        assert (job.state, job.payload) == (JobState.PARKED, parked.payload)
        assert "a second person must approve the edit of Amount by ann" in explain.why(job)
        assert list(edits.undecided()) == [proposed]

    def test_approved_edit_is_used_with_what_it_was_agreed_for(
        self, remote: Remote, parked: SyncJob, proposed: JobEdit
    ) -> None:
        edits.approve(proposed, actor="bob", reason="I was on the phone too")
        runner.drain()

        job = fresh(parked)
        assert job.payload == {"number": "1", "amount": "9.5", "agreed_for": job.key}
        assert job.steps.get(name="plan").output["amount"] == "9.5"
        assert job.state == JobState.DONE
        decision = EditDecision.objects.get()
        assert (decision.verdict, decision.actor) == ("approved", "bob")
        assert not edits.undecided().exists()

    @pytest.mark.parametrize("actor", ["ann", "Ann", "ann (command line)"])
    def test_proposer_does_not_approve_their_own(
        self, parked: SyncJob, proposed: JobEdit, actor: str
    ) -> None:
        with pytest.raises(MoveRefused, match="somebody else must approve"):
            edits.approve(proposed, actor=actor, reason="sure")

        assert fresh(parked).payload == parked.payload
        assert proposed.is_undecided

    def test_database_refuses_an_own_approval_too(self, proposed: JobEdit) -> None:
        with pytest.raises(IntegrityError):
            EditDecision.objects.create(
                edit=proposed, verdict="approved", proposer="ann", actor="ann", reason="x"
            )

    def test_rejected_edit_leaves_the_job_parked_with_its_own_reason(
        self, parked: SyncJob, proposed: JobEdit
    ) -> None:
        edits.reject(proposed, actor="bob", reason="not agreed")

        job = fresh(parked)
        assert (job.state, job.payload, job.wait_reason) == (JobState.PARKED, parked.payload, "")
        assert EditDecision.objects.get().reason == "not agreed"
        verbs.requeue(job, actor="bob")  # it goes on as it was

    def test_proposer_may_withdraw(self, proposed: JobEdit) -> None:
        edits.reject(proposed, actor="ann", reason="wrong sum")

        assert EditDecision.objects.get().verdict == "withdrawn"

    def test_held_job_waits_for_what_it_waited_for_after_a_rejection(self, parked: SyncJob) -> None:
        verbs.hold(parked, actor="ann", reason="stock count")
        proposed = edits.edit(fresh(parked), form(amount="9"), actor="ann", reason="agreed")
        waits = fresh(parked).wait_reason

        edits.reject(proposed, actor="bob", reason="no")

        assert waits.startswith("a second person must approve")
        assert fresh(parked).wait_reason == "held: stock count"

    def test_decided_edit_is_not_decided_again(self, proposed: JobEdit) -> None:
        edits.reject(proposed, actor="bob", reason="no")

        with pytest.raises(MoveRefused, match="was rejected by bob"):
            edits.approve(proposed, actor="cem", reason="yes")

    def test_nobody_sends_the_old_payload_by_the_way(
        self, parked: SyncJob, proposed: JobEdit
    ) -> None:
        with pytest.raises(MoveRefused, match="waits for a second person"):
            verbs.requeue(parked, actor="bob")
        with pytest.raises(MoveRefused, match="waits for a second person"):
            verbs.skip_step(parked, "create", actor="bob", reason="by hand")
        verbs.hold(parked, actor="bob", reason="wait")
        with pytest.raises(MoveRefused, match="waits for a second person"):
            verbs.release(fresh(parked), actor="bob")

    def test_second_proposal_waits_for_the_first(self, parked: SyncJob, proposed: JobEdit) -> None:
        with pytest.raises(MoveRefused, match="waits for a second person already"):
            edits.edit(fresh(parked), form(number="5"), actor="bob", reason="?")

    def test_proposal_for_an_older_payload_is_stale(
        self, parked: SyncJob, proposed: JobEdit
    ) -> None:
        SyncJob.objects.filter(pk=parked.pk).update(payload={"number": "2"})

        with pytest.raises(MoveRefused, match="changed since the edit was proposed"):
            edits.approve(proposed, actor="bob", reason="yes")
        assert fresh(parked).payload == {"number": "2"}

    def test_proposal_for_a_job_that_was_worked_on_since_is_stale(
        self, parked: SyncJob, proposed: JobEdit
    ) -> None:
        SyncJob.objects.filter(pk=parked.pk).update(lease_token=parked.lease_token + 1)

        with pytest.raises(MoveRefused, match="changed since the edit was proposed"):
            edits.approve(proposed, actor="bob", reason="yes")

    def test_proposal_ends_with_its_job(self, parked: SyncJob, proposed: JobEdit) -> None:
        verbs.cancel(parked, actor="bob", reason="enough")

        assert not edits.undecided().exists()
        with pytest.raises(MoveRefused, match="while it is parked or held"):
            edits.approve(proposed, actor="bob", reason="yes")

    def test_what_the_check_refuses_by_now_is_not_approved(self, parked: SyncJob) -> None:
        allowed = [Decimal(9)]
        strict = EditableField(
            "amount",
            "Amount",
            FieldType.DECIMAL,
            feeds="plan",
            is_money=True,
            check=lambda value, job: _one_of(value, allowed),
        )
        steps = [StepSpec("plan", lambda ctx: None, on=None), StepSpec("create", lambda ctx: None)]
        register(JobKind("edited", steps, editable=[strict]))
        proposed = edits.edit(parked, {"amount": "9"}, actor="ann", reason="agreed")
        allowed.clear()

        with pytest.raises(MoveRefused, match="not offered any more"):
            edits.approve(proposed, actor="bob", reason="yes")


def _one_of(value: Decimal, allowed: list[Decimal]) -> None:
    if value not in allowed:
        raise ValueError("It is not offered any more.")


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs DATABASE_URL on PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_decide_at_once_one_is_second(parked: SyncJob) -> None:
    proposed = edits.edit(parked, form(amount="9"), actor="ann", reason="agreed")
    ready, ended = Barrier(2), list[str]()

    def decide(press: Callable[..., object], actor: str) -> None:
        ready.wait()
        try:
            press(proposed, actor=actor, reason="mine")
            ended.append("taken")
        except MoveRefused:
            ended.append("refused")
        finally:
            connection.close()

    threads = [
        Thread(target=decide, args=(edits.approve, "bob")),
        Thread(target=decide, args=(edits.reject, "cem")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ended) == ["refused", "taken"]
    is_approved = EditDecision.objects.get().verdict == "approved"
    assert (fresh(parked).state == JobState.QUEUED) == is_approved


def test_refused_create_can_be_edited_and_is_looked_for_first(
    remote: Remote, kind: JobKind, start: Start
) -> None:
    remote.after = [Rejected("The number is taken.")]
    job = start(kind)
    runner.drain()
    remote.orders.clear()

    edits.edit(fresh(job), form(number="2"), actor="ann", reason="taken")
    runner.drain()

    assert remote.orders == ["2"]
    assert remote.calls[-2:] == ["find", "create"]
