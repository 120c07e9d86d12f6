"""What Business Central tells of changes: hints that carry our secret."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.adapters.business_central.callbacks import handshake, verify_and_parse
from integrations.adapters.callbacks import BadSignature, Malformed

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def message(*changes: dict[str, Any]) -> bytes:
    usual = {
        "subscriptionId": "s1",
        "clientState": "sekret",
        "changeType": "updated",
        "resource": "api/v2.0/companies(b18aed47)/salesOrders(26814998)",
        "lastModifiedDateTime": "2026-03-14T12:54:20.467Z",
    }
    return json.dumps({"value": [{**usual, **change} for change in changes]}).encode()


def parsed(body: bytes, state: str = "sekret") -> list[Any]:
    return verify_and_parse(
        headers={}, body=body, secrets={"subscription_secret": state}, now=NOW, tolerance_s=1
    )


def test_changes_become_hints() -> None:
    order, items = parsed(
        message({}, {"resource": "api/v2.0/companies(b18aed47)/items(1)"}),
    )

    assert (order.type, order.subject) == ("orders.changed", "26814998")
    assert order.occurred_at == datetime(2026, 3, 14, 12, 54, 20, 467000, tzinfo=UTC)
    assert "clientState" not in order.payload
    assert items.type == "products.changed"
    assert parsed(message({}))[0].event_id == order.event_id  # told twice, stored once


def test_many_changes_at_once_are_one_hint() -> None:
    link = "api/v2.0/companies(b18aed47)/salesOrders?$filter=lastModifiedDateTime%20ge%202026"

    (event,) = parsed(message({"resource": link, "changeType": "collection"}))

    assert (event.type, event.subject) == ("orders.changed", "collection")


@pytest.mark.parametrize(
    "body",
    [
        message({"clientState": "guessed"}),
        message({}, {"clientState": "guessed"}),
        message({"clientState": None}),
        message({"clientState": "ü"}),
        message(),
        b"",
        b"[1]",
        b'{"value": [1]}',
        b"[" * 100_000,
    ],
)
def test_message_without_our_secret_is_refused(body: bytes) -> None:
    with pytest.raises(BadSignature):
        parsed(body)


def test_connection_without_a_secret_takes_nothing() -> None:
    with pytest.raises(BadSignature):
        parsed(message({"clientState": ""}), state="")


def test_change_of_nothing_is_malformed() -> None:
    with pytest.raises(Malformed):
        parsed(message({"resource": ""}))


def test_handshake_wants_its_token() -> None:
    assert handshake(params={"validationToken": "abc"}) == "abc"
    assert handshake(params={}) is None
