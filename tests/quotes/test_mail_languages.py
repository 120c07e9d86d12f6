"""Buyers are written to in their language: the one they used last, or that of their request."""

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from integrations.engine import runner
from integrations.models import Buyer
from quotes import languages
from quotes.actors import staff
from quotes.mails import sending
from quotes.models import Rfq, Version
from quotes.services import offering, rfqs
from tests.factories import BuyerFactory, ConnectionFactory, UserFactory, sales_rep
from tests.portal_pages.conftest import sign_in
from tests.quotes.factories import QuoteFactory, RfqFactory, VersionFactory
from tests.quotes.signing import CUSTOMER, SECRET, post_rfq, rfq_body

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben() -> Buyer:
    return BuyerFactory(email="ben@company.example", storefront_customer_id=CUSTOMER)


def fresh(person: Buyer) -> Buyer:
    return Buyer.objects.get(pk=person.pk)


def offer_to(language: str) -> Version:
    return VersionFactory(offered=True, quote__buyer__language=language)


def the_only(name: str, about: Rfq | Version) -> tuple[str, str, str]:
    """Subject, text and HTML of what one person gets."""
    [message] = sending.messages_of(name, about)
    return message.subject, message.body, str(message.alternatives[0].content)


# ---------------------------------------------------------------- what mails say

SUBJECTS = {
    ("offered", "de"): "Angebot {} von ERP Portal",
    ("offered", "fr"): "Devis {} de ERP Portal",
    ("reminder", "de"): "Angebot {} endet bald",
    ("reminder", "fr"): "Le devis {} expire bientôt",
    ("accepted", "de"): "Sie haben das Angebot {} angenommen",
    ("accepted", "fr"): "Vous avez accepté le devis {}",
}


@pytest.mark.parametrize(("name", "language"), SUBJECTS)
def test_mail_about_an_offer_speaks_the_buyers_language(name: str, language: str) -> None:
    version = offer_to(language)

    subject, body, html = the_only(name, version)

    assert subject == SUBJECTS[name, language].format(version.quote.number)
    assert "119,00\u00a0€" in body
    assert "Open the quote" not in body
    assert f'<html lang="{language}">' in html


@pytest.mark.parametrize(
    ("language", "subject", "line"),
    [
        ("de", "Eine Frage zu Ihrer Anfrage {}", "Welcher Akku?"),
        ("fr", "Une question sur votre demande {}", "Welcher Akku?"),
        ("", "A question about your request {}", "Welcher Akku?"),
    ],
)
def test_question_speaks_the_language_of_the_request(
    language: str, subject: str, line: str
) -> None:
    rfq = RfqFactory(submitted=True, language=language)
    rfqs.ask_buyer(rfq, actor=staff(sales_rep()), text=line)

    assert the_only("question", rfq)[0] == subject.format(rfq.number)
    assert line in the_only("question", rfq)[1]


def test_what_a_buyer_chose_counts_before_their_requests_language() -> None:
    rfq = RfqFactory(quoted=True, language="fr", buyer__language="de")

    version = VersionFactory(offered=True, quote=QuoteFactory(rfq=rfq, buyer=rfq.buyer))

    assert the_only("offered", version)[0].startswith("Angebot")


def test_whoever_is_no_buyer_yet_reads_the_language_of_their_request(ben: Buyer) -> None:
    rfq = RfqFactory(
        quoted=True, language="fr", buyer=None, account=ben.account, contact_email="x@y.example"
    )
    version = VersionFactory(
        offered=True, quote=QuoteFactory(rfq=rfq, buyer=None, account=ben.account)
    )

    assert the_only("offered", version)[0].startswith("Devis")


@pytest.mark.parametrize("language", ["", "xx"])
def test_unknown_language_is_the_portals_own(language: str, settings: Settings) -> None:
    settings.LANGUAGE_CODE = "de"

    assert the_only("offered", offer_to(language))[0].startswith("Angebot")


def test_offer_to_a_whole_company_goes_to_each_in_their_language(ben: Buyer) -> None:
    for name, language in (("ada", "de"), ("eva", "de"), ("zoe", "fr")):
        BuyerFactory(account=ben.account, email=f"{name}@company.example", language=language)
    quote = QuoteFactory(buyer=None, account=ben.account)
    offering.offer(VersionFactory(approved=True, quote=quote), user=sales_rep())
    runner.drain("batch")

    told = {
        one.subject.split()[0]: sorted(to.split("@")[0] for to in one.to) for one in mail.outbox
    }
    assert told == {"Angebot": ["ada", "eva"], "Quote": ["ben"], "Devis": ["zoe"]}


def test_mail_to_sales_stays_english_whatever_the_buyer_speaks() -> None:
    version = VersionFactory(offered=True, quote__buyer__language="fr", quote__owner=sales_rep())

    assert the_only("sales_accepted", version)[0] == f"{version} was accepted"


# ---------------------------------------------------------------- where it comes from


def test_signing_in_tells_the_language(ben: Buyer) -> None:
    browser = Client(headers={"Accept-Language": "fr-CH,fr;q=0.9"})
    sign_in(browser, ben.email)

    assert fresh(ben).language == "fr"


def test_language_chosen_on_the_portal_counts_from_then_on(ben: Buyer) -> None:
    other = BuyerFactory(email=ben.email)  # the same person, for another company
    browser = Client()
    sign_in(browser, ben.email)

    browser.post("/portal/language", {"language": "de", "next": "/portal/"})

    assert (fresh(ben).language, fresh(other).language) == ("de", "de")


@pytest.mark.parametrize("language", ["xx", "", "de'--"])
def test_language_that_the_portal_does_not_speak_is_not_kept(ben: Buyer, language: str) -> None:
    browser = Client()
    sign_in(browser, ben.email)
    before = fresh(ben).language

    browser.post("/portal/language", {"language": language})

    assert fresh(ben).language == before


def test_visitor_changes_nobodys_language(ben: Buyer) -> None:
    browser = Client()
    browser.force_login(UserFactory(username="sue", role="Sales"))
    for client in (browser, Client()):
        assert client.post("/portal/language", {"language": "fr"}).status_code == 302

    assert fresh(ben).language == ""


@pytest.fixture
def shop(ben: Buyer) -> None:
    ConnectionFactory(credentials={"secret_key": "sk", "hook_secret": SECRET})


@pytest.mark.parametrize(
    ("locale", "language"), [("de-AT", "de"), ("fr_FR", "fr"), ("EN", "en"), ("tlh", ""), ("", "")]
)
def test_request_of_the_storefront_brings_its_locale(
    shop: None, ben: Buyer, locale: str, language: str
) -> None:
    answer = post_rfq(rfq_body(locale=locale))

    assert answer.status_code == 201
    assert (Rfq.objects.get().language, fresh(ben).language) == (language, language)


def test_storefront_does_not_overrule_what_was_chosen_on_the_portal(shop: None, ben: Buyer) -> None:
    Buyer.objects.update(language="de")

    post_rfq(rfq_body(locale="fr"))

    assert (Rfq.objects.get().language, fresh(ben).language) == ("fr", "de")


def test_same_request_from_another_locale_is_the_same(shop: None) -> None:
    answers = [post_rfq(rfq_body(locale=locale)).status_code for locale in ("de", "fr")]

    assert answers == [201, 200]


@pytest.mark.parametrize(
    ("tag", "language"),
    [("de", "de"), ("de-DE", "de"), ("fr_CA", "fr"), (" en-GB ", "en"), ("it", ""), ("", "")],
)
def test_tags_are_read_as_browsers_and_storefronts_write_them(tag: str, language: str) -> None:
    assert languages.known(tag) == language
    assert languages.spoken(tag) == (language or "en")
