"""What becomes of refused orders is read and set on the flow's page, with the keyboard alone."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from integrations.models import PlannedChange, StateChange
from tests.browser.looking import assert_well_made

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LABEL = "Orders the ERP refuses"
MOST_TABS = 80


def test_policy_for_refused_orders_says_what_happens_to_the_money(page, scene, shoot):
    page.goto(reverse("admin:integrations_flow_change", args=[scene.orders_flow.pk]))

    setting = page.get_by_label(LABEL)
    expect(setting).to_have_value("")
    setting.scroll_into_view_if_needed()
    expect(page.get_by_text("a captured one refunded in full")).to_be_visible()
    shoot(page, "flow-orders")
    assert_well_made(page)


def test_policy_for_refused_orders_is_set_by_keyboard(page, scene):
    flow = scene.orders_flow
    page.goto(reverse("admin:integrations_flow_change", args=[flow.pk]))

    tab_to_label(page, LABEL)
    page.keyboard.type("cancel")
    expect(page.get_by_label(LABEL)).to_have_value("cancel")
    page.keyboard.press("Tab")
    tab_to_save(page)
    page.keyboard.press("Enter")

    page.get_by_text("was changed successfully").wait_for()
    flow.refresh_from_db()
    assert flow.settings == {"refused": "cancel"}
    change = StateChange.objects.get(subject="flow", subject_id=flow.pk, after="settings")
    assert change.reason == "refused: default → cancel"


def tab_to_label(page: Page, label: str) -> None:
    """Presses Tab until the field of this label has the focus, and sees that it shows."""
    field = page.get_by_label(label)
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if field.evaluate("element => element === document.activeElement"):
            look = field.evaluate(
                "element => [getComputedStyle(element).outlineStyle, "
                "getComputedStyle(element).boxShadow]"
            )
            assert look != ["none", "none"], "the focus cannot be seen"
            return
    pytest.fail(f"{label!r} is not reached with {MOST_TABS} tabs")


def tab_to_save(page: Page) -> None:
    for _ in range(MOST_TABS):
        focused = page.evaluate("document.activeElement.getAttribute('name')")
        if focused == "_save":
            return
        page.keyboard.press("Tab")
    pytest.fail("the button that saves is not reached")


def test_going_live_says_why_records_were_left_out(page, scene, shoot):
    run, texts = scene.run, ["no price for {}", "the storefront does not sell in XTS: add it there"]
    refs = [f"SAW-{n}" for n in range(40)]
    PlannedChange.objects.filter(run=run).delete()
    PlannedChange.objects.bulk_create(
        PlannedChange(run=run, number=n, action="skip", ref=ref, reason=texts[n % 2].format(ref))
        for n, ref in enumerate(refs, start=1)
    )
    run.skipped, run.failed, run.removed = len(refs), 0, 0
    run.save()
    page.goto(reverse("admin:integrations_flow_change", args=[run.flow_id]))
    assert_well_made(page)

    page.get_by_role("button", name="Change the mode…").click()

    expect(page.get_by_text("leaves out 40 records")).to_be_visible()
    expect(page.get_by_text("no price for …")).to_be_visible()
    shoot(page, "flow-going-live")
    assert_well_made(page)
    page.get_by_role("link", name="20 records").first.click()
    expect(page.get_by_text("What it planned")).to_be_visible()
    expect(page.locator("table tbody tr")).to_have_count(20)
