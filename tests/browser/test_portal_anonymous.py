"""Somebody without access asks for a quote, on a phone and at a desk, without scripts."""

import re

import pytest
from django.core import mail
from playwright.sync_api import Browser, Page

from integrations.engine.runner import drain
from quotes.actors import staff
from quotes.models import Rfq
from quotes.services import rfqs
from tests.browser.conftest import HEIGHTS
from tests.browser.looking import assert_fits, assert_open_to_everybody
from tests.factories import sales_rep
from tests.quotes.factories import RfqFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def visitor(chromium: Browser, live_server, transactional_db: None, width: int) -> Page:
    context = chromium.new_context(
        viewport={"width": width, "height": HEIGHTS[width]},
        base_url=live_server.url,
        locale="en-GB",
    )
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text))
    yield page
    context.close()


def look(page: Page, name: str, keep) -> None:
    page.wait_for_load_state("networkidle")
    assert page.complaints == []
    assert_fits(page)
    assert_open_to_everybody(page)
    page.complaints.clear()  # axe tries what the policy refuses
    keep(page, name)


def mailed_code() -> str:
    drain("batch")
    return re.search(r"^ {4}(\d{6})$", mail.outbox[-1].body, re.MULTILINE)[1]


def test_every_page_of_a_visitors_request_is_well_made(visitor, shoot):
    visitor.goto("/portal/request")
    look(visitor, "portal-visitor", shoot)

    visitor.get_by_label("Company").fill("Neue Werkzeuge GmbH")
    visitor.get_by_label("Your name").fill("Carl Neu")
    visitor.get_by_label("Your e-mail address").fill("carl@new.example")
    visitor.get_by_role("group", name="Line 2").get_by_label("Quantity").fill("many")
    visitor.get_by_role("button", name="Go on").click()
    visitor.get_by_text("above zero").wait_for()
    visitor.complaints.clear()  # Chromium notes the 422
    look(visitor, "portal-visitor-wrong", shoot)

    row = visitor.get_by_role("group", name="Line 2")
    row.get_by_label("What do you need?").fill("Hose with brass ends, 25 m")
    row.get_by_label("Quantity").fill("12,5")
    visitor.get_by_role("button", name="Go on").click()
    visitor.get_by_role("heading", name="Confirm your address").wait_for()
    look(visitor, "portal-visitor-code", shoot)

    visitor.get_by_role("textbox", name="Code").fill(mailed_code())
    visitor.get_by_role("button", name="Send the request").click()
    visitor.get_by_role("heading", name="Your request is with us").wait_for()
    look(visitor, "portal-visitor-done", shoot)
    assert str(Rfq.objects.get().lines.get().quantity) == "12.5000"

    visitor.get_by_role("link", name="Add a message or a file").click()
    visitor.get_by_label("Your message").fill("The hose must be red.")
    visitor.get_by_role("button", name="Send the message").click()
    visitor.get_by_text("Your message is sent.").wait_for()
    assert Rfq.objects.get().messages.get().text == "The hose must be red."


def test_question_is_answered_from_the_link_in_its_mail(visitor, shoot):
    rfq = RfqFactory(submitted=True, buyer=None, account=None, contact_email="carl@new.example")
    sam = sales_rep()
    rfqs.ask_buyer(rfq, actor=staff(sam), text="Which thread do the brass ends have?")
    drain("batch")
    visitor.goto(re.search(r"/portal/request/open/\S+", mail.outbox[-1].body)[0])

    visitor.get_by_text("Which thread do the brass ends have?").wait_for()
    look(visitor, "portal-visitor-thread", shoot)
    visitor.get_by_label("Your message").fill("G 3/4.")
    visitor.get_by_label("Your message").press("Tab")
    visitor.keyboard.press("Enter")

    visitor.get_by_text("Your message is sent.").wait_for()
    rfq.refresh_from_db()
    assert rfq.state == "submitted"

    rfqs.decline_rfq(rfq, actor=staff(sam), reason="Not our range.")
    visitor.goto(re.search(r"/portal/request/open/\S+", mail.outbox[0].body)[0])
    visitor.get_by_role("heading", name="This link has ended").wait_for()
    visitor.complaints.clear()  # Chromium notes the 410
    look(visitor, "portal-visitor-link-ended", shoot)


def test_enter_in_a_field_goes_on_and_adds_no_lines(visitor):
    visitor.goto("/portal/request")
    for label, text in (("Company", "New Ltd"), ("Your name", "Carl")):
        visitor.get_by_label(label).fill(text)
    row = visitor.get_by_role("group", name="Line 1")
    row.get_by_label("What do you need?").fill("Hose")
    row.get_by_label("Quantity").fill("1")
    visitor.get_by_label("Your e-mail address").fill("carl@new.example")

    visitor.get_by_label("Your e-mail address").press("Enter")

    visitor.get_by_role("heading", name="Confirm your address").wait_for()
