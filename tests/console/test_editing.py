"""A stopped job is edited in a form; an amount waits for somebody else."""

import pytest
from django.urls import reverse

from integrations.engine import edits
from integrations.engine.models import EditDecision, JobEdit, JobState
from integrations.models import IdLink
from tests import factories as make

pytestmark = pytest.mark.django_db

STEPS = ["read", "plan", "create", "confirm", "tell", "follow_up"]


@pytest.fixture
def order():
    return make.OrderFactory(held=True)


@pytest.fixture
def job(order):
    return make.SyncJobFactory(
        parked=True,
        key=order.key,
        payload={"order": order.pk, "forced": False},
        resource=order.erp.resource,
        resources={"storefront": order.storefront.resource_id, "erp": order.erp.resource_id},
        steps=STEPS,
    )


def edit_page(job):
    return reverse("admin:engine_syncjob_edit", args=[job.pk])


def send(client, job, **values):
    """Fills in the form and sends it; the text of the page that follows."""
    answer = client.post(edit_page(job), {"reason": "by phone", **values}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def decide(client, made, verdict, reason="I was there"):
    address = reverse("admin:engine_syncjob_decide", args=[made.job_id, made.pk])
    return client.post(address, {"verdict": verdict, "reason": reason}, follow=True)


def job_page(client, job):
    return client.get(reverse("admin:engine_syncjob_change", args=[job.pk])).content.decode()


def test_edited_job_goes_on_and_its_page_tells_what_changed(job, signed_in):
    client = signed_in(make.operator())

    page = send(client, job, po_number="PO-4711")

    job.refresh_from_db()
    assert "Edited and requeued." in page
    assert job.state == JobState.QUEUED
    assert "PO number for the ERP: – → PO-4711." in page
    assert JobEdit.objects.get().actor == "olga.operator"


def test_form_shows_what_was_decided_for_the_order_before(order, job, signed_in):
    order.overrides = {"note": "Ring twice"}
    order.save()

    page = signed_in(make.operator()).get(edit_page(job))

    assert page.context["forms"][0]["note"].value() == "Ring twice"


def test_mistake_is_shown_beside_its_field_and_changes_nothing(job, signed_in):
    page = send(signed_in(make.operator()), job, customer_ref="999")

    job.refresh_from_db()
    assert "No customer or account link leads to 999" in page
    assert job.state == JobState.PARKED


def test_customer_of_an_account_link_is_taken(order, job, signed_in):
    make.IdLinkFactory(kind=IdLink.Kind.ACCOUNT, target=order.erp, target_ref="17")

    send(signed_in(make.operator()), job, customer_ref="17")

    order.refresh_from_db()
    assert order.overrides == {"customer_ref": "17"}


def test_edit_needs_a_reason(job, signed_in):
    page = send(signed_in(make.operator()), job, po_number="PO-1", reason="")

    assert "This field is required" in page
    assert not JobEdit.objects.exists()


def test_form_that_is_out_of_date_is_refused(job, signed_in):
    page = send(signed_in(make.operator()), job, po_number="PO-1", seen="0" * 64)

    assert "it was edited meanwhile" in page


def test_amount_is_proposed_and_approved_by_somebody_else(order, job, signed_in):
    olga, ivan = make.operator(), make.integration_admin()

    proposed = send(signed_in(olga), job, agreed_total="110.00")
    waiting = job_page(signed_in(ivan), job)
    (made,) = JobEdit.objects.all()
    decided = decide(signed_in(ivan), made, "approve").content.decode()

    job.refresh_from_db()
    order.refresh_from_db()
    assert "a second person must approve it" in proposed
    assert "Approve or reject…" in waiting
    assert "Approved; the job goes on with it." in decided
    assert job.state == JobState.QUEUED
    assert order.overrides == {"agreed_total": "110", "agreed_for": "119.00"}


def test_proposer_sees_no_approve_button_and_is_refused_without_it(job, signed_in):
    client = signed_in(make.operator())
    send(client, job, agreed_total="110")
    (made,) = JobEdit.objects.all()
    address = reverse("admin:engine_syncjob_decide", args=[job.pk, made.pk])

    page = client.get(address).content.decode()
    pressed = decide(client, made, "approve").content.decode()

    job.refresh_from_db()
    assert "Withdraw" in page
    assert ">Approve<" not in page
    assert "somebody else must approve it" in pressed
    assert (job.state, made.is_undecided) == (JobState.PARKED, True)


def test_rejected_amount_leaves_the_job_as_it_was(job, signed_in):
    made = edits.edit(job, {"agreed_total": "110"}, actor="ann", reason="by phone")

    decide(signed_in(make.operator()), made, "reject", reason="not agreed")

    job.refresh_from_db()
    assert (job.state, job.payload.get("agreed_total")) == (JobState.PARKED, None)
    assert EditDecision.objects.get().reason == "not agreed"


def test_first_page_and_order_name_what_waits_for_a_second_person(order, job, signed_in):
    edits.edit(job, {"agreed_total": "110"}, actor="ann", reason="by phone")
    client = signed_in(make.operator())

    first = client.get(reverse("admin:index")).content.decode()
    orders_page = client.get(reverse("admin:integrations_order_change", args=[order.pk]))
    listed = client.get(reverse("admin:engine_syncjob_changelist") + "?attention=second")

    assert "edit to approve" in first
    assert "Agreed total (gross): – → 110" in first
    assert "a second person must approve the edit of Agreed total" in orders_page.content.decode()
    assert [row.pk for row in listed.context["cl"].result_list] == [job.pk]


def test_order_tells_the_edit_in_its_timeline_and_what_holds_now(order, job, signed_in):
    made = edits.edit(job, {"agreed_total": "110"}, actor="ann", reason="by phone")
    edits.approve(made, actor="bob", reason="so it was")

    page = signed_in(make.operator()).get(
        reverse("admin:integrations_order_change", args=[order.pk])
    )

    told = [entry.sentence for entry in page.context["timeline"].entries if entry.what == "Edit"]
    assert told == [
        "Proposed: Agreed total (gross): – → 110.",
        "Approved: Agreed total (gross): – → 110.",
    ]
    assert page.context["decided"] == [("Agreed total (gross)", "110.00 EUR")]


def test_auditor_reads_edits_and_makes_none(job, signed_in):
    made = edits.edit(job, {"agreed_total": "110"}, actor="ann", reason="by phone")
    client = signed_in(make.auditor())

    page = job_page(client, job)

    assert "by phone" in page
    assert "Approve or reject…" not in page
    assert client.get(edit_page(job)).status_code == 403
    assert decide(client, made, "approve").status_code == 403


def test_job_that_is_past_it_offers_no_edit(job, signed_in):
    job.steps.filter(name="create").update(state="in_doubt")
    client = signed_in(make.operator())

    assert "Edit…" not in job_page(client, job)
    assert "was sent already, or may have been" in send(client, job, po_number="PO-1")


def test_unknown_job_has_no_form(signed_in):
    address = reverse("admin:engine_syncjob_edit", args=[12345])

    assert signed_in(make.operator()).get(address).status_code == 404
