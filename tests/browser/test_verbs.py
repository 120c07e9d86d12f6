"""Editing a job, deciding about it, and pressing for everything that matches."""

import pytest
from django.urls import reverse

from integrations.engine import edits, presses, runner
from integrations.engine.models import JobState, Press, SyncJob
from tests.browser.looking import assert_well_made
from tests.browser.test_keyboard import tab_to

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def job(scene):
    return SyncJob.objects.get(key=scene.held.key)


def propose(job):
    values = {"agreed_total": "4800.00"}
    return edits.edit(job, values, actor="olga.operator", reason="Freight waived, by phone")


def many_parked(number=120):
    return SyncJob.objects.bulk_create(
        SyncJob(
            kind="write_shipment",
            lane="batch",
            key=f"shipments:order_01M84RZNYN00000000CPPF{n:04d}",
            seq=1,
            state=JobState.DONE if n % 40 == 7 else JobState.PARKED,
            error_text="The storefront refused the shipment.",
        )
        for n in range(number)
    )


def pressed(*, batches):
    many_parked()
    rows = SyncJob.objects.filter(kind="write_shipment")
    matched = "state: Needs a person; what it does: Write a shipment to the storefront"
    press = presses.open_press(
        "requeue_jobs", rows, matched=matched, actor="olga.operator", reason="The shop is back"
    )
    for _ in range(batches):
        presses.press_batch(press.pk)
    return press


def test_form_of_a_job(page, job, shoot):
    page.goto(reverse("admin:engine_syncjob_edit", args=[job.pk]))

    shoot(page, "job-edit")
    assert_well_made(page)


def test_form_says_what_is_wrong(page, job):
    page.goto(reverse("admin:engine_syncjob_edit", args=[job.pk]))
    page.get_by_label("Customer in the ERP").fill("999")
    page.get_by_label("Reason").fill("typo")
    page.get_by_role("button", name="Edit and requeue").click()

    page.get_by_text("No customer or account link leads to 999").wait_for()
    assert_well_made(page)


def test_edit_of_an_amount_waits_for_somebody_else(page, job):
    page.goto(reverse("admin:engine_syncjob_change", args=[job.pk]))
    page.get_by_role("link", name="Edit…").click()
    page.get_by_label("Agreed total").fill("4800")
    page.get_by_label("Reason").fill("Freight waived")
    page.get_by_role("button", name="Edit and requeue").click()

    page.get_by_role("link", name="Approve or reject…").click()

    page.get_by_text("You proposed it").wait_for()
    assert page.get_by_role("button", name="Approve").count() == 0
    assert_well_made(page)


def test_job_that_waits_for_a_second_person(page, job, shoot):
    propose(job)
    page.goto(reverse("admin:engine_syncjob_change", args=[job.pk]))

    shoot(page, "job-second-person")
    assert_well_made(page)


def test_second_person_approves(page, job, shoot):
    propose(job)
    page.goto(reverse("admin:index"))
    assert_well_made(page)
    page.get_by_role("link", name="approve or reject").click()
    page.get_by_role("link", name="Approve or reject…").click()
    page.get_by_label("Reason").fill("I was on the phone")
    shoot(page, "edit-decide")
    assert_well_made(page)

    page.get_by_role("button", name="Approve").click()

    page.get_by_text("Approved; the job goes on with it.").wait_for()
    job.refresh_from_db()
    assert job.state == JobState.QUEUED


def test_order_with_a_decided_edit(page, scene, job):
    edits.approve(propose(job), actor="ivan.admin", reason="Agreed")
    page.goto(reverse("admin:integrations_order_change", args=[scene.held.pk]))

    page.get_by_text("Decided for this order").wait_for()
    assert_well_made(page)


@pytest.mark.parametrize("width", [1440], indirect=True, ids=["wide"])
def test_everything_that_matches_is_selected_and_asked_about(page, shoot):
    many_parked()
    page.goto(
        reverse("admin:engine_syncjob_changelist") + "?state__exact=parked&kind=write_shipment"
    )
    page.locator("#action-toggle").check()
    page.get_by_title("Click here to select the objects across all pages").click()
    page.locator("select[name=action]").select_option("requeue")
    page.get_by_role("button", name="Run", exact=True).click()

    page.get_by_text("117 rows").wait_for()
    shoot(page, "bulk-confirm")
    assert_well_made(page)
    page.get_by_label("Reason").fill("The shop is back")
    page.get_by_role("button", name="Requeue jobs").click()

    page.get_by_text("0 of 117").wait_for()
    assert Press.objects.get().total == 117


def test_bulk_press_under_way(page, shoot):
    press = pressed(batches=1)
    page.goto(reverse("admin:engine_press_change", args=[press.pk]))

    shoot(page, "bulk-running")
    assert_well_made(page)


def test_bulk_press_with_what_it_skipped(page, shoot):
    press = pressed(batches=0)
    runner.drain("batch")
    page.goto(reverse("admin:engine_press_change", args=[press.pk]))

    page.get_by_text("cannot be requeued: it is done").first.wait_for()
    shoot(page, "bulk")
    assert_well_made(page)


def test_bulk_press_in_the_dark(page, shoot):
    press = pressed(batches=1)
    page.emulate_media(color_scheme="dark")
    page.goto(reverse("admin:engine_press_change", args=[press.pk]))

    shoot(page, "bulk-dark")
    assert_well_made(page)


def test_edit_and_decision_in_the_dark(page, job):
    page.emulate_media(color_scheme="dark")
    page.goto(reverse("admin:engine_syncjob_edit", args=[job.pk]))
    assert_well_made(page)

    made = propose(job)
    page.goto(reverse("admin:engine_syncjob_decide", args=[job.pk, made.pk]))
    assert_well_made(page)
    page.goto(reverse("admin:engine_syncjob_change", args=[job.pk]))
    assert_well_made(page)


def test_bulk_presses(page):
    pressed(batches=1)
    page.goto(reverse("admin:engine_press_changelist"))

    assert_well_made(page)


def test_edit_and_stop_are_reached_by_keyboard(page, job):
    page.goto(reverse("admin:engine_syncjob_change", args=[job.pk]))
    tab_to(page, "Edit…")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Edit and requeue").wait_for()

    press = pressed(batches=1)
    page.goto(reverse("admin:engine_press_change", args=[press.pk]))
    tab_to(page, "Stop…")
    page.keyboard.press("Enter")

    page.get_by_text("What is pressed already stays").wait_for()
    assert_well_made(page)
