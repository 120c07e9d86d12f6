"""In a demo the faults of a stand-in are set and reset on a page, with the keyboard alone."""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from integrations.adapters.business_central.sandbox import BusinessCentralStandIn
from integrations.models import Connection
from tests import factories as make
from tests.browser.looking import assert_well_made
from tests.browser.test_keyboard import tab_to

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def erp() -> Iterator[BusinessCentralStandIn]:
    with BusinessCentralStandIn() as standin:
        standin.sandbox_key = "demo"
        yield standin


@pytest.fixture
def connection(scene, erp: BusinessCentralStandIn, settings) -> Connection:
    settings.DEBUG, settings.SANDBOX_KEY = True, "demo"
    return make.ConnectionFactory(
        erp=True, name="Demo ERP", base_url=erp.url, allow_private_addresses=True
    )


def test_faults_are_found_set_and_shown(page: Page, connection, erp, shoot):
    page.goto(reverse("admin:integrations_connection_change", args=[connection.pk]))
    page.get_by_role("link", name="Faults of this stand-in").click()
    expect(page.get_by_text("Nothing: it answers as it should.")).to_be_visible()

    page.locator("#id_fault").select_option("Slow answers")
    page.get_by_role("button", name="Set this fault").click()
    page.get_by_text("Set: Slow answers.").wait_for()
    page.locator("#id_fault").select_option("Callbacks come again")
    page.get_by_label("Rows or copies").fill("2")
    page.get_by_role("button", name="Set this fault").click()
    page.get_by_text("2 rows or copies").wait_for()

    assert [dial["fault"] for dial in erp.dials.shown()] == ["delay", "repeat_callbacks"]
    shoot(page, "faults")
    assert_well_made(page)


def test_all_are_reset_by_keyboard(page: Page, connection, erp):
    erp.dials.set("fail")
    page.goto(reverse("admin:integrations_connection_faults", args=[connection.pk]))

    tab_to(page, "Reset all")
    page.keyboard.press("Enter")

    page.get_by_text("All faults are reset.").wait_for()
    assert erp.dials.shown() == []


def test_form_is_filled_by_keyboard_and_says_what_is_missing(page: Page, connection, erp):
    page.goto(reverse("admin:integrations_connection_faults", args=[connection.pk]))
    page.locator("#id_fault").focus()
    page.keyboard.type("A field")

    tab_to(page, "Set this fault")
    page.keyboard.press("Enter")

    page.get_by_text("Choose the field that is to change.").wait_for()
    assert erp.dials.shown() == []
    assert_well_made(page)
