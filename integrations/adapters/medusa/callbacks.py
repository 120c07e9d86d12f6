"""What the Medusa plugin sends us: Standard Webhooks, verified over the raw bytes. Pure.

    webhook-id: 01J…            the same for every delivery of one event
    webhook-timestamp: 1795…    seconds since 1970, when this delivery was signed
    webhook-signature: v1,<base64 of HMAC-SHA256 over "id.timestamp.body"> [v1,… …]

    {"type": "order.placed", "timestamp": "2026-11-23T09:28:43.560Z",
     "data": {"id": "order_…", "order_id": "order_…"}}

https://github.com/standard-webhooks/standard-webhooks (spec/standard-webhooks.md)
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.adapters.callbacks import BadSignature, InboundEvent, Malformed
from integrations.errors import NeedsOperator

_DIGITS = re.compile(r"[0-9]{1,12}")


def verify_and_parse(
    *,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Mapping[str, str],
    now: datetime,
    tolerance_s: float,
) -> list[InboundEvent]:
    """The one event of a delivery. See `integrations.adapters.callbacks.VerifyAndParse`.

    `secrets["hook_secret"]` may hold several, separated by commas or spaces: any of them
    will do, so that a secret can be rotated without losing a delivery.
    """
    event_id = verify(headers=headers, body=body, secrets=secrets, now=now, tolerance_s=tolerance_s)
    return [_parse(event_id, body)]


def verify(
    *,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Mapping[str, str],
    now: datetime,
    tolerance_s: float,
) -> str:
    """The id of a signed message of any content. See `integrations.adapters.callbacks.Verify`."""
    sent = {name.lower(): value.strip() for name, value in headers.items()}
    return _verify(sent, body, _keys(secrets.get("hook_secret", "")), now, tolerance_s)


# ---------------------------------------------------------------- signature


def _verify(
    sent: Mapping[str, str], body: bytes, keys: list[bytes], now: datetime, tolerance_s: float
) -> str:
    event_id = sent.get("webhook-id", "")
    stamp = sent.get("webhook-timestamp", "")
    signatures = sent.get("webhook-signature", "")
    if not (event_id and stamp and signatures):
        raise BadSignature("The webhook-id, webhook-timestamp or webhook-signature is missing.")
    if not keys:
        raise BadSignature("This connection has no usable webhook secret.")
    _check_time(stamp, now, tolerance_s)
    signed = b".".join((event_id.encode(), stamp.encode(), body))
    expected = [hmac.new(key, signed, hashlib.sha256).digest() for key in keys]
    if not _matches(_offered(signatures), expected):
        raise BadSignature("The signature fits none of the connection's webhook secrets.")
    return event_id


def _check_time(stamp: str, now: datetime, tolerance_s: float) -> None:
    if not _DIGITS.fullmatch(stamp):
        raise BadSignature("The webhook-timestamp is not a number of seconds.")
    if abs(now.timestamp() - int(stamp)) > tolerance_s:
        raise BadSignature("The webhook-timestamp is too far from our clock.")


def _matches(offered: Iterable[bytes], expected: list[bytes]) -> bool:
    # Every pair is compared, in constant time each: how long it takes tells nothing.
    results = [hmac.compare_digest(one, other) for one in offered for other in expected]
    return any(results)


def _offered(signatures: str) -> list[bytes]:
    found = []
    for part in signatures.split():
        version, _, text = part.partition(",")
        if version == "v1":
            found.append(_base64(text) or b"")
    return found


def check_secrets(secrets: Mapping[str, str]) -> None:
    """Raises NeedsOperator for a webhook secret that could verify nothing; never repeats it."""
    for text in filter(None, re.split(r"[\s,]+", secrets.get("hook_secret", ""))):
        if not text.startswith("whsec_") or not _base64(text.removeprefix("whsec_")):
            raise NeedsOperator(
                "The webhook secret must be whsec_ followed by base64.",
                reason="bad_secret",
                hint="`manage.py generate_key --webhook` makes one.",
            )


def _keys(hook_secret: str) -> list[bytes]:
    texts = re.split(r"[\s,]+", hook_secret)
    decoded = [_base64(text.removeprefix("whsec_")) for text in texts if text]
    return [key for key in decoded if key]


def _base64(text: str) -> bytes | None:
    padded = text + "=" * (-len(text) % 4)  # some secret stores strip the padding
    try:
        return base64.b64decode(padded, validate=True)
    except (binascii.Error, ValueError):
        return None


# ---------------------------------------------------------------- content


def _parse(event_id: str, body: bytes) -> InboundEvent:
    message = _object(body)
    data = message.get("data")
    if not isinstance(data, dict):
        raise Malformed("The message has no data object.")
    return InboundEvent(
        event_id=event_id,
        type=_text(message, "type"),
        subject=_subject(data),
        occurred_at=_moment(_text(message, "timestamp")),
        payload=data,
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise Malformed("The body is not JSON.") from exc
    if not isinstance(message, dict):
        raise Malformed("The body is not a JSON object.")
    return message


def _subject(data: Mapping[str, Any]) -> str:
    for name in ("order_id", "id"):
        value = data.get(name)
        if isinstance(value, str) and value:
            return value
    raise Malformed("The data names neither an order_id nor an id.")


def _text(message: Mapping[str, Any], name: str) -> str:
    value = message.get(name)
    if not isinstance(value, str) or not value:
        raise Malformed(f"The message has no usable {name}.")
    return value


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise Malformed("The timestamp is not an ISO 8601 time.") from exc
    if moment.tzinfo is None:
        raise Malformed("The timestamp has no time zone.")
    try:
        return moment.astimezone(UTC)
    except OverflowError as exc:
        raise Malformed("The timestamp is out of range.") from exc
