"""Callbacks of the plugin: only what is signed, fresh and readable becomes an event.

The public `standardwebhooks` package is the oracle: what it signs we take, what it refuses we
refuse.
"""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from integrations.adapters.callbacks import BadSignature, InboundEvent, Malformed
from integrations.adapters.medusa.callbacks import verify, verify_and_parse

SECRET = "whsec_" + base64.b64encode(b"a secret of our own, 24+").decode()
OTHER = "whsec_" + base64.b64encode(b"another one, for turning").decode()
NOW = datetime.now(UTC).replace(microsecond=0)
PLACED = {
    "type": "order.placed",
    "timestamp": "2026-11-23T09:28:43.560Z",
    "data": {"id": "order_1", "order_id": "order_1"},
}


def body_of(message: Any) -> bytes:
    return json.dumps(message).encode()


def signed(
    body: bytes, *, secret: str = SECRET, id: str = "msg_1", at: datetime = NOW
) -> dict[str, str]:
    return {
        "Webhook-Id": id,
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign(id, at, body.decode()),
    }


def receive(
    headers: dict[str, str], body: bytes, *, secrets: str = SECRET, now: datetime = NOW
) -> list[InboundEvent]:
    return verify_and_parse(
        headers=headers, body=body, secrets={"hook_secret": secrets}, now=now, tolerance_s=300
    )


def test_signed_event_is_taken() -> None:
    body = body_of(PLACED)

    (event,) = receive(signed(body), body)

    assert event == InboundEvent(
        event_id="msg_1",
        type="order.placed",
        subject="order_1",
        occurred_at=datetime(2026, 11, 23, 9, 28, 43, 560000, tzinfo=UTC),
        payload={"id": "order_1", "order_id": "order_1"},
    )


def test_event_of_a_fulfilment_is_about_its_order() -> None:
    data = {"id": "ful_1", "order_id": "order_1", "fulfillment_id": "ful_1"}
    body = body_of({**PLACED, "type": "shipment.created", "data": data})

    assert receive(signed(body), body)[0].subject == "order_1"


def test_event_without_an_order_is_about_its_own_record() -> None:
    body = body_of({**PLACED, "type": "customer.created", "data": {"id": "cus_1"}})

    assert receive(signed(body), body)[0].subject == "cus_1"


@pytest.mark.parametrize(
    "secrets", [f"{OTHER},{SECRET}", f"{SECRET} {OTHER}", f"{OTHER}, {SECRET}"]
)
def test_either_secret_will_do_while_they_are_rotated(secrets: str) -> None:
    body = body_of(PLACED)

    assert receive(signed(body), body, secrets=secrets)
    assert receive(signed(body, secret=OTHER), body, secrets=secrets)


def test_one_good_signature_among_several_will_do() -> None:
    body = body_of(PLACED)
    headers = signed(body)
    headers["Webhook-Signature"] = f"v1,AAAA v2,xyz {headers['Webhook-Signature']}"

    assert receive(headers, body)


def test_secret_without_prefix_or_padding_will_do() -> None:
    body = body_of(PLACED)

    assert receive(signed(body), body, secrets=SECRET.removeprefix("whsec_").rstrip("="))


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Webhook-Signature", "v1,AAAA"),
        ("Webhook-Signature", "v1,not base64!"),
        ("Webhook-Signature", "v2,AAAA"),
        ("Webhook-Signature", ""),
        ("Webhook-Id", "msg_2"),
        ("Webhook-Id", ""),
        ("Webhook-Timestamp", "yesterday"),
        ("Webhook-Timestamp", "-1"),
        ("Webhook-Timestamp", "²"),
        ("Webhook-Timestamp", "9" * 30),
        ("Webhook-Timestamp", ""),
    ],
)
def test_wrong_or_missing_header_is_a_bad_signature(header: str, value: str) -> None:
    body = body_of(PLACED)

    with pytest.raises(BadSignature):
        receive({**signed(body), header: value}, body)


def test_changed_body_is_a_bad_signature() -> None:
    body = body_of(PLACED)

    with pytest.raises(BadSignature):
        receive(signed(body), body.replace(b"order_1", b"order_2"))


def test_body_is_not_looked_into_before_the_signature_holds() -> None:
    with pytest.raises(BadSignature):
        receive({**signed(b"{}"), "Webhook-Id": "forged"}, b"not json at all")


@pytest.mark.parametrize("secrets", ["", "   ", ",", "whsec_", "whsec_!!!"])
def test_connection_without_a_usable_secret_takes_nothing(secrets: str) -> None:
    body = body_of(PLACED)

    with pytest.raises(BadSignature):
        receive(signed(body), body, secrets=secrets)


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_event_from_another_time_is_refused(seconds: int) -> None:
    body = body_of(PLACED)

    with pytest.raises(BadSignature, match="too far from our clock"):
        receive(signed(body), body, now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_event_at_the_edge_of_the_window_is_taken(seconds: int) -> None:
    body = body_of(PLACED)

    assert receive(signed(body), body, now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "message",
    [
        [],
        "text",
        None,
        {},
        {**PLACED, "type": ""},
        {**PLACED, "type": 7},
        {**PLACED, "type": "x" * 101},
        {**PLACED, "timestamp": "yesterday"},
        {**PLACED, "timestamp": "2026-11-23T09:28:43"},
        {**PLACED, "timestamp": "0001-01-01T00:00:00+14:00"},
        {**PLACED, "data": []},
        {**PLACED, "data": {}},
        {**PLACED, "data": {"id": 7}},
        {**PLACED, "data": {"id": "x" * 201}},
    ],
)
def test_signed_but_unreadable_message_is_malformed(message: Any) -> None:
    body = body_of(message)

    with pytest.raises(Malformed):
        receive(signed(body), body)


def test_signed_body_that_is_no_json_is_malformed() -> None:
    with pytest.raises(Malformed):
        receive(signed(b"not json"), b"not json")


def test_overlong_id_is_malformed() -> None:
    body = body_of(PLACED)

    with pytest.raises(Malformed):
        receive(signed(body, id="m" * 201), body)


@given(
    key=some.binary(min_size=1, max_size=64),
    id=some.text(some.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60),
    note=some.text(max_size=60),
)
def test_what_the_reference_signs_is_taken(key: bytes, id: str, note: str) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    body = json.dumps({**PLACED, "data": {"id": "order_1", "note": note}}).encode()

    (event,) = receive(signed(body, secret=secret, id=id), body, secrets=secret)

    assert (event.event_id, event.payload["note"]) == (id, note)


@given(flipped=some.integers(min_value=0), part=some.sampled_from(["body", "id", "signature"]))
def test_one_changed_bit_is_refused_by_us_and_by_the_reference(flipped: int, part: str) -> None:
    body = body_of(PLACED)
    headers = signed(body)
    if part == "body":
        body = _with_flipped_bit(body, flipped)
    elif part == "id":
        headers["Webhook-Id"] = headers["Webhook-Id"] + chr(97 + flipped % 26)
    else:
        sent = base64.b64decode(headers["Webhook-Signature"][3:])
        changed = base64.b64encode(_with_flipped_bit(sent, flipped)).decode()
        headers["Webhook-Signature"] = f"v1,{changed}"

    with pytest.raises(BadSignature):
        receive(headers, body)
    with pytest.raises((WebhookVerificationError, ValueError)):
        lower = {name.lower(): value for name, value in headers.items()}
        Webhook(SECRET).verify(body.decode("utf-8", "surrogateescape"), lower)


def _with_flipped_bit(content: bytes, place: int) -> bytes:
    byte, bit = divmod(place % (len(content) * 8), 8)
    changed = bytearray(content)
    changed[byte] ^= 1 << bit
    return bytes(changed)


def test_a_signed_question_of_any_content_is_told_from_a_forged_one() -> None:
    body = b'{"customer_id": "cus_1"}'
    given = {"secrets": {"hook_secret": SECRET}, "now": NOW, "tolerance_s": 300}

    assert verify(headers=signed(body), body=body, **given) == "msg_1"
    with pytest.raises(BadSignature):
        verify(headers=signed(body, secret=OTHER), body=body, **given)
    with pytest.raises(BadSignature):
        verify(headers=signed(body), body=body + b" ", **given)
