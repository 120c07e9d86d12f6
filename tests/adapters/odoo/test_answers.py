"""The meaning of Odoo's answers, as a table."""

import json
from datetime import UTC, datetime

import pytest

from integrations.adapters.odoo.answers import (
    WithoutDebug,
    explain_json2,
    explain_jsonrpc,
    fault_error,
    load_error,
)
from integrations.errors import Kind
from integrations.http import Reply
from integrations.records import ExchangeRecord
from tests.adapters.odoo.office import Kept

SERIALIZATION = "could not serialize access due to concurrent update\n"
NO_ROUTE = 'connection to server at "10.0.0.9", port 5432 failed: Connection refused'


@pytest.mark.parametrize(
    ("name", "message", "on_read", "on_write"),
    [
        ("odoo.exceptions.UserError", "No.", Kind.REJECTED, Kind.REJECTED),
        ("odoo.exceptions.ValidationError", "No.", Kind.REJECTED, Kind.REJECTED),
        ("odoo.exceptions.MissingError", "Gone.", Kind.REJECTED, Kind.REJECTED),
        ("odoo.exceptions.AccessError", "Not you.", Kind.NEEDS_OPERATOR, Kind.NEEDS_OPERATOR),
        ("odoo.exceptions.AccessError", "Private methods …", Kind.REJECTED, Kind.REJECTED),
        ("odoo.exceptions.AccessDenied", "Access Denied", Kind.AUTH_FAILED, Kind.AUTH_FAILED),
        ("odoo.http.SessionExpiredException", "…", Kind.AUTH_FAILED, Kind.AUTH_FAILED),
        ("werkzeug.exceptions.Unauthorized", "Invalid", Kind.AUTH_FAILED, Kind.AUTH_FAILED),
        ("werkzeug.exceptions.NotFound", "no model", Kind.REJECTED, Kind.REJECTED),
        ("builtins.ValueError", "Invalid field", Kind.REJECTED, Kind.REJECTED),
        ("builtins.KeyError", "colour", Kind.REJECTED, Kind.REJECTED),
        ("psycopg2.errors.SerializationFailure", "…", Kind.CONFLICT, Kind.CONFLICT),
        ("psycopg2.OperationalError", SERIALIZATION, Kind.CONFLICT, Kind.CONFLICT),
        ("psycopg2.errors.DeadlockDetected", "…", Kind.CONFLICT, Kind.CONFLICT),
        ("psycopg2.OperationalError", NO_ROUTE, Kind.UNAVAILABLE, Kind.UNAVAILABLE),
        (
            "psycopg2.OperationalError",
            "server closed the connection unexpectedly",
            Kind.UNAVAILABLE,
            Kind.OUTCOME_UNKNOWN,
        ),
        ("builtins.MemoryError", "", Kind.UNAVAILABLE, Kind.OUTCOME_UNKNOWN),
    ],
)
def test_exception_decides_what_happens_next(
    name: str, message: str, on_read: Kind, on_write: Kind
) -> None:
    fault = {"name": name, "message": message}

    assert fault_error(fault, writes=False).kind == on_read
    assert fault_error(fault, writes=True).kind == on_write


def test_host_of_the_database_is_not_told() -> None:
    error = fault_error({"name": "psycopg2.OperationalError", "message": NO_ROUTE}, writes=True)

    assert "10.0.0.9" not in str(vars(error))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, Kind.UNAVAILABLE),
        (415, Kind.REJECTED),
        (200, Kind.OUTCOME_UNKNOWN),
        (403, Kind.REJECTED),
        (502, Kind.OUTCOME_UNKNOWN),
        (504, Kind.OUTCOME_UNKNOWN),
    ],
)
def test_web_page_in_place_of_an_answer(status: int, kind: Kind) -> None:
    page = "<html><style>b{}</style><h1>Not&nbsp;Found</h1><p>Nothing here.</p></html>"
    reply = Reply(status, {"content-type": "text/html; charset=utf-8"}, page)

    for explain in (explain_json2, explain_jsonrpc):
        error = explain(reply, True)
        assert error is not None
        assert error.kind == kind
        assert "<" not in str(vars(error))


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        ("text/html", "<h1>Down for maintenance</h1>"),
        ("application/json", '{"result": [{"id":'),
        ("application/json", ""),
    ],
)
def test_unreadable_answer_is_in_doubt_only_for_a_write(content_type: str, text: str) -> None:
    reply = Reply(200, {"content-type": content_type}, text)

    for explain in (explain_json2, explain_jsonrpc):
        on_read, on_write = explain(reply, False), explain(reply, True)
        assert on_read is not None
        assert on_write is not None
        assert (on_read.kind, on_write.kind) == (Kind.UNAVAILABLE, Kind.OUTCOME_UNKNOWN)


def test_method_that_returns_nothing_is_a_good_answer() -> None:
    headers = {"content-type": "application/json"}

    assert explain_jsonrpc(Reply(200, headers, '{"jsonrpc": "2.0", "id": 18}'), True) is None
    assert explain_json2(Reply(200, headers, "null"), True) is None


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"ids": [7], "messages": []}, None),
        ({"ids": [7], "messages": [{"type": "warning", "message": "two matches"}]}, None),
        ({"ids": False, "messages": [{"type": "error", "message": SERIALIZATION}]}, Kind.CONFLICT),
        ({"ids": False, "messages": [{"type": "error", "message": "No match"}]}, Kind.REJECTED),
        ({"ids": False, "messages": []}, Kind.REJECTED),
    ],
)
def test_import_tells_its_errors_with_a_200(answer: dict[str, object], kind: Kind | None) -> None:
    error = load_error(answer)

    assert (error.kind if error else None) == kind


@pytest.mark.parametrize("cut", [None, 90])
def test_stack_trace_is_cut_out_also_of_a_shortened_body(cut: int | None) -> None:
    body = json.dumps({"message": "No.", "debug": 'File "/opt/odoo/x.py"\n' * 20})[:cut]
    kept = Kept()

    WithoutDebug(kept).record(_exchange(body))

    assert "/opt/odoo" not in kept.exchanges[0].response_body
    assert "No." in kept.exchanges[0].response_body


def _exchange(response_body: str) -> ExchangeRecord:
    return ExchangeRecord(
        method="POST",
        url="http://erp.test/jsonrpc",
        endpoint="POST:/jsonrpc",
        started_at=datetime(2026, 11, 23, tzinfo=UTC),
        duration_ms=1,
        status=200,
        error_kind="",
        request_headers={},
        request_body="",
        response_headers={},
        response_body=response_body,
    )
