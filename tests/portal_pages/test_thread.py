"""Somebody without access writes about their one request, through a link that dies with it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from integrations.engine.runner import drain
from quotes.actors import staff
from quotes.models import Attachment, PortalToken, Rfq
from quotes.services import desk, rfqs
from quotes.signin import policies, threads
from quotes.states import RfqState
from tests import factories as make
from tests.portal_pages.conftest import signed_in
from tests.portal_pages.test_anonymous import ask, confirm
from tests.quotes.factories import RfqFactory

pytestmark = pytest.mark.django_db

THREAD, SAY, FILES = (f"/portal/request/thread{end}" for end in ("", "/say", "/files"))
CARL = "carl@new.example"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.ATTACHMENT_ROOT = tmp_path


@pytest.fixture
def sam():
    return make.sales_rep()


@pytest.fixture
def rfq():
    """Of nobody we know."""
    return RfqFactory(submitted=True, buyer=None, account=None, contact_email=CARL)


def mailed_link() -> str:
    drain("batch")
    return re.search(r"http://[^/]+(/portal/request/open/\S+)", mail.outbox[-1].body)[1]


def with_link(rfq: Rfq, sam: Any, browser: Client) -> Client:
    rfqs.ask_buyer(rfq, actor=staff(sam), text="Which hose?")
    assert browser.get(mailed_link()).url == THREAD
    return browser


def drawing(name: str = "hose.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7\n1 0 obj\n")


def test_question_is_answered_through_the_link_in_its_mail(rfq, sam, browser):
    with_link(rfq, sam, browser)
    assert "Which hose?" in browser.get(THREAD).text
    assert '<span class="badge warn">Question for you</span>' in browser.get(THREAD).text

    assert browser.post(SAY, {"text": "The red one."}).url == THREAD

    rfq.refresh_from_db()
    assert rfq.state == RfqState.SUBMITTED
    said = rfq.messages.last()
    assert (said.text, said.author, said.is_from_buyer) == ("The red one.", CARL, True)


def test_word_and_file_come_along(rfq, sam, browser):
    with_link(rfq, sam, browser)
    browser.post(SAY, {"text": "The red one."})

    browser.post(SAY, {"text": "By May."})
    browser.post(FILES, {"file": drawing()})

    assert rfq.messages.last().text == "By May."
    assert Attachment.objects.get().added_by == CARL
    assert "hose.pdf" in browser.get(THREAD).text


def test_who_just_confirmed_the_address_may_write_at_once(browser):
    ask(browser)
    confirm(browser)
    assert f'href="{THREAD}"' in browser.get("/portal/request/done").text

    browser.post(SAY, {"text": "One thing more."})

    assert Rfq.objects.get().messages.get().text == "One thing more."


def test_token_is_random_kept_as_a_hash_and_for_this_only(rfq):
    now = timezone.now()
    first, second = threads.issue(rfq, now=now), threads.issue(rfq, now=now)

    assert len({first, second}) == 2
    assert first not in str(list(PortalToken.objects.values()))
    PortalToken.objects.update(purpose="view_quote")
    assert threads.find(first, now=now) is None


@pytest.mark.parametrize("state", ["declined", "cancelled", "expired", "won"])
def test_link_dies_with_the_request(rfq, sam, browser, state):
    with_link(rfq, sam, browser)
    link = mailed_link()
    Rfq.objects.filter(pk=rfq.pk).update(state=state)
    before = rfq.messages.count()

    assert browser.get(link).status_code == 410
    assert browser.get(THREAD).status_code == 404
    assert browser.post(SAY, {"text": "Still there?"}).status_code == 404
    assert browser.post(FILES, {"file": drawing()}).status_code == 404
    assert (rfq.messages.count(), Attachment.objects.count()) == (before, 0)


def test_closed_link_opens_nothing_any_more(rfq, sam, browser):
    with_link(rfq, sam, browser)

    desk.close_links(rfq, actor=staff(sam))

    assert browser.get(THREAD).status_code == 404
    assert browser.post(SAY, {"text": "Hello"}).status_code == 404
    assert Client().get(mailed_link()).status_code == 410


def test_old_link_ends(rfq, sam, browser):
    with_link(rfq, sam, browser)

    PortalToken.objects.update(
        created_at=timezone.now() - 2 * policies.LINK_LIFE,
        expires_at=timezone.now() - timedelta(seconds=1),
    )

    assert browser.get(THREAD).status_code == 404


def test_link_ends_when_a_buyer_has_the_request(rfq, sam, browser):
    with_link(rfq, sam, browser)
    account = make.BuyerFactory(email=CARL).account

    desk.assign_account(rfq, actor=staff(sam), account=account)

    assert browser.get(THREAD).status_code == 404
    assert PortalToken.objects.get().revoked_at is not None


def test_asker_sees_nothing_of_the_company_that_sales_put_them_in(rfq, sam, browser):
    Rfq.objects.filter(pk=rfq.pk).update(request_key=f"{threads.ANONYMOUS}1")
    with_link(rfq, sam, browser)
    boss = make.BuyerFactory()
    desk.assign_account(rfq, actor=staff(sam), account=boss.account)
    signed_in(boss).post(f"/portal/requests/{rfq.pk}/answer", {"text": "Our margin is 40 %."})
    signed_in(boss).post(
        f"/portal/requests/RFQ-{rfq.pk:06d}/attachments", {"file": drawing("secret.pdf")}
    )
    rfqs.say(rfq, actor=staff(sam), text="He is slow.", is_from_buyer=False, is_internal=True)

    page = browser.get(THREAD).text

    assert "Which hose?" in page
    assert not [word for word in ("margin", "secret.pdf", "slow", boss.email) if word in page]


def test_link_opens_no_other_page(rfq, sam, browser):
    with_link(rfq, sam, browser)

    for path in (f"/portal/requests/{rfq.pk}", "/portal/", "/portal/quotes"):
        assert browser.get(path).url.startswith("/portal/sign-in")


def test_nobody_else_gets_there(rfq, sam):
    rfqs.ask_buyer(rfq, actor=staff(sam), text="Which hose?")

    for browser in (Client(), signed_in(make.BuyerFactory())):
        assert browser.get(THREAD).status_code == 404
        assert browser.post(SAY, {"text": "x"}).status_code == 404
    assert Client().get(reverse("portal:thread_open", args=["invented"])).status_code == 410


def test_buyers_mail_leads_to_their_own_page_and_makes_no_link(sam):
    rfq = RfqFactory(submitted=True)
    rfqs.ask_buyer(rfq, actor=staff(sam), text="Which hose?")
    drain("batch")

    assert f"/portal/requests/{rfq.pk}" in mail.outbox[-1].body
    assert not PortalToken.objects.exists()


def test_buyer_who_was_removed_gets_no_link(sam):
    rfq = RfqFactory(submitted=True)
    rfq.buyer.delete()
    rfq.refresh_from_db()
    rfqs.ask_buyer(rfq, actor=staff(sam), text="Which hose?")
    drain("batch")

    assert "/portal/request/open/" not in mail.outbox[-1].body


def test_declined_asker_is_led_to_a_new_request(rfq, sam):
    rfqs.decline_rfq(rfq, actor=staff(sam), reason="Not our range.")
    drain("batch")

    assert "/portal/request\n" in mail.outbox[-1].body
    assert not PortalToken.objects.exists()


def test_empty_word_is_refused(rfq, sam, browser):
    with_link(rfq, sam, browser)

    assert browser.post(SAY, {"text": " "}).status_code == 422
    assert rfq.messages.count() == 1
