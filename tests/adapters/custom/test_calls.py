"""Signing in, paging, and answers of APIs that mean well: against an ERP of few words."""

import base64
from typing import Any

import pytest

from integrations.errors import (
    AuthFailed,
    Conflict,
    Kind,
    NeedsOperator,
    PortalError,
    Rejected,
    Unavailable,
)
from integrations.records import Window
from integrations.standin import Response
from tests.adapters.custom.drafts import PLACED_AT
from tests.adapters.custom.lab import SMALL, Echo, adapter_on

ALL = Window(start=None, end=PLACED_AT)
OK = Response(200, {"ok": True})


def stock(paging: str, query: str = "", extra: str = "") -> str:
    return SMALL + extra + (
        f"stock:\n  list: {{path: /stock, rows: rows, query: {{{query}}}, paging: {{{paging}}}}}\n"
        f"  fields: {{variant_ref: v, on_hand: n}}\n"
    )  # fmt: skip


def rows(*names: str, **more: Any) -> Response:
    return Response(200, {"rows": [{"v": name, "n": 1} for name in names], **more})


def walked(adapter: Any) -> list[str]:
    found, cursor = [], None
    for _ in range(20):
        page = adapter.stock_page(ALL, cursor)
        found += [row.variant_ref for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            return found
    raise AssertionError("still not at its end")


# ---------------------------------------------------------------- signing in


def signed(auth: str, **secrets: str) -> Any:
    with Echo(OK) as erp:
        adapter_on(erp.url, SMALL.replace("{kind: none}", auth), secrets).test()
        return erp.asked[0].headers


def test_basic() -> None:
    headers = signed("{kind: basic}", username="portal", password="sésame")

    assert base64.b64decode(headers["authorization"][6:]).decode() == "portal:sésame"


def test_bearer() -> None:
    assert signed("{kind: bearer}", token="tok-1")["authorization"] == "Bearer tok-1"


def test_api_key_in_its_own_header() -> None:
    assert signed("{kind: api_key, header: X-Schluessel}", api_key="k-1")["x-schluessel"] == "k-1"


@pytest.mark.parametrize("place", ["body", "basic"])
def test_token_is_asked_for_once_and_renewed_when_it_is_refused(place: str) -> None:
    auth = f"{{kind: oauth_client_credentials, token_path: /token, client_in: {place}, scope: x}}"
    text = SMALL.replace("{kind: none}", auth)
    first, second = (Response(200, {"access_token": f"token-{n}-{place}"}) for n in (1, 2))
    with Echo(first, OK, OK, Response(401, {}), second, OK) as erp:
        adapter = adapter_on(erp.url, text, {"client_id": "me", "client_secret": "s3cret-sauce"})
        assert adapter.test().is_ok  # two calls
        assert adapter.test().checks[0].ok

        used = [one.headers.get("authorization", "") for one in erp.asked]

    assert [one.path for one in erp.asked[:5]] == ["/token", "/me", "/me", "/me", "/token"]
    assert used[1:4] == [f"Bearer token-1-{place}"] * 3
    assert used[5] == f"Bearer token-2-{place}"
    assert (b"client_secret=s3cret-sauce" in erp.asked[0].body) == (place == "body")


def test_refused_client_is_refused_credentials() -> None:
    text = SMALL.replace("{kind: none}", "{kind: oauth_client_credentials, token_path: /token}")
    with Echo(Response(400, {"error": "invalid_client"})) as erp:
        report = adapter_on(erp.url, text, {"client_id": "me", "client_secret": "no"}).test()

    assert [check.ok for check in report.checks] == [False]
    assert "Client id or secret is wrong" in report.checks[0].hint


# ---------------------------------------------------------------- paging


def test_pages_whose_number_the_erp_tells() -> None:
    text = stock("style: page, size: 2, pages: pages", 'p: "{page}"')
    with Echo(rows("a", "b", pages=2), rows("c", pages=2)) as erp:
        assert walked(adapter_on(erp.url, text)) == ["a", "b", "c"]
        assert [one.param("p") for one in erp.asked] == ["1", "2"]


def test_erp_that_cuts_pages_smaller_than_asked_loses_nothing() -> None:
    text = stock("style: offset, size: 100", 'start: "{offset}"')
    with Echo(rows("a", "b"), rows("c", "d"), rows("e")) as erp:
        assert walked(adapter_on(erp.url, text)) == list("abcde")
        assert [one.param("start") for one in erp.asked] == ["0", "2", "4"]


def test_erp_that_repeats_its_last_page_comes_to_an_end() -> None:
    text = stock("style: page, size: 100", 'p: "{page}"')
    with Echo(rows("a", "b")) as erp:
        assert set(walked(adapter_on(erp.url, text))) == {"a", "b"}


def test_erp_that_ignores_the_page_is_found_out() -> None:
    text = stock("style: page, size: 2", 'p: "{page}"')
    with Echo(rows("a", "b")) as erp, pytest.raises(NeedsOperator, match="the same page again"):
        walked(adapter_on(erp.url, text))


def test_cursor_that_stands_still_is_found_out() -> None:
    text = stock("style: cursor, next: next", 'after: "{cursor?}"')
    with Echo(rows("a", next="m")) as erp, pytest.raises(NeedsOperator, match="the same page"):
        walked(adapter_on(erp.url, text))


def test_link_header_is_followed() -> None:
    text = stock("style: link")
    first = Response(
        200, {"rows": [{"v": "a", "n": 1}]}, headers={"Link": '</stock?s=2>; rel="next"'}
    )
    with Echo(first, rows("b")) as erp:
        assert walked(adapter_on(erp.url, text)) == ["a", "b"]
        assert erp.asked[1].param("s") == "2"


@pytest.mark.parametrize(
    "link", ["http://evil.example/stock", "//evil.example/x", "https://127.0.0.1/stock"]
)
def test_link_that_leads_away_is_not_followed(link: str) -> None:
    """The credentials would go with it."""
    first = Response(200, {"rows": []}, headers={"Link": f'<{link}>; rel="next"'})
    with Echo(first) as erp, pytest.raises(NeedsOperator, match="not below the connection's"):
        walked(adapter_on(erp.url, stock("style: link")))


# ---------------------------------------------------------------- answers

ERRORS = (
    "errors:\n  failed_if: {path: error, present: true}\n  code: error.code\n"
    "  message: error.text\n  meanings: {LOCK: conflict, GONE: not_found, EMPTY: ok, BUSY: "
    "unavailable}\n"
)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Response(200, {"error": {"code": "LOCK", "text": "in use"}}), Conflict),
        (Response(200, {"error": {"code": "BUSY"}}), Unavailable),
        (Response(200, {"error": {"code": "X9", "text": "no such field"}}), Rejected),
        (Response(400, {"error": {"text": "no such field"}}), Rejected),
        (Response(200, text="<html>Maintenance</html>"), Unavailable),
        (Response(502, text="<html>Bad gateway</html>"), Unavailable),
        (Response(401, {}), AuthFailed),
        (Response(403, {"error": {"text": "no right"}}), NeedsOperator),
        (Response(302, text="", headers={"Location": "/login"}), Rejected),
        (Response(200, {"rows": "none"}), NeedsOperator),
        (Response(200, {"lines": []}), NeedsOperator),
        (Response(200, {"rows": [{"v": "a", "n": "many"}]}), NeedsOperator),
        (Response(200, {"rows": [{"n": 1}]}), NeedsOperator),
    ],
)
def test_answer_that_failed(answer: Response, kind: type[PortalError]) -> None:
    text = stock("style: none", extra=ERRORS)
    with Echo(answer) as erp, pytest.raises(kind) as caught:
        walked(adapter_on(erp.url, text))

    assert caught.value.kind != Kind.BUG


@pytest.mark.parametrize("answer", [Response(204, text=""), Response(200, {"rows": None})])
def test_answer_without_rows_is_an_empty_list(answer: Response) -> None:
    with Echo(answer) as erp:
        assert walked(adapter_on(erp.url, stock("style: none"))) == []
