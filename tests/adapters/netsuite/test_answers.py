"""What an answer of NetSuite means, whatever its status says."""

import json
from typing import Any

import pytest

from integrations.adapters.netsuite.answers import AlreadyThere, Missing, explain, explain_token
from integrations.errors import (
    AuthFailed,
    Conflict,
    NeedsOperator,
    OutcomeUnknown,
    PortalError,
    Rejected,
    Throttled,
    Unavailable,
)
from integrations.http import Reply

JSON = {"content-type": "application/vnd.oracle.resource+json; type=error"}


def reply(status: int, code: str = "", detail: str = "", path: str = "") -> Reply:
    entry = {"detail": detail, "o:errorCode": code, "o:errorPath": path}
    return Reply(status, JSON, json.dumps({"status": status, "o:errorDetails": [entry]}))


@pytest.mark.parametrize(
    ("status", "code", "detail", "kind"),
    [
        (429, "CONCURRENCY_LIMIT_EXCEEDED", "", Throttled),
        (400, "SSS_REQUEST_LIMIT_EXCEEDED", "", Throttled),
        (400, "DUP_RCRD", "", AlreadyThere),
        (400, "USER_ERROR", "This record already exists.", AlreadyThere),
        (404, "NONEXISTENT_ID", "", Missing),
        (404, "RCRD_DSNT_EXIST", "", Missing),
        (400, "RCRD_HAS_BEEN_CHANGED", "", Conflict),
        (400, "USER_ERROR", "Record has been changed by another user", Conflict),
        (401, "INVALID_LOGIN", "Invalid login attempt.", AuthFailed),
        (401, "INVALID_LOGIN_ATTEMPT", "", AuthFailed),
        (403, "", "", NeedsOperator),
        (400, "INSUFFICIENT_PERMISSION", "", NeedsOperator),
        (400, "USER_ERROR", "You do not have permission to do this", NeedsOperator),
        (400, "USER_ERROR", "The posting period is closed", NeedsOperator),
        (400, "USER_ERROR", "The customer exceeds its credit limit", NeedsOperator),
        (400, "INVALID_CONTENT", "Invalid Field Value 9999", Rejected),
    ],
)
def test_code_and_words_decide_before_the_status(
    status: int, code: str, detail: str, kind: type[PortalError]
) -> None:
    error = explain(reply(status, code, detail), True)

    assert type(error) is kind


@pytest.mark.parametrize(("writes", "kind"), [(True, OutcomeUnknown), (False, Unavailable)])
@pytest.mark.parametrize("status", [500, 502, 504])
def test_failure_after_a_write_leaves_it_unknown(
    status: int, writes: bool, kind: type[PortalError]
) -> None:
    assert type(explain(reply(status, "UNEXPECTED_ERROR", "Error ID: x1"), writes)) is kind


@pytest.mark.parametrize(("writes", "kind"), [(True, OutcomeUnknown), (False, Unavailable)])
def test_page_instead_of_data_is_no_answer(writes: bool, kind: type[PortalError]) -> None:
    page = Reply(200, {"content-type": "text/html"}, "<html>Down for maintenance</html>")

    assert type(explain(page, writes)) is kind


@pytest.mark.parametrize("text", ["", "  "])
def test_empty_answer_to_a_write_is_good(text: str) -> None:
    assert explain(Reply(204, {}, text), True) is None


@pytest.mark.parametrize("body", ["[]", '"no"', '{"o:errorDetails": "x"}', "{", "null"])
def test_answer_of_another_shape_keeps_its_words(body: str) -> None:
    error: Any = explain(Reply(400, JSON, body), True)

    assert isinstance(error, Rejected)
    assert body in error.remote_words


def test_place_of_a_bad_value_is_kept() -> None:
    error: Any = explain(reply(400, "INVALID_CONTENT", "bad", "item.items[3].item"), True)

    assert "item.items[3].item" in error.remote_words


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, AuthFailed), (401, AuthFailed), (429, Throttled), (503, Unavailable)],
)
def test_token_that_is_not_given_pauses_and_one_that_is_late_does_not(
    status: int, kind: type[PortalError]
) -> None:
    answer = Reply(status, {"content-type": "application/json"}, '{"error": "invalid_grant"}')

    assert type(explain_token(answer, False)) is kind
