"""The pages that let a buyer in, and what strangers learn from them: nothing."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quotes.models import SignInCode
from quotes.signin import policies
from tests import factories as make
from tests.portal_pages.conftest import EMAIL, mailed_code, sign_in

pytestmark = pytest.mark.django_db

PAGES = ["/portal/", "/portal/accounts"]
WITHOUT_SECRETS = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')


# ---------------------------------------------------------------- the way in


def test_a_buyer_gets_in_with_the_mailed_code(bea, browser):
    answer = sign_in(browser)

    assert (answer.status_code, answer.url) == (302, "/portal/")
    home = browser.get("/portal/")
    assert home.status_code == 200
    assert "Acme Tools" in home.text


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_sent_to_sign_in(browser, path):
    answer = browser.get(path)

    assert answer.status_code == 302
    assert answer.url.startswith("/portal/sign-in")


def test_whoever_came_for_a_page_gets_there_after_signing_in(bea, browser):
    came = browser.get("/portal/accounts?page=2").url
    assert came == "/portal/sign-in?next=%2Fportal%2Faccounts%3Fpage%3D2"
    assert 'value="/portal/accounts?page=2"' in browser.get(came).text

    assert sign_in(browser, next="/portal/accounts?page=2").url == "/portal/accounts?page=2"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/portal/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "/admin/",
        "/portal/../admin/",
        "http:///evil.example/portal/",
    ],
)
def test_next_leads_to_no_other_place(bea, browser, elsewhere):
    asked = browser.get("/portal/sign-in", {"next": elsewhere}).text

    assert 'name="next" value="/portal/"' in asked
    assert sign_in(browser, next=elsewhere).url == "/portal/"
    assert browser.get("/portal/sign-in", {"next": elsewhere}).url == "/portal/"


def test_a_wrong_code_is_told_and_the_right_one_still_works(bea, browser):
    browser.post("/portal/sign-in", {"email": EMAIL})
    code = mailed_code()

    refused = browser.post("/portal/sign-in/code", {"code": "abc"})

    assert refused.status_code == 422
    assert "This code is wrong, used or expired." in refused.text
    assert browser.post("/portal/sign-in/code", {"code": code}).status_code == 302


def test_no_code_page_without_having_asked(browser):
    assert browser.get("/portal/sign-in/code").url == "/portal/sign-in"
    assert browser.post("/portal/sign-in/code", {"code": "123456"}).url == "/portal/sign-in"


def test_something_that_is_no_address_is_told(browser):
    answer = browser.post("/portal/sign-in", {"email": "bea"})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert not SignInCode.objects.exists()


@pytest.mark.parametrize(
    "path", ["/portal/sign-in", "/portal/sign-in/code", "/portal/sign-out", "/portal/language"]
)
def test_forms_of_other_sites_are_refused(bea, path):
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(path, {"email": EMAIL, "code": "123456"}).status_code == 403


# ---------------------------------------------------------------- telling nothing


def asked(email):
    """What somebody who asks for a code for this address can see, and how much work it was."""
    browser = Client()
    with CaptureQueriesContext(connection) as work:
        answer = browser.post("/portal/sign-in", {"email": email})
    page = browser.get(answer.url)
    shown = WITHOUT_SECRETS.sub("", page.text).replace(email, "…")
    seen = [answer.status_code, answer.content, headers_of(answer), sorted(answer.cookies)]
    return [*seen, page.status_code, shown, sorted(page.headers)], len(work)


def headers_of(answer):
    """Without those that differ each time."""
    return {k: v for k, v in answer.headers.items() if k not in ("X-Request-Id", "Expires")}


@pytest.mark.django_db(transaction=True)
def test_a_known_and_an_unknown_address_look_the_same(bea):
    asked("warm@up.example")

    known, unknown = asked(EMAIL), asked("stranger@nowhere.example")

    assert known[0] == unknown[0]
    assert known[1] == unknown[1]


@pytest.mark.django_db(transaction=True)
def test_staff_look_like_strangers(bea):
    bea.user = make.sales_rep()
    bea.save()

    assert asked(EMAIL) == asked("stranger@nowhere.example")


@pytest.mark.django_db(transaction=True)
def test_a_throttled_address_looks_like_any_other(bea):
    for _ in range(policies.CODES_PER_ADDRESS):
        asked(EMAIL)

    throttled, other = asked(EMAIL), asked("stranger@nowhere.example")

    assert SignInCode.objects.filter(email=EMAIL).count() == policies.CODES_PER_ADDRESS
    assert throttled[0] == other[0]


@pytest.mark.django_db(transaction=True)
def test_a_wrong_code_looks_the_same_for_every_address(bea):
    answers = []
    for email in (EMAIL, "stranger@nowhere.example"):
        browser = Client()
        browser.post("/portal/sign-in", {"email": email})
        with CaptureQueriesContext(connection) as work:
            answer = browser.post("/portal/sign-in/code", {"code": "abc"})
        shown = WITHOUT_SECRETS.sub("", answer.text).replace(email, "…")
        answers.append((answer.status_code, shown, len(work)))

    assert answers[0] == answers[1]
