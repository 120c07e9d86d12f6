"""A press for everything that matches a filter: asked for once, worked off by a job, watched."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integrations.engine import presses, runner
from integrations.engine.models import JobState, Press, PressMember, SyncJob
from integrations.flows import issues
from integrations.models import Issue, IssueItem, Order
from integrations.models.order import OrderState
from tests import factories as make

pytestmark = pytest.mark.django_db

JOBS = "admin:engine_syncjob_changelist"


def parked(number, *, kind="push_order", lane="orders", state=JobState.PARKED):
    first = SyncJob.objects.count()
    return SyncJob.objects.bulk_create(
        SyncJob(kind=kind, lane=lane, key=f"key:{first + n}", seq=1, state=state)
        for n in range(number)
    )


def press_all(client, action, query="", *, page=JOBS, row=None, **more):
    """Selects all rows that match the filter of the address, and presses."""
    chosen = {"action": action, "select_across": "1", "_selected_action": [row or 0], **more}
    return client.post(reverse(page) + query, chosen)


def page_of(client, press, query=""):
    address = reverse("admin:engine_press_change", args=[press.pk]) + query
    answer = client.get(address)
    assert answer.status_code == 200
    return answer


class TestPressing:
    def test_everything_that_matches_the_filter_and_search_is_pressed(self, signed_in):
        parked(60)
        other = parked(3, kind="send_alert")
        client = signed_in(make.operator())
        query = "?state__exact=parked&kind=push_order&q=key:"

        answer = press_all(client, "requeue", query, confirmed="1", reason="ERP is back")
        press = Press.objects.get()
        runner.drain("batch")

        assert answer.url == reverse("admin:engine_press_change", args=[press.pk])
        assert (press.total, press.actor, press.reason) == (60, "olga.operator", "ERP is back")
        assert press.matched == (
            "state: Needs a person; what it does: Send the order to the ERP; search: key:"
        )
        left = SyncJob.objects.filter(state=JobState.PARKED)
        assert set(left.values_list("pk", flat=True)) == {job.pk for job in other}

    def test_many_are_asked_about_first_with_their_number(self, signed_in):
        parked(60)

        page = press_all(signed_in(make.operator()), "requeue", "?state__exact=parked")

        text = page.content.decode()
        assert "60 rows" in text
        assert "state: Needs a person" in text
        assert "pressed by a job in the background" in text
        assert not Press.objects.exists()

    def test_few_are_pressed_at_once_as_before(self, signed_in):
        parked(3)

        press_all(signed_in(make.operator()), "requeue", "?state__exact=parked")

        assert not Press.objects.exists()
        assert SyncJob.objects.filter(state=JobState.QUEUED).count() == 3

    @pytest.mark.slow
    def test_request_needs_as_many_queries_for_thousands_as_for_dozens(self, signed_in):
        client = signed_in(make.operator())
        parked(60)
        with CaptureQueriesContext(connection) as few:
            press_all(client, "requeue", "?state__exact=parked", confirmed="1", reason="x")
        parked(5000)
        with CaptureQueriesContext(connection) as many:
            press_all(client, "requeue", "?state__exact=parked", confirmed="1", reason="x")

        assert len(many) <= len(few)
        assert Press.objects.latest("id").total == 5060

    @pytest.mark.parametrize(
        ("action", "verb", "more"),
        [
            ("hold", "hold_jobs", {}),
            ("cancel", "cancel_jobs", {}),
            ("skip", "skip_step", {"step": "read"}),
        ],
    )
    def test_other_verbs_go_the_same_way(self, signed_in, action, verb, more):
        for job in parked(51, kind="push_order"):
            job.steps.create(n=1, name="read")

        press_all(
            signed_in(make.operator()),
            action,
            "?kind=push_order",
            confirmed="1",
            reason="x",
            **more,
        )

        assert Press.objects.get().verb == verb

    def test_jobs_are_held_and_released_again(self, signed_in):
        parked(51)
        client = signed_in(make.operator())

        press_all(client, "hold", confirmed="1", reason="stock count")
        runner.drain("batch")
        held = SyncJob.objects.filter(state=JobState.WAITING).count()
        press_all(client, "release", "?state__exact=waiting", confirmed="1", reason="counted")
        runner.drain("batch")

        assert held == 51
        assert not SyncJob.objects.filter(state=JobState.WAITING).exists()

    def test_auditor_presses_nothing(self, signed_in):
        parked(60)

        press_all(signed_in(make.auditor()), "requeue", confirmed="1", reason="x")

        assert not Press.objects.exists()

    def test_orders_are_sent_by_filter(self, signed_in):
        first = make.OrderFactory()
        make.FlowFactory(source=first.storefront, target=first.erp, assisted=True)
        make.OrderFactory.create_batch(50, storefront=first.storefront, erp=first.erp)

        press_all(
            signed_in(make.operator()),
            "send",
            "?where=waiting",
            page="admin:integrations_order_changelist",
            confirmed="1",
            reason="Monday",
        )
        runner.drain("batch")

        press = Press.objects.get()
        assert (press.matched, press.done) == ("whereabouts: Not in the ERP yet", 51)
        assert SyncJob.objects.filter(kind="push_order").count() == 51

    def test_orders_that_do_not_take_it_are_told_with_why(self, signed_in):
        first = make.OrderFactory(confirmed=True)
        make.OrderFactory.create_batch(
            50, storefront=first.storefront, erp=first.erp, state=OrderState.CANCELLED
        )

        press_all(
            signed_in(make.operator()),
            "abandon",
            page="admin:integrations_order_changelist",
            confirmed="1",
            reason="x",
        )
        runner.drain("batch")

        press = Press.objects.get()
        assert (press.done, press.skipped) == (0, 51)
        assert "is in the ERP as" in press.members.get(row_id=first.pk).message

    def test_issue_that_blocks_many_is_worked_off_by_a_job(self, signed_in):
        issue = Issue.objects.create(cause="0:x", kind="rejected", title="No customer")
        jobs = parked(60)
        IssueItem.objects.bulk_create(IssueItem(issue=issue, job=job) for job in jobs)
        chosen = {"action": "requeue_blocked", "_selected_action": [issue.pk]}

        page = signed_in(make.operator()).post(
            reverse("admin:integrations_issue_changelist"), chosen, follow=True
        )
        runner.drain("batch")

        assert "60 are being requeued" in page.content.decode()
        assert Press.objects.get().reason == "cause fixed: No customer"
        assert not issues.blocked_by(issue).exists()


class TestPage:
    @pytest.fixture
    def press(self):
        jobs = parked(59)
        parked(1, state=JobState.DONE)
        rows = SyncJob.objects.all()
        made = presses.open_press(
            "requeue_jobs", rows, matched="all", actor="olga.operator", reason="fixed"
        )
        return made, jobs

    def test_progress_rate_and_what_is_left_are_shown(self, press, signed_in):
        made, _ = press
        presses.press_batch(made.pk)

        page = page_of(signed_in(make.operator()), made).content.decode()

        assert "50 of 60" in page
        assert "(83 %)" in page
        assert "a second" in page
        assert "Is due and waits for a worker" in page

    def test_skipped_rows_are_listed_with_why_and_a_link(self, press, signed_in):
        made, _ = press
        runner.drain("batch")

        page = page_of(signed_in(make.operator()), made)

        (member,) = page.context["members"]
        ended = SyncJob.objects.get(state=JobState.DONE, kind="push_order")
        assert member["url"] == reverse("admin:engine_syncjob_change", args=[ended.pk])
        assert "cannot be requeued: it is done" in member["why"]

    def test_rows_are_paged_and_filtered_without_counting_them(self, signed_in):
        parked(250)
        made = presses.open_press(
            "requeue_jobs", SyncJob.objects.all(), matched="all", actor="x", reason=""
        )
        client = signed_in(make.operator())

        first = page_of(client, made, "?members=waiting")
        second = page_of(client, made, f"?members=waiting&after={first.context['following']}")

        shown = [row["name"] for page in (first, second) for row in page.context["members"]]
        assert len(shown) == len(set(shown)) == 200

    def test_page_needs_as_many_queries_for_many_rows_as_for_few(self, signed_in):
        client = signed_in(make.operator())
        counts = []
        for number in (3, 300):
            parked(number)
            made = presses.open_press(
                "requeue_jobs", SyncJob.objects.all(), matched="all", actor="x", reason=""
            )
            with CaptureQueriesContext(connection) as caught:
                page_of(client, made, "?members=waiting")
            counts.append(len(caught))

        assert counts[0] == counts[1]

    def test_page_looks_again_only_when_asked_to_and_while_it_runs(self, press, signed_in):
        made, _ = press
        client = signed_in(make.operator())

        still = page_of(client, made)
        watched = page_of(client, made, "?watch=1")
        runner.drain("batch")
        over = page_of(client, made, "?watch=1")

        assert "Refresh" not in still.headers
        assert watched.headers["Refresh"] == "5"
        assert "Refresh" not in over.headers

    def test_press_is_stopped_with_a_reason(self, press, signed_in):
        made, _ = press
        client = signed_in(make.operator())
        chosen = {"action": "stop", "_selected_action": [made.pk]}
        address = reverse("admin:engine_press_changelist")

        asked = client.post(address, chosen)
        client.post(address, {**chosen, "confirmed": "1", "reason": "wrong filter"})

        made.refresh_from_db()
        assert "What is pressed already stays" in asked.content.decode()
        assert (made.state, made.stopped_by) == (Press.State.CANCELLED, "olga.operator")
        assert PressMember.objects.filter(state="waiting").count() == 60

    def test_auditor_reads_and_stops_nothing(self, press, signed_in):
        made, _ = press

        page = page_of(signed_in(make.auditor()), made)

        assert page.context["buttons"] == []

    def test_press_of_orders_leads_to_orders(self, signed_in):
        order = make.OrderFactory(confirmed=True)
        made = presses.open_press(
            "send_orders", Order.objects.all(), matched="all", actor="x", reason=""
        )
        runner.drain("batch")

        page = page_of(signed_in(make.operator()), made)

        (member,) = page.context["members"]
        assert member["url"] == reverse("admin:integrations_order_change", args=[order.pk])
