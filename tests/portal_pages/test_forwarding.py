"""Passing an offer on within a company: to who is known there, and to nobody else."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations.engine import runner
from integrations.models import Buyer, StateChange
from quotes.models import Forward, Version
from quotes.services import forwarding
from tests import factories as make
from tests.portal_pages.conftest import kept_out, queries_of, signed_in
from tests.quotes.factories import QuoteFactory, VersionFactory

pytestmark = pytest.mark.django_db

STRANGER = "stranger@elsewhere.example"


@pytest.fixture
def ben() -> Buyer:
    return make.BuyerFactory(email="ben@company.example", account__name="Company Ltd")


@pytest.fixture
def eva(ben) -> Buyer:
    """Ben's colleague, who reads French."""
    return make.BuyerFactory(account=ben.account, email="eva@company.example", language="fr")


@pytest.fixture
def offer(ben) -> Version:
    return VersionFactory(offered=True, quote=QuoteFactory(buyer=ben))


@pytest.fixture
def browser(ben):
    return signed_in(ben)


def at(version):
    return f"/portal/quotes/{version.quote_id}/{version.revision}/forward"


def sent():
    runner.drain("batch")
    return [(one.to, one.subject) for one in mail.outbox]


def history(version):
    rows = StateChange.objects.filter(subject="version", subject_id=version.pk)
    return [(one.actor, one.reason) for one in rows]


def test_chosen_colleague_gets_a_mail_in_their_language(browser, ben, eva, offer):
    answer = browser.post(at(offer), {"to": eva.pk, "text": "Good for site 12?"}, follow=True)

    assert "eva@company.example gets a mail" in answer.text
    subject = f"ben@company.example vous transmet le devis {offer.quote.number}"
    assert sent() == [([eva.email], subject)]
    [message] = mail.outbox
    assert "Good for site 12?" in message.body
    assert "119,00\u00a0€" in message.body
    assert f"/portal/quotes/{offer.quote_id}/1" in message.body
    assert history(offer) == [("ben@company.example", "forwarded to eva@company.example")]


def test_link_of_the_mail_asks_to_sign_in_and_leads_to_the_offer(browser, eva, offer, client):
    browser.post(at(offer), {"to": eva.pk})
    page = f"/portal/quotes/{offer.quote_id}/1"

    assert client.get(page).url.startswith("/portal/sign-in?next=")
    assert signed_in(eva).get(page).status_code == 200


def test_typed_colleague_is_told_as_a_chosen_one(browser, eva, offer):
    browser.post(at(offer), {"address": " EVA@company.example "})

    assert [to for to, _ in sent()] == [[eva.email]]


@pytest.mark.parametrize("known", ["nobody", "elsewhere", "colleague", "self", "switched off"])
def test_typed_address_is_answered_alike_whoever_it_is(browser, ben, offer, known):
    if known == "elsewhere":
        make.BuyerFactory(email=STRANGER)
    if known == "colleague":
        make.BuyerFactory(account=ben.account, email=STRANGER)
    if known == "switched off":
        gone = make.UserFactory(is_staff=False, is_active=False)
        make.BuyerFactory(account=ben.account, email=STRANGER, user=gone)
    address = ben.email if known == "self" else STRANGER

    answer = browser.post(at(offer), {"address": address}, follow=True)

    assert f"We have told {address}, if they buy for your company." in answer.text
    assert answer.redirect_chain == [(f"/portal/quotes/{offer.quote_id}/1", 302)]
    assert len(sent()) == (known == "colleague")


def test_who_is_typed_gains_no_access_and_sales_reads_of_it(browser, offer, client):
    browser.post(at(offer), {"address": STRANGER})

    assert not Buyer.objects.filter(email=STRANGER).exists()
    client.post("/portal/sign-in", {"email": STRANGER})
    assert sent() == []
    [(_, reason)] = history(offer)
    assert reason == f"was to be forwarded to {STRANGER}, who is no buyer of Company Ltd"


def test_buyers_of_other_companies_cannot_be_chosen(browser, offer):
    other = make.BuyerFactory()

    page = browser.get(at(offer)).text
    answer = browser.post(at(offer), {"to": other.pk})

    assert other.email not in page
    assert answer.status_code == 422
    assert sent() == []


@pytest.mark.parametrize(
    "wrong", [{}, {"address": "no address"}, {"address": "a@b.example", "to": "eva"}]
)
def test_one_recipient_is_needed(browser, eva, offer, wrong):
    sent_form = {**wrong, **({"to": eva.pk} if "to" in wrong else {})}

    answer = browser.post(at(offer), sent_form)

    assert answer.status_code == 422
    assert Forward.objects.count() == 0


def test_second_press_is_the_same_forward(browser, eva, offer):
    for _ in range(2):
        browser.post(at(offer), {"to": eva.pk})

    assert (Forward.objects.count(), len(sent()), len(history(offer))) == (1, 1, 1)


def test_later_it_is_a_wish_of_its_own(browser, eva, offer):
    browser.post(at(offer), {"to": eva.pk})
    Forward.objects.update(at=timezone.now() - forwarding.SAME - timedelta(seconds=1))

    browser.post(at(offer), {"to": eva.pk})

    assert len(sent()) == 2


@pytest.mark.parametrize("address", [STRANGER, "eva@company.example"])
def test_too_many_are_refused_whoever_they_are_for(browser, ben, eva, offer, address):
    Forward.objects.bulk_create(
        Forward(version=offer, by=ben, address=f"{n}@x.example") for n in range(forwarding.MOST)
    )

    answer = browser.post(at(offer), {"address": address})

    assert answer.status_code == 429
    assert "forwarded very often" in answer.text
    assert sent() == []
    Forward.objects.update(at=timezone.now() - forwarding.WINDOW)
    assert browser.post(at(offer), {"address": address}).status_code == 302


def test_offer_that_was_taken_back_meanwhile_is_told_to_nobody(browser, eva, offer):
    browser.post(at(offer), {"to": eva.pk})
    Version.objects.update(state="withdrawn")

    assert sent() == []


def test_what_is_typed_is_text(browser, eva, offer):
    browser.post(at(offer), {"to": eva.pk, "text": "<script>alert(1)</script>"})
    sent()

    assert "<script" not in mail.outbox[0].alternatives[0].content


@pytest.mark.parametrize("is_sent", [False, True])
def test_nobody_else_forwards_an_offer(offer, eva, is_sent):
    kept_out(at(offer), {"to": eva.pk} if is_sent else None)

    assert Forward.objects.count() == 0


def test_draft_and_withdrawn_version_have_no_such_page(browser, ben):
    draft = VersionFactory(quote=QuoteFactory(buyer=ben))
    taken_back = VersionFactory(offered=True, quote=QuoteFactory(buyer=ben))
    Version.objects.filter(pk=taken_back.pk).update(state="withdrawn")

    for version in (draft, taken_back):
        assert browser.get(at(version)).status_code == 404


def test_page_speaks_german_and_french(browser, offer):
    for language, heading in (
        ("de", "Im Haus weiterleiten"),
        ("fr", "Transmettre à un collègue"),
    ):
        assert heading in browser.get(at(offer), headers={"Accept-Language": language}).text


def test_page_costs_the_same_for_many_colleagues(browser, ben, eva, offer):
    few = queries_of(browser, at(offer))
    make.BuyerFactory.create_batch(20, account=ben.account)

    assert queries_of(browser, at(offer)) == few <= 12


def test_buyer_without_colleagues_is_offered_no_empty_list(browser, offer):
    assert "<select" not in browser.get(at(offer)).text


def test_forward_is_to_one_person(ben, eva, offer):
    for whom in ({}, {"to": eva, "address": STRANGER}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Forward.objects.create(version=offer, by=ben, **whom)
