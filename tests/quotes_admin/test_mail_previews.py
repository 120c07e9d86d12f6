"""Mails are looked at before they are sent: in a frame that can do nothing, in each language."""

import pytest
from django.core import mail
from django.urls import reverse
from django.utils.html import escape

from quotes.actors import staff
from quotes.mails import sending
from quotes.mails.words import ABOUT_FORWARD, ABOUT_RFQ, LETTERS
from quotes.models import PortalToken
from quotes.services import rfqs
from tests import factories as make
from tests.quotes.factories import RfqFactory, VersionFactory
from tests.quotes.told import about

pytestmark = pytest.mark.django_db


def page_of(row):
    return reverse(f"admin:quotes_{row._meta.model_name}_mails", args=[row.pk])


def frame_of(row, name, language="en"):
    return reverse(f"admin:quotes_{row._meta.model_name}_mail", args=[row.pk, name, language])


@pytest.mark.parametrize("name", sorted(set(LETTERS) - ABOUT_RFQ - ABOUT_FORWARD))
@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_every_mail_about_a_quote_is_shown_before_it_is_sent(signed_in, sam, name, language):
    version = about(name, make.BuyerFactory(), sam)
    client = signed_in(sam)

    page = client.get(page_of(version), {"mail": name, "language": language})
    framed = client.get(frame_of(version, name, language))

    shown = page.context["shown"].message
    assert f'src="{name}/{language}/"' in page.content.decode()
    assert version.quote.number in shown.subject
    assert language == "en" or name.startswith("sales_") or shown.subject != _english(version, name)
    assert escape(shown.subject) in framed.content.decode()
    assert f'<html lang="{language}">' in framed.content.decode()
    assert mail.outbox == []


@pytest.mark.parametrize("name", ["question", "said", "declined", "ended"])
@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_mail_about_a_request_is_shown_before_it_is_sent(signed_in, sam, name, language):
    rfq = about(name, make.BuyerFactory(), sam)

    page = signed_in(sam).get(page_of(rfq), {"mail": name, "language": language})

    shown = page.context["shown"].message
    assert rfq.number in shown.subject
    assert language == "en" or shown.subject != _english(rfq, name)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("company_refused", "nobody refused"),
        ("company_asked", "no buyer whom"),
        ("colleague_accepted", "nobody did yet"),
    ],
)
def test_mail_that_tells_of_nothing_yet_says_so(signed_in, sam, name, said):
    version = VersionFactory(quote__owner=sam, offered=True)

    page = signed_in(sam).get(page_of(version), {"mail": name})

    assert said in page.content.decode()


def test_look_at_a_mail_to_somebody_without_access_makes_no_link(signed_in, sam):
    rfq = RfqFactory(submitted=True, buyer=None, account=None, contact_email="carl@new.example")
    rfqs.ask_buyer(rfq, actor=staff(sam), text="Which one?")

    page = signed_in(sam).get(page_of(rfq), {"mail": "question"})

    assert page.context["shown"].message.to == ["carl@new.example"]
    assert not PortalToken.objects.exists()


def _english(row, name):
    return sending.preview_of(name, row, language="en").subject


def test_mail_is_in_the_language_that_was_chosen(signed_in, sam):
    version = VersionFactory(quote__owner=sam, offered=True)

    page = signed_in(sam).get(page_of(version), {"mail": "offered", "language": "de"})

    assert page.context["shown"].message.subject.startswith("Angebot")


def test_frame_runs_and_loads_nothing(signed_in, sam):
    version = VersionFactory(quote__owner=sam, offered=True)
    client = signed_in(sam)

    framed = client.get(frame_of(version, "offered"))

    assert '<iframe class="mail-frame" sandbox src=' in client.get(page_of(version)).text
    assert framed["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox" in framed["Content-Security-Policy"]
    assert "default-src 'none'" in framed["Content-Security-Policy"]


def test_question_that_nobody_asked_is_no_mail_yet(signed_in, sam):
    rfq = RfqFactory(submitted=True)

    page = signed_in(sam).get(page_of(rfq), {"mail": "question"})

    assert "nothing was asked yet" in page.content.decode()
    assert signed_in(sam).get(frame_of(rfq, "question")).status_code == 404


def test_mail_to_nobody_says_so(signed_in, sam, settings):
    settings.SALES_EMAILS = []
    rfq = RfqFactory(submitted=True)

    page = signed_in(sam).get(page_of(rfq), {"mail": "sales_submitted"})

    assert "Nobody would get it" in page.content.decode()


def test_mails_of_a_colleagues_quote_are_not_found(signed_in, sam, rita):
    version = VersionFactory(quote__owner=rita, offered=True)
    client = signed_in(sam)

    assert client.get(page_of(version)).status_code == 404
    assert client.get(frame_of(version, "offered")).status_code == 404
    assert signed_in(rita).get(frame_of(version, "offered", "xx")).status_code == 404
    assert signed_in(rita).get(frame_of(version, "question")).status_code == 404
