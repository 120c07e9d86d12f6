"""Somebody without access asks for a quote, once they showed that they read their mailbox."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils import timezone

from integrations.engine.runner import drain
from integrations.models import StateChange
from quotes.models import Rfq, SignInCode
from quotes.signin import policies
from tests import factories as make
from tests.portal_pages.conftest import EMAIL, at_once, mailed_code, sign_in

pytestmark = pytest.mark.django_db

ASK, CODE, DONE = "/portal/request", "/portal/request/code", "/portal/request/done"


def form(*lines, email="carl@new.example", **more):
    """What the browser sends: the form with these lines and two empty rows."""
    lines = lines or ({"title": "Hose, 25 m", "quantity": "12,5", "note": "blue"},)
    posted = {
        "company": "New Ltd",
        "name": "Carl Neu",
        "email": email,
        "currency": "EUR",
        "note": "By May, please",
        "lines-TOTAL_FORMS": str(len(lines) + 2),
        "lines-INITIAL_FORMS": "0",
    }
    for n, line in enumerate((*lines, {}, {})):
        for name in ("title", "sku", "quantity", "note"):
            posted[f"lines-{n}-{name}"] = line.get(name, "")
    return posted | more


def ask(browser, **more):
    return browser.post(ASK, form(**more))


def confirm(browser, code=None):
    return browser.post(CODE, {"code": code or mailed_code()})


# ---------------------------------------------------------------- the way through


def test_a_visitor_asks_and_confirms_and_sales_has_a_request(browser):
    asked = ask(browser)
    assert (asked.status_code, asked.url) == (302, CODE)
    assert not Rfq.objects.exists()

    sent = confirm(browser)

    rfq = Rfq.objects.get()
    assert (sent.status_code, sent.url) == (302, DONE)
    assert rfq.number in browser.get(DONE).text
    assert (rfq.state, rfq.account, rfq.buyer, rfq.source) == ("submitted", None, None, "portal")
    assert (rfq.company_name, rfq.contact_name) == ("New Ltd", "Carl Neu")
    assert (rfq.contact_email, rfq.note) == ("carl@new.example", "By May, please")
    [line] = rfq.lines.all()
    assert (line.title, line.quantity, line.note) == ("Hose, 25 m", Decimal("12.5"), "blue")
    assert rfq.answer_due_at is not None
    assert StateChange.objects.get(subject="rfq").actor == "carl@new.example"


def test_the_pages_are_open_to_everybody(browser):
    page = browser.get(ASK)

    assert page.status_code == 200
    assert "Ask for a quote" in page.text
    assert f'href="{ASK}"' in browser.get("/portal/sign-in").text


def test_the_code_signs_nobody_in(bea, browser):
    """Not even where the address is a buyer's: the request stays one without an account."""
    ask(browser, email=EMAIL)
    confirm(browser)

    assert Rfq.objects.get().account is None
    assert browser.get("/portal/").status_code == 302


def test_a_code_to_sign_in_sends_no_request_and_the_other_way_round(bea, browser):
    ask(browser, email=EMAIL)
    to_confirm = mailed_code()
    browser.post("/portal/sign-in", {"email": EMAIL})
    to_sign_in = mailed_code()

    assert browser.post("/portal/sign-in/code", {"code": to_confirm}).status_code == 422
    assert confirm(browser, to_sign_in).status_code == 422
    assert not Rfq.objects.exists()


# ---------------------------------------------------------------- wrong, late and repeated


def test_a_wrong_code_makes_no_request(browser):
    ask(browser)
    wrong = f"{(int(mailed_code()) + 1) % 10**6:06d}"

    answer = confirm(browser, wrong)

    assert (answer.status_code, "wrong, used or expired" in answer.text) == (422, True)
    assert not Rfq.objects.exists()


def test_only_so_many_codes_are_tried(browser):
    ask(browser)
    right = mailed_code()
    for n in range(policies.TRIES):
        confirm(browser, f"{(int(right) + 1 + n) % 10**6:06d}")

    assert confirm(browser, right).status_code == 422
    assert not Rfq.objects.exists()


def test_an_expired_code_makes_no_request(browser):
    ask(browser)
    code = mailed_code()
    SignInCode.objects.update(
        created_at=timezone.now() - timedelta(hours=1),
        expires_at=timezone.now() - timedelta(minutes=1),
    )

    assert confirm(browser, code).status_code == 422
    assert not Rfq.objects.exists()


def test_another_browser_cannot_use_the_code(browser):
    ask(browser)
    code, other = mailed_code(), Client()
    ask(other, email="eve@elsewhere.example")

    assert confirm(other, code).status_code == 422
    assert Client().post(CODE, {"code": code}).url == ASK
    assert not Rfq.objects.exists()


def test_a_new_code_can_be_asked_for(browser):
    ask(browser)
    old = mailed_code()

    assert browser.post(CODE, {"again": "1"}).url == CODE
    new = mailed_code()

    assert old == new or confirm(browser, old).status_code == 422
    assert confirm(browser, new).url == DONE
    assert Rfq.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_code_sent_twice_at_once_makes_one_request(browser):
    ask(browser)
    code = mailed_code()
    clients = [Client(), Client()]
    for client in clients:
        client.cookies = browser.cookies

    answers = at_once(2, lambda n: confirm(clients[n], code))

    assert Rfq.objects.count() == 1
    assert {answer.status_code for answer in answers} == {302}


# ---------------------------------------------------------------- what was typed is not lost


def test_what_was_typed_waits_on_the_server_and_not_in_the_address(browser):
    asked = ask(browser)
    back = browser.get(ASK).text

    assert urlsplit(asked.url).query == ""
    for typed in ("New Ltd", "Carl Neu", "carl@new.example", "Hose, 25 m", "12.5", "By May"):
        assert typed in back
        assert typed not in str(browser.cookies)


def test_a_changed_request_is_sent_as_changed(browser):
    ask(browser)
    browser.post(ASK, form({"sku": "HOSE-30", "quantity": "3"}))

    confirm(browser)

    assert [line.sku for line in Rfq.objects.get().lines.all()] == ["HOSE-30"]


def test_a_row_made_empty_is_left_out(browser):
    """The row came filled from the session, so the browser says it was there from the start."""
    two = form({"sku": "A", "quantity": "1"}, {"sku": "B", "quantity": "1"})
    browser.post(ASK, two)
    one = {**two, "lines-INITIAL_FORMS": "2", "lines-0-sku": "", "lines-0-quantity": ""}
    browser.post(ASK, one)

    confirm(browser)

    assert [line.sku for line in Rfq.objects.get().lines.all()] == ["B"]


def test_more_lines_lose_nothing_and_judge_nothing(browser):
    page = browser.post(ASK, form({"title": "Hose", "quantity": "many"}, company="", more="1"))

    assert page.status_code == 200
    assert 'value="many"' in page.text
    assert 'name="lines-7-title"' in page.text
    assert "errorlist" not in page.text
    assert not SignInCode.objects.exists()


def test_there_are_at_most_fifty_lines(browser):
    many = [{"sku": f"A{n}", "quantity": "1"} for n in range(51)]

    assert browser.post(ASK, form(*many)).status_code == 422
    assert 'name="more"' not in browser.post(ASK, form(*many[:48], more="1")).text


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([{}], "Fill in at least one line."),
        ([{"title": "Hose"}], "This field is required."),
        ([{"quantity": "1"}], "Say what you need"),
        ([{"title": "Hose", "quantity": "0"}], "above zero"),
        ([{"title": "Hose", "quantity": "-1"}], "above zero"),
        ([{"title": "Hose", "quantity": "1.000"}], "without thousands"),
        ([{"title": "Hose", "quantity": "\u0661"}], "above zero"),
        ([{"title": "x" * 301, "quantity": "1"}], "at most 300 characters"),
        ([{"title": "\x00", "quantity": "1"}], "Null characters are not allowed."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(browser, lines, says):
    answer = browser.post(ASK, form(*lines))

    assert answer.status_code == 422
    assert says in answer.text
    assert "New Ltd" in answer.text
    assert not SignInCode.objects.exists()


@pytest.mark.parametrize("change", [{"email": "no"}, {"company": " "}, {"currency": "XXX"}])
def test_who_asks_must_be_said(browser, change):
    assert ask(browser, **change).status_code == 422


def test_a_hand_made_form_without_its_rows_is_refused(browser):
    posted = {name: value for name, value in form().items() if not name.startswith("lines-")}

    assert browser.post(ASK, posted).status_code == 422


# ---------------------------------------------------------------- nothing is told, and throttled


def test_a_known_address_is_answered_like_any_other(bea, browser):
    other = Client()

    known, unknown = ask(browser, email=EMAIL), ask(other, email="carl@new.example")

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    pages = [
        client.get(CODE).text.replace(email, "…")
        for client, email in ((browser, EMAIL), (other, "carl@new.example"))
    ]
    cut = [page[page.index("<main") : page.index("<form")] for page in pages]
    assert cut[0] == cut[1]


def test_codes_are_throttled_and_nothing_is_told(browser):
    for _ in range(policies.CODES_PER_ADDRESS):
        assert ask(browser).url == CODE
    drain("batch")
    sent = len(mail.outbox)

    once_more = ask(browser)
    drain("batch")

    assert (once_more.status_code, once_more.url) == (302, CODE)
    assert len(mail.outbox) == sent == policies.CODES_PER_ADDRESS


def test_a_forgotten_request_is_forgotten_soon(browser):
    ask(browser)

    left = Session.objects.get().expire_date - timezone.now()

    assert left <= timedelta(hours=2)


def test_a_buyer_who_is_signed_in_asks_elsewhere(bea, browser):
    sign_in(browser)

    assert browser.get(ASK).url == "/portal/"


def test_staff_stay_signed_in_while_they_look(browser):
    browser.force_login(make.sales_rep())
    before = browser.session.get_expiry_age()

    ask(browser)

    assert browser.session.get_expiry_age() == before


@pytest.mark.parametrize("path", [CODE, DONE])
def test_pages_that_come_later_lead_back_to_the_form(browser, path):
    assert browser.get(path).url == ASK


@pytest.mark.parametrize(
    ("language", "heading"), [("de", "Angebot anfordern"), ("fr", "Demander un devis")]
)
def test_the_pages_speak_german_and_french(browser, language, heading):
    page = browser.get(ASK, headers={"Accept-Language": language})

    assert f'<h1 id="heading">{heading}</h1>' in page.text


def test_the_mail_is_in_the_language_of_whoever_asked(browser):
    browser.post(ASK, form(), headers={"Accept-Language": "de"})
    drain("batch")

    assert "Bestätigung Ihrer Adresse" in mail.outbox[0].body
