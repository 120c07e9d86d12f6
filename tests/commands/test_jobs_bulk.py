"""`manage.py jobs` for everything that matches, and its edits with a second person."""

import pytest

from integrations.engine import edits, runner
from integrations.engine.models import EditDecision, JobEdit, JobState, Press, SyncJob
from tests.commands.conftest import Say
from tests.factories import OrderFactory, SyncJobFactory

pytestmark = pytest.mark.django_db

STEPS = ["read", "plan", "create", "confirm", "tell", "follow_up"]


def parked(number: int, **more: object) -> list[SyncJob]:
    fields = {"kind": "push_order", "state": JobState.PARKED, "seq": 1, "lane": "orders", **more}
    cause = {"error_cause": "customer:cus_1:unlinked", **fields}
    return SyncJob.objects.bulk_create(
        SyncJob(key=f"order:{n}", payload={"order": None}, **cause) for n in range(number)
    )


@pytest.fixture
def order_job() -> SyncJob:
    order = OrderFactory(held=True)
    resources = {"storefront": order.storefront.resource_id, "erp": order.erp.resource_id}
    return SyncJobFactory(
        parked=True,
        key=order.key,
        payload={"order": order.pk},
        steps=STEPS,
        resource=order.erp.resource,
        resources=resources,
    )


class TestBulk:
    def test_many_that_match_are_pressed_by_a_job(self, say: Say) -> None:
        parked(60)
        parked_too = SyncJobFactory(parked=True, kind="send_alert")

        said = say("jobs", "requeue", "--state", "parked", "--kind", "push_order", "--reason", "ok")
        press = Press.objects.get()
        runner.drain("batch")

        assert (said.code, "60 jobs match" in said.out) == (0, True)
        assert (press.verb, press.matched) == ("requeue_jobs", "state: parked, kind: push_order")
        assert SyncJob.objects.filter(state=JobState.QUEUED).count() == 60
        parked_too.refresh_from_db()
        assert parked_too.state == JobState.PARKED

    def test_few_that_match_are_pressed_at_once(self, say: Say) -> None:
        parked(2)

        said = say(
            "jobs", "requeue", "--error-cause", "customer:cus_1:unlinked", "--reason", "linked"
        )

        assert said.out.count("is requeued") == 2
        assert not Press.objects.exists()

    @pytest.mark.parametrize(
        "words", [["--reason", "x"], ["1", "--state", "parked", "--reason", "x"]]
    )
    def test_numbers_or_a_filter_but_not_both_and_not_neither(
        self, say: Say, words: list[str]
    ) -> None:
        said = say("jobs", "requeue", *words)

        assert (said.code, "not both" in said.refusal) == (2, True)

    def test_everything_that_matches_needs_a_reason(self, say: Say) -> None:
        said = say("jobs", "requeue", "--state", "parked")

        assert (said.code, "needs a --reason" in said.refusal) == (2, True)

    def test_a_press_is_listed_shown_and_stopped(self, say: Say) -> None:
        parked(60)
        say("jobs", "cancel", "--kind", "push_order", "--reason", "wrong shop")
        press = Press.objects.get()

        listed = say("jobs", "bulk", "list").out
        stopped = say("jobs", "bulk", "cancel", press.pk, "--reason", "not these")
        shown = say("jobs", "bulk", "show", press.pk, "--members", "waiting", "--json").json

        assert "cancel_jobs" in listed and "0 of 60" in listed
        assert "60 of 60 are as they were" in stopped.out
        assert shown["state"] == "cancelled"
        assert len(shown["members"]) == 50

    def test_what_was_not_taken_is_shown_with_why(self, say: Say) -> None:
        ended = parked(60, state=JobState.DONE)
        say("jobs", "requeue", "--kind", "push_order", "--reason", "x")
        runner.drain("batch")

        told = say("jobs", "bulk", "show", Press.objects.get().pk).out

        assert "60 skipped" in told
        assert f"{ended[0].pk} skipped: Job {ended[0].pk} cannot be requeued: it is done." in told

    def test_an_unknown_press_is_refused(self, say: Say) -> None:
        assert "no bulk press 7" in say("jobs", "bulk", "show", 7).refusal


class TestEdit:
    def test_a_field_is_edited_and_the_job_requeued(self, say: Say, order_job: SyncJob) -> None:
        said = say("jobs", "edit", order_job.pk, "--set", "po_number=PO-1", "--reason", "typo")

        order_job.refresh_from_db()
        assert (said.code, "PO number for the ERP: – → PO-1" in said.out) == (0, True)
        assert (order_job.state, order_job.payload["po_number"]) == (JobState.QUEUED, "PO-1")

    def test_what_can_be_edited_is_shown(self, say: Say, order_job: SyncJob) -> None:
        told = say("jobs", "show", order_job.pk).out

        names = "po_number, customer_ref, payment_term_ref, note, agreed_total"
        assert f"Can be edited: {names}" in told

    def test_an_unknown_field_is_refused_with_the_known_ones(
        self, say: Say, order_job: SyncJob
    ) -> None:
        said = say("jobs", "edit", order_job.pk, "--set", "colour=red", "--reason", "x")

        assert (said.code, "one of po_number, customer_ref" in said.refusal) == (1, True)

    def test_an_amount_is_proposed_and_not_approved_by_the_same_person(
        self, say: Say, order_job: SyncJob
    ) -> None:
        proposed = say("jobs", "edit", order_job.pk, "--set", "agreed_total=100", "--reason", "ok")
        own = say("jobs", "approve", order_job.pk, "--reason", "sure")

        order_job.refresh_from_db()
        assert "a second person must approve it" in proposed.out
        assert (own.code, "somebody else must approve it" in own.refusal) == (1, True)
        assert order_job.state == JobState.PARKED

    def test_an_amount_of_somebody_else_is_approved(self, say: Say, order_job: SyncJob) -> None:
        edits.edit(order_job, {"agreed_total": "100"}, actor="olga.operator", reason="by phone")

        said = say("jobs", "approve", order_job.pk, "--reason", "I was there")

        order_job.refresh_from_db()
        assert (said.code, order_job.state) == (0, JobState.QUEUED)
        assert order_job.payload["agreed_for"] == "119.00"

    def test_a_proposal_is_rejected_with_a_reason(self, say: Say, order_job: SyncJob) -> None:
        edits.edit(order_job, {"agreed_total": "100"}, actor="olga.operator", reason="by phone")

        say("jobs", "reject", order_job.pk, "--reason", "not agreed")

        assert EditDecision.objects.get().reason == "not agreed"
        assert not JobEdit.objects.undecided().exists()
        assert "No edit of job" in say("jobs", "reject", order_job.pk, "--reason", "x").refusal
