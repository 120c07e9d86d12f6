"""Languages and headers of the buyers' pages."""

import re

import pytest
from django.core import mail

from integrations.engine.runner import drain
from tests import factories as make
from tests.portal_pages.conftest import EMAIL, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("accepted", "heading"),
    [
        ("de-AT,de;q=0.9", "Anmelden"),
        ("fr", "Se connecter"),
        ("es, en;q=0.5", "Sign in"),
        ("", "Sign in"),
    ],
)
def test_pages_speak_the_visitors_language(browser, accepted, heading):
    page = browser.get("/portal/sign-in", headers={"Accept-Language": accepted})

    assert f'<h1 id="heading">{heading}</h1>' in page.text


def test_a_chosen_language_stays_and_reaches_the_mail(bea, browser):
    chosen = browser.post("/portal/language", {"language": "fr", "next": "/portal/sign-in"})
    assert chosen.url == "/portal/sign-in"

    page = browser.get("/portal/sign-in", headers={"Accept-Language": "de"})
    assert '<html lang="fr">' in page.text
    browser.post("/portal/sign-in", {"email": EMAIL})
    drain("batch")
    assert mail.outbox[0].subject == "Votre code pour ERP Portal"


def test_the_console_stays_english(browser):
    browser.get("/portal/sign-in", headers={"Accept-Language": "de"})

    page = browser.get("/admin/login/", headers={"Accept-Language": "de"})

    assert 'lang="en' in page.text


@pytest.mark.parametrize("path", ["/portal/sign-in", "/portal/", "/portal/nowhere"])
def test_every_page_has_a_strict_policy_and_is_kept_by_no_cache(browser, path):
    headers = browser.get(path).headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "no-store" in headers["Cache-Control"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


def test_pages_hold_no_script_and_no_inline_style(bea, browser):
    make.BuyerFactory(email=EMAIL)
    texts = [browser.get("/portal/sign-in").text]
    sign_in(browser)
    texts += [browser.get("/portal/accounts").text]

    for text in texts:
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", text)
