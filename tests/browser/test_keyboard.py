"""Whoever uses no mouse reaches and presses what matters."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from integrations.engine.models import JobState, SyncJob

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_TABS = 60


def test_requeue_is_reached_by_tab_and_pressed_by_enter(page, scene):
    job = SyncJob.objects.get(key=scene.held.key)
    page.goto(reverse("admin:engine_syncjob_change", args=[job.pk]))

    tab_to(page, "Requeue")
    page.keyboard.press("Enter")

    page.get_by_text("1 requeued.").wait_for()
    job.refresh_from_db()
    assert job.state == JobState.QUEUED


def test_first_order_of_the_first_page_opens_by_keyboard(page, scene):
    page.goto(reverse("admin:index"))

    tab_to(page, "#2107")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**{reverse('admin:integrations_order_change', args=[scene.held.pk])}")


def test_filters_open_by_keyboard(page):
    page.goto(reverse("admin:integrations_order_changelist"))

    tab_to(page, "Filters")
    page.keyboard.press("Enter")

    page.get_by_role("link", name="Not in the ERP yet").wait_for()


@pytest.mark.parametrize("width", [390], indirect=True, ids=["phone"])
def test_menu_of_a_phone_opens_by_keyboard(page):
    page.goto(reverse("admin:index"))

    tab_to(page, "dock_to_right")
    page.keyboard.press("Enter")

    page.get_by_role("link", name="Connections", exact=False).first.wait_for()


def tab_to(page: Page, text: str) -> None:
    """Presses Tab until the focused element begins with this text, and sees that it shows."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.textContent.trim()")
        if focused.startswith(text):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", "the focus cannot be seen"
            return
    pytest.fail(f"{text!r} is not reached with {MOST_TABS} tabs")
