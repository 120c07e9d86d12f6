"""Nonsense from anybody's browser, in every address and every field, is answered, never a crash."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from quotes.models import BuyingRight
from tests.portal_pages.addresses import (
    ACCESS,
    LINK,
    PUBLIC,
    World,
    make_world,
    portal_names,
    sent_to,
)
from tests.portal_pages.test_closed_offers import signed_in
from tests.support.rows import back_again

HOSTILE = {
    "nul": "a\x00b",
    "lone surrogate": "\ud800",
    "huge number": "9" * 400,
    "beyond bigint": "9223372036854775808",
    "negative": "-1",
    "exponent": "1e999999999",
    "not a number": "NaN",
    "infinite": "-Infinity",
    "other digits": "٣٤٥",
    "direction marks": "\u202e\u200f\u2066",
    "markup": "<script>alert(1)</script>{{ 7|add:7 }}{% load i18n %}",
    "format": "%s %(gross)s {0.__class__}",
    "lines": "a\r\nBcc: eve@x.example\r\n\r\n",
    "json": '{"$ne": null}',
    "long": "x" * 60_000,
    "emoji": "👩‍🔧" * 40,
    "blank": " \t\u00a0\u200b ",
}
DOES = ("send", "save", "paste", "search", "add")
MORE_FIELDS = ["email", "name", "company", "code", "note", "needed_by", "reference", "account"]
MORE_FIELDS += ["lines-0-configuration", "lines-9999-sku", "language", "next", "handle"]
QUERIES = ("page", "q", "sku", "from", "to", "next", "language", "state", "do", "line")


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.ATTACHMENT_ROOT = tmp_path


@pytest.fixture
def world(db) -> World:
    made = make_world()
    BuyingRight.objects.create(buyer=made.ben, may_approve=True)
    return made


def browsers(world: World, name: str) -> list[Client]:
    stranger = Client()
    if ACCESS[name] == LINK:
        stranger.get(world.path_of("thread_open"))
    found = [stranger] if ACCESS[name] in (PUBLIC, LINK) else [signed_in(world.ben)]
    for browser in found:
        browser.raise_request_exception = False
    return found


@pytest.mark.parametrize("name", [name for name in portal_names() if name])
def test_no_text_in_a_field_or_a_query_breaks_a_page(world, name):
    """All fields at once with each text, and each field with one of them beside good ones."""
    path, values = world.path_of(name), [_sendable(value) for value in HOSTILE.values()]
    fields = [key for key in sent_to(world) if key != "file"] + MORE_FIELDS

    for browser in browsers(world, name):
        for n, value in enumerate(values):
            with back_again():
                assert _held(browser.get(path, dict.fromkeys(QUERIES, value))), value[:40]
                sent = dict.fromkeys(fields, value) | {"do": DOES[n % len(DOES)]}
                assert _held(browser.post(path, sent)), value[:40]
        for n, key in enumerate(fields):
            with back_again():
                sent = sent_to(world) | {key: values[n % len(values)]}
                assert _held(browser.post(path, sent)), key


def _held(answer) -> bool:
    """Not a crash. Without an ERP an acceptance cannot be judged, and says so with a 503."""
    if answer.streaming:
        list(answer)  # a download keeps its file open until its end
    is_held = answer.status_code < 500
    return is_held or "Nothing was ordered" in answer.text


def _sendable(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


@pytest.mark.parametrize("number", ["0", "9223372036854775808", "9" * 300])
@pytest.mark.parametrize("name", [name for name in portal_names() if name])
def test_no_number_in_an_address_breaks_a_page(world, name, number):
    args = {
        key: int(number) for key, value in world.args_of(name).items() if isinstance(value, int)
    }
    if not args:
        pytest.skip("there is no number in it")
    path = world.path_of(name)
    for value in sorted({str(value) for value in world.args_of(name).values()}, key=len)[::-1]:
        if value.isdigit():
            path = re.sub(rf"(?<=/){value}(?=/|$)", number, path)
    for browser in browsers(world, name):
        for send in (browser.get, browser.post):
            answer = send(path, sent_to(world))
            assert answer.status_code in (404, 405), send


@pytest.mark.parametrize(
    "file_name", ["a\x00.pdf", "../../etc/passwd", "x" * 5000 + ".pdf", "CON.pdf", "\u202efdp.exe"]
)
def test_no_name_of_a_file_breaks_an_upload(world, file_name):
    browser = signed_in(world.ben)
    browser.raise_request_exception = False
    upload = SimpleUploadedFile("x.pdf", b"%PDF-1.7\n1 0 obj\n")
    upload.name = file_name
    assert browser.post(world.path_of("attachments"), {"file": upload}).status_code < 500
