"""What people press: it happens once, is reported with counts, and is kept with who and why."""

import pytest
from django.urls import reverse

from integrations.engine.models import JobMove, JobState, SyncJob
from integrations.flows import issues
from integrations.flows.links import target_of
from integrations.models import IdLink, Issue, StateChange
from integrations.models.order import OrderState
from tests import factories as make

pytestmark = pytest.mark.django_db


def press(client, page, action, rows, **more):
    """Presses a list action for rows; the text of the page that follows."""
    chosen = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    answer = client.post(reverse(f"admin:{page}_changelist"), chosen, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def stuck_order(**order):
    """An order with its push, both stopped for the same missing customer."""
    held = make.OrderFactory(held=True, **order)
    make.FlowFactory(source=held.storefront, target=held.erp, live=True)
    job = make.SyncJobFactory(
        parked=True,
        key=held.key,
        payload={"order": held.pk},
        resource=held.erp.resource,
        resources={"storefront": held.storefront.resource_id, "erp": held.erp.resource_id},
        error_cause="customer:cus_1:unlinked",
        steps=["read", "plan", "create"],
    )
    return held, job, issues.note_parked(job)


class TestJobs:
    def test_requeue_reports_what_went_on_and_what_did_not(self, signed_in):
        parked = make.SyncJobFactory.create_batch(3, parked=True)
        done = make.SyncJobFactory(done=True)

        page = press(signed_in(make.operator()), "engine_syncjob", "requeue", [*parked, done])

        assert "3 requeued, 1 skipped" in page
        parked[0].refresh_from_db()
        assert parked[0].state == JobState.QUEUED
        assert JobMove.objects.filter(job=parked[0], actor="olga.operator").exists()

    def test_cancel_asks_for_a_reason_first(self, signed_in):
        _, job, _ = stuck_order()
        client = signed_in(make.operator())

        asked = press(client, "engine_syncjob", "cancel", [job])
        job.refresh_from_db()
        still = job.state
        press(client, "engine_syncjob", "cancel", [job], confirmed="1", reason="ordered twice")
        job.refresh_from_db()

        assert "Reason" in asked
        assert still == JobState.PARKED
        assert job.state == JobState.CANCELLED
        assert JobMove.objects.filter(job=job, reason__contains="ordered twice").exists()

    def test_empty_reason_is_not_taken(self, signed_in):
        job = make.SyncJobFactory(parked=True)

        page = press(
            signed_in(make.operator()), "engine_syncjob", "cancel", [job], confirmed="1", reason=" "
        )

        job.refresh_from_db()
        assert job.state == JobState.PARKED
        assert "This field is required" in page

    def test_hold_and_release_bring_a_job_back(self, signed_in):
        job = make.SyncJobFactory(parked=True)
        client = signed_in(make.operator())

        press(client, "engine_syncjob", "hold", [job], confirmed="1", reason="stock count")
        job.refresh_from_db()
        held = (job.state, job.wait_reason)
        press(client, "engine_syncjob", "release", [job])
        job.refresh_from_db()

        assert held == (JobState.WAITING, "held: stock count")
        assert job.state == JobState.QUEUED

    def test_skipped_step_keeps_who_and_why(self, signed_in):
        job = make.SyncJobFactory(parked=True, steps=["read", "create"], kind="send_alert")
        client = signed_in(make.operator())

        page = press(client, "engine_syncjob", "skip", [job])
        answer = {"confirmed": "1", "step": "read", "reason": "done by hand"}
        press(client, "engine_syncjob", "skip", [job], **answer)

        assert "Read the order" in page
        assert job.steps.get(name="read").state == "skipped"
        assert JobMove.objects.filter(job=job, reason="skipped read: done by hand").exists()

    def test_button_of_a_page_leads_back_to_that_page(self, signed_in):
        job = make.SyncJobFactory(parked=True)
        address = reverse("admin:engine_syncjob_change", args=[job.pk])
        chosen = {"action": "requeue", "_selected_action": [job.pk], "next": address}
        client = signed_in(make.operator())

        home = client.post(reverse("admin:engine_syncjob_changelist"), chosen)
        chosen["next"] = "https://elsewhere.example/"
        away = client.post(reverse("admin:engine_syncjob_changelist"), chosen)

        assert home.url == address
        assert "elsewhere" not in away.url

    def test_auditor_presses_nothing(self, signed_in):
        job = make.SyncJobFactory(parked=True)

        press(signed_in(make.auditor()), "engine_syncjob", "requeue", [job])

        job.refresh_from_db()
        assert job.state == JobState.PARKED


class TestOrders:
    def test_send_now_starts_the_push_again(self, signed_in):
        order, job, _ = stuck_order()

        page = press(signed_in(make.operator()), "integrations_order", "send", [order])

        job.refresh_from_db()
        assert "1 on the way to the ERP." in page
        assert job.state == JobState.CANCELLED  # replaced: nothing of it had reached the ERP

    def test_assisted_order_goes_out_on_a_press(self, signed_in):
        order = make.OrderFactory()
        make.FlowFactory(source=order.storefront, target=order.erp, assisted=True)

        press(signed_in(make.operator()), "integrations_order", "send", [order])

        job = SyncJob.objects.get(kind="push_order")
        assert (job.key, job.actor) == (order.key, "olga.operator")

    def test_shadow_order_is_not_sent_by_a_press(self, signed_in):
        order = make.OrderFactory()
        make.FlowFactory(source=order.storefront, target=order.erp, mode="shadow")

        page = press(signed_in(make.operator()), "integrations_order", "send", [order])

        assert "in shadow mode, so nothing is sent" in page
        assert not SyncJob.objects.exists()

    def test_order_that_is_in_the_erp_is_not_sent_again(self, signed_in):
        order = make.OrderFactory(confirmed=True, erp_number="S00041")

        page = press(signed_in(make.operator()), "integrations_order", "send", [order])

        assert "is in the ERP as S00041" in page

    def test_hold_keeps_who_and_why(self, signed_in):
        order = make.OrderFactory()

        press(
            signed_in(make.operator()),
            "integrations_order",
            "hold",
            [order],
            confirmed="1",
            reason="the buyer called",
        )

        order.refresh_from_db()
        assert order.state == OrderState.HELD
        assert order.held_message == "the buyer called"
        change = StateChange.objects.get(subject="order", subject_id=order.pk)
        assert change.actor == "olga.operator"

    def test_abandoned_order_takes_its_push_along(self, signed_in):
        order, job, issue = stuck_order()

        press(
            signed_in(make.operator()),
            "integrations_order",
            "abandon",
            [order],
            confirmed="1",
            reason="ordered twice",
        )

        for row in (order, job, issue):
            row.refresh_from_db()
        assert order.state == OrderState.CANCELLED
        assert job.state == JobState.CANCELLED
        assert issue.state == Issue.State.RESOLVED

    def test_sales_manager_sends_nothing(self, signed_in):
        order, job, _ = stuck_order()

        press(signed_in(make.sales_manager()), "integrations_order", "send", [order])

        job.refresh_from_db()
        assert job.state == JobState.PARKED


class TestIssues:
    def test_equal_failures_are_one_issue_and_one_press_releases_them_all(self, signed_in):
        erp = make.ConnectionFactory(erp=True)
        stuck = [stuck_order(erp=erp) for _ in range(3)]
        issue = Issue.objects.get()

        page = press(signed_in(make.operator()), "integrations_issue", "requeue_blocked", [issue])

        assert "3 requeued." in page
        states = {type(job).objects.get(pk=job.pk).state for _, job, _ in stuck}
        assert states == {JobState.QUEUED}
        assert not issue.items.filter(released_at=None).exists()

    def test_adding_the_missing_link_releases_what_waited_for_it(self, signed_in):
        order, job, _ = stuck_order()
        client = signed_in(make.operator())

        page = client.post(
            reverse("admin:integrations_customermapping_add"),
            {
                "source": order.storefront_id,
                "source_ref": "cus_1",
                "target": order.erp_id,
                "target_ref": "17",
                "label": "Company Ltd",
            },
            follow=True,
        ).content.decode()

        job.refresh_from_db()
        assert job.state == JobState.QUEUED
        assert "1 job waited for this and went on" in page
        assert IdLink.objects.get().created_by == "olga.operator"

    def test_link_form_opens_filled_in_from_the_stuck_order(self, signed_in):
        order, _, _ = stuck_order()
        client = signed_in(make.operator())
        page = client.get(reverse("admin:integrations_order_change", args=[order.pk]))

        fix = page.context["waiting"][0]["fix"]
        form = client.get(fix.url).context["adminform"].form

        assert fix.label == "Add the customer link"
        assert form.initial["source_ref"] == "cus_1"
        assert form.initial["source"] == str(order.storefront_id)
        assert form.initial["target"] == str(order.erp_id)

    def test_second_link_of_the_same_customer_is_refused_with_a_sentence(self, signed_in):
        known = make.IdLinkFactory(source_ref="cus_1")
        fields = {"source": known.source_id, "source_ref": "cus_1", "target": known.target_id}

        answer = signed_in(make.operator()).post(
            reverse("admin:integrations_customermapping_add"), {**fields, "target_ref": "18"}
        )

        assert answer.status_code == 200
        assert IdLink.objects.count() == 1

    def test_link_form_offers_only_shops_on_one_side_and_erps_on_the_other(self, signed_in):
        shop, erp = make.ConnectionFactory(), make.ConnectionFactory(erp=True)
        client = signed_in(make.operator())

        def offered(page, field):
            form = client.get(reverse(f"admin:integrations_{page}_add")).context["adminform"].form
            return list(form.fields[field].queryset)

        assert offered("customermapping", "source") == [shop]
        assert offered("customermapping", "target") == [erp]
        assert offered("variantmapping", "source") == [erp]

    def test_account_link_lets_every_customer_of_the_group_through(self, signed_in):
        shop, erp = make.ConnectionFactory(), make.ConnectionFactory(erp=True)
        fields = {"source": shop.pk, "source_ref": "cusgroup_1", "target": erp.pk}

        signed_in(make.operator()).post(
            reverse("admin:integrations_accountmapping_add"), {**fields, "target_ref": "17"}
        )

        assert target_of(IdLink.Kind.ACCOUNT, shop, "cusgroup_1", erp) == "17"

    def test_owner_and_tags_are_kept(self, signed_in):
        _, _, issue = stuck_order()
        operator = make.operator()

        signed_in(operator).post(
            reverse("admin:integrations_issue_change", args=[issue.pk]),
            {"owner": operator.pk, "tags": "brandt, call back, brandt"},
        )

        issue.refresh_from_db()
        assert issue.owner == operator
        assert issue.tags == ["brandt", "call back"]
