"""A run's plan, its progress, and edits by hand, wide and on a phone."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from integrations.models import Flow, Run
from tests.browser.looking import assert_well_made
from tests.browser.test_flow_settings import tab_to_label

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def run_page(run: Run) -> str:
    return reverse("admin:integrations_run_change", args=[run.pk])


def test_plan_shows_what_changes_field_by_field(page, scene, shoot):
    page.goto(run_page(scene.run))

    expect(page.get_by_text("DRL-18V price EUR")).to_be_visible()
    shoot(page, "run")
    assert_well_made(page)


def test_plan_in_the_dark(page, scene):
    page.emulate_media(color_scheme="dark")
    page.goto(run_page(scene.run))

    assert_well_made(page)


def test_plan_is_searched_and_filtered_with_the_keyboard_alone(page, scene):
    page.goto(run_page(scene.run))

    tab_to_label(page, "Find by id, record or reason")
    page.keyboard.type("saw")
    page.keyboard.press("Enter")
    page.get_by_text("no price for OLD-1").wait_for()
    expect(page.get_by_text("Work light")).to_have_count(0)

    page.get_by_role("link", name="Removed 1").press("Enter")
    page.get_by_text("the ERP no longer has it").wait_for()
    expect(page.get_by_text("no price for OLD-1")).to_have_count(0)
    assert_well_made(page)


def test_plan_is_downloaded_as_it_is_filtered(page, scene):
    page.goto(f"{run_page(scene.run)}?plan=create")

    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()

    lines = download.value.path().read_text().splitlines()
    assert len(lines) == 1 + 3
    assert "Work light 50 W (LAMP-50W)" in lines[1]


def test_run_at_work_is_watched_and_cancelled(page, scene, shoot):
    page.goto(run_page(scene.open_run))
    expect(page.get_by_role("status")).to_contain_text("5,400 of about 12,600 records read")
    shoot(page, "run-running")
    assert_well_made(page)

    page.get_by_role("link", name="Watch").click()
    expect(page.get_by_text("looks again every 5 seconds")).to_be_visible()
    page.get_by_role("button", name="Cancel…").click()
    page.get_by_label("Reason").fill("wrong price list")
    assert_well_made(page)
    page.get_by_role("button", name="Cancel the run").click()

    page.get_by_text("1 cancelled").wait_for()
    assert Run.objects.get(pk=scene.open_run.pk).state == "cancelled"


def test_hand_edit_shows_both_values(page, scene, shoot):
    page.goto(reverse("admin:integrations_handedit_changelist"))
    assert_well_made(page)

    page.get_by_role("link", name="Cordless drill").first.click()
    expect(page.get_by_role("cell", name="The drill you always wanted")).to_be_visible()
    shoot(page, "hand-edit")
    assert_well_made(page)


def test_flow_says_what_speaks_against_going_live(page, scene, shoot):
    flow = Flow.objects.get(kind="products")
    page.goto(reverse("admin:integrations_flow_change", args=[flow.pk]))

    expect(page.get_by_text("has 1 failed record")).to_be_visible()
    shoot(page, "flow-products")
    assert_well_made(page)

    page.get_by_role("button", name="Change the mode…").click()
    page.get_by_label("I have read it").wait_for()
    assert_well_made(page)
