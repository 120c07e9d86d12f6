"""Who registered in the shop under a buyer's address, and what shows that they are that buyer."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from integrations.engine.models import SyncJob
from integrations.engine.runner import drain
from integrations.models import Buyer, Connection, Registration
from quotes.models import PortalToken
from tests import factories as make
from tests.portal_pages.conftest import EMAIL, mailed_code, sign_in
from tests.portal_pages.test_handover import ask, path_of, shop

pytestmark = pytest.mark.django_db

__all__ = ["shop"]  # a fixture


@pytest.fixture
def ann(db: None) -> Buyer:
    """A buyer from the ERP who has no login in the shop."""
    return make.BuyerFactory(email=EMAIL, account__name="Acme Tools")


@pytest.fixture
def claim(ann: Buyer, shop: Connection) -> Registration:
    """Somebody who registered in the shop under her address."""
    return Registration.objects.create(
        storefront=shop, customer_id="cus_new", email=EMAIL, registered_at=timezone.now()
    )


def begin(browser: Client, message_id: str = "msg_1") -> None:
    """From the shop to the page, and the press that has the code mailed."""
    page = browser.get(path_of(ask("cus_new", message_id=message_id)))
    assert page.status_code == 200
    registration = Registration.objects.get(customer_id="cus_new")
    answer = browser.post("/portal/prove", {"registration": registration.pk})
    assert answer.status_code == 302


def has_nothing(buyer: Buyer) -> bool:
    buyer.refresh_from_db()
    settled = SyncJob.objects.filter(kind="settle_customer").exists()
    return buyer.storefront_customer_id == "" and not settled


def test_claim_is_not_signed_in_by_a_hand_over(ann, claim, browser):
    page = browser.get(path_of(ask("cus_new")))

    assert "Mail me the code" in page.text
    assert browser.get("/portal/").status_code == 302
    assert has_nothing(ann)


def test_no_mail_goes_out_before_somebody_asks_for_it(ann, claim, browser):
    browser.get(path_of(ask("cus_new")))
    drain("batch")

    assert mail.outbox == []


def test_code_in_the_same_browser_accepts_the_claim_and_signs_in(ann, claim, browser):
    begin(browser)

    answer = browser.post("/portal/prove/code", {"code": mailed_code()})

    assert (answer.status_code, answer.url) == (302, "/portal/")
    ann.refresh_from_db()
    claim.refresh_from_db()
    assert ann.storefront_customer_id == "cus_new"
    assert (claim.state, claim.decided_by) == ("accepted", "code by e-mail")
    assert SyncJob.objects.filter(kind="settle_customer").count() == 1
    assert browser.get("/portal/").status_code == 200


def test_victim_who_signs_in_to_the_portal_accepts_no_stranger(ann, claim, browser):
    """She reads her mailbox; that says nothing about who registered in the shop."""
    sign_in(browser)

    claim.refresh_from_db()
    assert claim.state == "waiting"
    assert has_nothing(ann)


def test_code_in_another_browser_accepts_nobody(ann, claim, browser):
    begin(browser)

    answer = Client().post("/portal/prove/code", {"code": mailed_code()})

    assert answer.status_code == 410
    assert has_nothing(ann)


def test_wrong_code_accepts_nobody(ann, claim, browser):
    begin(browser)
    wrong = str((int(mailed_code()) + 1) % 10**6).zfill(6)

    answer = browser.post("/portal/prove/code", {"code": wrong})

    assert answer.status_code == 422
    assert has_nothing(ann)


def test_link_works_once_and_for_a_minute(ann, claim, browser):
    path = path_of(ask("cus_new"))
    browser.get(path)
    late = path_of(ask("cus_new", message_id="msg_2"))
    ago = timezone.now() - timedelta(minutes=2)
    PortalToken.objects.update(created_at=ago, expires_at=ago + timedelta(minutes=1))

    assert Client().get(path).status_code == 410
    assert Client().get(late).status_code == 410


def test_link_of_another_claim_in_between_ends_the_older_page(ann, claim, shop, browser):
    begin(browser)
    other = Registration.objects.create(
        storefront=shop, customer_id="cus_evil", email=EMAIL, registered_at=timezone.now()
    )
    browser.get(path_of(ask("cus_evil", message_id="msg_2")))

    again = browser.post("/portal/prove", {"registration": claim.pk})
    entered = browser.post("/portal/prove/code", {"code": mailed_code()})

    assert (again.status_code, entered.status_code) == (410, 410)
    other.refresh_from_db()
    assert other.state == "waiting"
    assert has_nothing(ann)


def test_refused_claim_is_nobody(ann, claim, browser):
    Registration.objects.update(state="refused", decided_at=timezone.now())

    assert ask("cus_new").status_code == 404


def test_mailbox_of_two_companies_waits_for_somebody_who_chooses(ann, claim, browser):
    make.BuyerFactory(email=EMAIL, account__name="Second Ltd")
    begin(browser)

    page = browser.post("/portal/prove/code", {"code": mailed_code()})

    assert "will choose the company" in page.text
    claim.refresh_from_db()
    assert (claim.state, claim.proven_at is not None) == ("waiting", True)
    assert has_nothing(ann)


def test_buyer_who_was_switched_off_gets_in_by_no_door(bea, shop, browser):
    Buyer.objects.update(is_active=False)

    assert ask("cus_1").status_code == 404
    browser.post("/portal/sign-in", {"email": EMAIL})
    drain("batch")
    assert mail.outbox == []


def test_session_of_a_buyer_ends_when_they_are_switched_off(bea, browser):
    sign_in(browser)
    assert browser.get("/portal/orders").status_code == 200

    Buyer.objects.update(is_active=False)

    assert browser.get("/portal/orders").status_code != 200
