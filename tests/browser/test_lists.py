"""Lists: filtering, selecting and pressing for what was selected."""

import pytest
from django.urls import reverse

from integrations.engine.models import JobState, SyncJob
from tests.browser.looking import assert_well_made

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_selected_jobs_are_requeued_together(page):
    page.goto(reverse("admin:engine_syncjob_changelist") + "?attention=parked")
    for box in page.locator("tr.data-row input.action-select").all():
        box.check()
    page.locator("select[name=action]").select_option("requeue")
    assert_well_made(page)

    page.get_by_role("button", name="Run", exact=True).click()

    page.get_by_text("2 requeued.").wait_for()
    assert not SyncJob.objects.filter(state=JobState.PARKED).exists()


def test_filters_open_and_narrow_the_list(page):
    page.goto(reverse("admin:integrations_order_changelist"))
    page.get_by_role("button", name="Filters").first.click()
    page.get_by_role("link", name="Not in the ERP yet").wait_for()
    assert_well_made(page)

    page.get_by_role("link", name="Not in the ERP yet").click()

    page.get_by_text("#2107").wait_for()
    assert page.get_by_text("#2103").count() == 0
