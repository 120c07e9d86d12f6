"""A buyer gets into the portal: by keyboard alone, on a phone, in the dark, without scripts."""

import re

import pytest
from django.core import mail
from playwright.sync_api import Browser, Page

from integrations.engine.runner import drain
from tests import factories as make
from tests.browser.conftest import HEIGHTS
from tests.browser.looking import assert_fits, assert_open_to_everybody
from tests.browser.test_keyboard import tab_to

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EMAIL = "bea.buyer@acme-tools-and-machines.example"
LONG = "Vereinigte Norddeutsche Werkzeugmaschinenhandelsgesellschaft mbH & Co. KG"


@pytest.fixture
def companies(transactional_db: None) -> None:
    for name in ("Acme Tools and Machines Ltd", LONG):
        make.BuyerFactory(email=EMAIL, account__name=name)


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def visitor(chromium: Browser, live_server, companies: None, width: int, scheme: str) -> Page:
    """A browser that nobody is signed in with."""
    context = chromium.new_context(
        viewport={"width": width, "height": HEIGHTS[width]},
        base_url=live_server.url,
        color_scheme=scheme,
        locale="en-GB",
    )
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text))
    yield page
    context.close()


def mailed_code() -> str:
    drain("batch")
    return re.search(r"^ {4}(\d{6})$", mail.outbox[-1].body, re.MULTILINE)[1]


def type_into(page: Page, field: str, text: str) -> None:
    """The only field of a page has the focus from the start."""
    page.wait_for_function("name => document.activeElement.name === name", arg=field)
    page.keyboard.type(text)


def look(page: Page, name: str, keep) -> None:
    """Nothing sticks out, shuts out or breaks the page's own policy; the picture is kept."""
    page.wait_for_load_state("networkidle")
    assert page.complaints == []
    assert_fits(page)
    assert_open_to_everybody(page)
    page.complaints.clear()  # axe tries what the policy refuses
    keep(page, name)


def test_every_page_of_the_way_in_is_well_made(visitor, shoot, scheme):
    suffix = "" if scheme == "light" else "-dark"
    visitor.goto("/portal/")
    look(visitor, f"portal-sign-in{suffix}", shoot)

    visitor.get_by_label("Your e-mail address").fill(EMAIL)
    visitor.get_by_role("button", name="Send me a code").click()
    look(visitor, f"portal-code{suffix}", shoot)

    visitor.get_by_role("textbox", name="Code").fill("12 34")
    visitor.get_by_role("button", name="Sign in").click()
    visitor.get_by_text("This code is wrong").wait_for()
    visitor.complaints.clear()  # Chromium notes the 422
    look(visitor, f"portal-code-wrong{suffix}", shoot)

    visitor.get_by_role("textbox", name="Code").fill(mailed_code())
    visitor.get_by_role("button", name="Sign in").click()
    look(visitor, f"portal-accounts{suffix}", shoot)

    visitor.get_by_role("button", name=LONG).click()
    visitor.get_by_role("heading", name="Welcome").wait_for()
    look(visitor, f"portal-home{suffix}", shoot)

    visitor.get_by_role("button", name="Sign out").click()
    visitor.get_by_text("You are signed out.").wait_for()
    look(visitor, f"portal-signed-out{suffix}", shoot)


def test_ended_hand_over_leads_to_the_sign_in(visitor, shoot, scheme):
    visitor.goto("/portal/hand-over/invented")
    visitor.complaints.clear()  # Chromium notes the 410
    look(visitor, "portal-link-ended" + ("" if scheme == "light" else "-dark"), shoot)

    visitor.get_by_role("link", name="Sign in").click()

    visitor.get_by_label("Your e-mail address").wait_for()


@pytest.mark.parametrize("scheme", ["light"], indirect=True)
def test_a_buyer_gets_in_and_out_by_keyboard_alone(visitor):
    visitor.goto("/portal/")
    type_into(visitor, "email", EMAIL)
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/portal/sign-in/code")
    type_into(visitor, "code", mailed_code())
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/portal/accounts")
    tab_to(visitor, "Acme Tools")
    visitor.keyboard.press("Enter")
    visitor.get_by_role("heading", name="Welcome").wait_for()
    assert "Acme Tools and Machines Ltd" in visitor.locator(".account").text_content()

    tab_to(visitor, "Switch account")
    tab_to(visitor, "Sign out")
    visitor.keyboard.press("Enter")

    visitor.get_by_text("You are signed out.").wait_for()


@pytest.mark.parametrize("scheme", ["light"], indirect=True)
def test_the_skip_link_comes_first_and_leads_to_the_content(visitor):
    visitor.goto("/portal/hand-over/invented")

    tab_to(visitor, "Skip to the content")
    assert visitor.locator(".skip").bounding_box()["width"] > 50
    visitor.keyboard.press("Enter")
    visitor.keyboard.press("Tab")

    assert visitor.evaluate("document.activeElement.textContent") == "Sign in"


@pytest.mark.parametrize("scheme", ["light"], indirect=True)
@pytest.mark.parametrize(
    ("language", "heading"), [("Deutsch", "Anmelden"), ("Français", "Se connecter")]
)
def test_the_language_changes_without_scripts(visitor, language, heading, shoot):
    visitor.goto("/portal/sign-in?next=/portal/accounts")

    visitor.get_by_role("button", name=language).click()

    visitor.get_by_role("heading", name=heading).wait_for()
    assert visitor.url.endswith("/portal/sign-in?next=/portal/accounts")
    assert visitor.locator(".languages").inner_text().split() == ["English", "Deutsch", "Français"]
    look(visitor, f"portal-sign-in-{visitor.locator('html').get_attribute('lang')}", shoot)
