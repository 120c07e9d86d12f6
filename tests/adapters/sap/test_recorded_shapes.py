"""The stand-in, and the adapter's reading, held against what SAP's own server answered."""

import copy
import json
from typing import Any

import pytest
import requests

from integrations.adapters.sap.answers import NotThere, explain_json, words_of
from integrations.adapters.sap.batch import replies_of
from integrations.adapters.sap.meanings import meaning_of
from integrations.errors import AuthFailed, Conflict, NeedsOperator, PortalError, Rejected
from integrations.http import Reply
from tests.adapters.sap.replay import (
    Caller,
    differences,
    load,
    recorded_company,
    scenarios,
    shape_differences,
)


@pytest.mark.parametrize("name", [name for name in scenarios() if name != "batch"])
def test_standin_answers_in_the_recorded_shape(name: str) -> None:
    with recorded_company() as standin:
        caller = Caller(standin)
        if name != "session":
            caller.sign_in()
        found = {}
        for number, exchange in enumerate(load(name)):
            told = differences(exchange, caller.send(exchange))
            if told:
                found[f"{number} {exchange['note']}"] = told

    assert found == {}


def test_standin_answers_batches_in_the_recorded_shape() -> None:
    with recorded_company() as standin:
        caller = Caller(standin)
        caller.sign_in()
        for exchange in load("batch"):
            answer = caller.send(exchange)
            assert answer.status_code == exchange["response"]["status"]
            if "text" in exchange["response"]:
                assert _parts(_reply_of(answer)) == _parts(_recorded_reply(exchange))
                recorded = exchange["response"]["text"]
                assert _tells_ids(answer.text) == _tells_ids(recorded), exchange["note"]


def _tells_ids(text: str) -> bool:
    """Whether the answer says which of the requests it is for."""
    return "content-id: " in text.lower()


def _parts(reply: Reply) -> list[tuple[int, str, bool]]:
    """Of each part: status, the key the body has, whether an etag comes with it."""
    return [
        (
            part.status,
            next(iter(_body_of(part)), ""),
            "etag" in part.headers,
        )
        for part in replies_of(reply)
    ]


def _body_of(part: Reply) -> dict[str, Any]:
    """One recorded body was cut for its length."""
    try:
        found: dict[str, Any] = part.json()
    except ValueError:
        return {part.text[2:].partition('"')[0]: None}
    return found


def _reply_of(answer: requests.Response) -> Reply:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Reply(answer.status_code, headers, answer.text)


def _recorded_reply(exchange: dict[str, Any]) -> Reply:
    response = exchange["response"]
    text = response["text"] if "text" in response else json.dumps(response.get("json"))
    return Reply(response["status"], response["headers"], text)


# ---------------------------------------------------------------- the comparison itself


def test_comparison_sees_what_differs() -> None:
    (first, *_) = [one for one in load("orders") if one["response"]["status"] == 201]
    recorded = first["response"]["json"]
    assert shape_differences(recorded, recorded) == []

    ours = copy.deepcopy(recorded)
    ours["d"]["TotalNetAmount"] = 63.98
    ours["d"]["CreationDate"] = "2026-11-23"
    ours["d"]["Total"] = "1"
    del ours["d"]["__metadata"]
    ours["d"]["to_Text"] = ours["d"]["to_Text"]["results"]

    told = shape_differences(recorded, ours)
    assert len(told) == 5
    assert "/d/Total: is not in the recording" in told
    assert "/d/__metadata: is missing" in told


# ---------------------------------------------------------------- what the adapter makes of them


def refused() -> list[dict[str, Any]]:
    return [
        one
        for name in scenarios()
        for one in load(name)
        if one["response"]["status"] >= 400 and "cut" not in json.dumps(one["response"])
    ]


MEANT: dict[int, type[PortalError]] = {
    400: Rejected,
    401: AuthFailed,
    403: Rejected,  # the token has expired: the client fetches another
    404: Rejected,
    412: Conflict,
    428: Rejected,
}


@pytest.mark.parametrize("exchange", refused(), ids=lambda one: one["note"])
def test_recorded_refusal_is_understood(exchange: dict[str, Any]) -> None:
    reply = _recorded_reply(exchange)
    error = explain_json(reply, True)

    assert type(error) in {MEANT[reply.status], *MEANT[reply.status].__subclasses__()}
    if reply.is_json:
        told = reply.json()["error"]
        assert told["message"]["value"] in words_of(reply)
        assert told["innererror"]["transactionid"] in words_of(reply)


def test_recorded_missing_entity_is_told_from_a_missing_set() -> None:
    found = {
        one["note"].partition(": ")[2]: explain_json(_recorded_reply(one), False)
        for one in load("refused_reads")
    }

    assert isinstance(found["unknown key"], NotThere)
    assert not isinstance(found["unknown entity set"], NotThere)


def test_recorded_refused_changeset_is_one_part_with_saps_words() -> None:
    (exchange,) = [one for one in load("batch") if "second part fails" in one["note"]]

    (part,) = replies_of(_recorded_reply(exchange))
    error = explain_json(part, True)

    assert isinstance(error, Rejected)
    assert not isinstance(error, NeedsOperator)
    assert error.remote_words == (
        "Sold-to party 999 not maintained for sales area 1010 10 00 (ZLAB/002)"
    )
    assert meaning_of({"ZLAB/002"}, error.remote_words) is None
