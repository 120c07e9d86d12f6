"""What a session holds, how long it lives, and for which account it buys."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from quotes.models import SignInCode
from quotes.portal import access
from quotes.signin import policies
from tests import factories as make
from tests.portal_pages.conftest import EMAIL, mailed_code, sign_in

pytestmark = pytest.mark.django_db

PAGES = ["/portal/", "/portal/accounts"]


# ---------------------------------------------------------------- sessions


def test_the_session_key_changes_when_somebody_signs_in(bea, browser):
    browser.post("/portal/sign-in", {"email": EMAIL})
    before = browser.session.session_key

    browser.post("/portal/sign-in/code", {"code": mailed_code()})

    assert browser.session.session_key != before
    cookie = browser.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    old = Client()
    old.cookies["sessionid"] = before
    assert old.get("/portal/").status_code == 302


def test_an_idle_session_ends_and_one_in_use_does_not(bea, browser, settings, time_machine):
    settings.PORTAL_SESSION_HOURS = 2
    start = timezone.now()
    sign_in(browser)

    time_machine.move_to(start + timedelta(hours=1, minutes=30))
    assert browser.get("/portal/").status_code == 200
    time_machine.move_to(start + timedelta(hours=3))
    assert browser.get("/portal/").status_code == 200

    time_machine.move_to(start + timedelta(hours=5, minutes=1))
    assert browser.get("/portal/").status_code == 302


def test_a_session_is_not_written_at_every_page(bea, browser):
    sign_in(browser)

    with CaptureQueriesContext(connection) as work:
        browser.get("/portal/")

    assert not [query for query in work.captured_queries if query["sql"].startswith("UPDATE")]
    assert len(work) <= 12


def test_signing_out_is_a_post_and_ends_the_session(bea, browser):
    sign_in(browser)
    key = browser.session.session_key
    assert browser.get("/portal/sign-out").status_code == 405
    assert browser.get("/portal/").status_code == 200

    left = browser.post("/portal/sign-out", follow=True)

    assert "You are signed out." in left.text
    again = Client()
    again.cookies["sessionid"] = key
    assert again.get("/portal/").status_code == 302


def test_asking_for_a_code_does_not_shorten_a_session_of_staff(browser):
    browser.force_login(make.operator())

    browser.post("/portal/sign-in", {"email": EMAIL})

    assert browser.session.get_expiry_age() > 24 * 3600


# ---------------------------------------------------------------- accounts


def test_staff_find_no_portal(browser):
    browser.force_login(make.operator())

    assert [browser.get(path).status_code for path in PAGES] == [404, 404]


def test_whoever_buys_for_several_chooses_first_and_can_switch(bea, browser):
    other = make.BuyerFactory(email=EMAIL, account__name="Zeta Works")
    sign_in(browser)

    assert browser.get("/portal/").url == "/portal/accounts"
    chosen = browser.post("/portal/accounts", {"buyer": other.pk})
    assert chosen.url == "/portal/"
    assert "buy for <strong>Zeta Works" in browser.get("/portal/").text

    browser.post("/portal/accounts", {"buyer": bea.pk})
    assert "buy for <strong>Acme Tools" in browser.get("/portal/").text


@pytest.mark.parametrize("wanted", ["stranger", "", "x", "999999"])
def test_an_account_of_somebody_else_cannot_be_chosen(bea, browser, wanted):
    make.BuyerFactory(email=EMAIL)
    stranger = make.BuyerFactory()
    sign_in(browser)

    answer = browser.post(
        "/portal/accounts", {"buyer": stranger.pk if wanted == "stranger" else wanted}
    )

    assert answer.status_code == 422
    assert access.CHOSEN not in browser.session


def test_an_account_that_was_taken_away_is_gone_at_the_next_page(bea, browser):
    sign_in(browser)
    assert browser.get("/portal/").status_code == 200

    bea.delete()

    assert browser.get("/portal/").status_code == 404


def test_rows_of_another_account_are_out_of_reach(bea, rf):
    other = make.BuyerFactory()
    request = rf.get("/portal/")
    request.buyer = bea

    found = access.of_account(type(bea).objects.all(), request)

    assert list(found) == [bea]
    assert other not in found


def test_the_newest_proxy_of_ours_tells_who_asks(bea, browser, settings):
    settings.TRUSTED_PROXIES = 1
    forged = {"X-Forwarded-For": "203.0.113.9, 198.51.100.4"}

    browser.post("/portal/sign-in", {"email": EMAIL}, headers=forged)

    assert SignInCode.objects.get().ip_digest == policies.ip_digest("198.51.100.4")


def test_without_a_proxy_nobody_chooses_their_own_address(bea, browser):
    browser.post("/portal/sign-in", {"email": EMAIL}, headers={"X-Forwarded-For": "203.0.113.9"})

    assert SignInCode.objects.get().ip_digest == policies.ip_digest("127.0.0.1")
