"""What Business Central tells us of changes: hints, never something to act on. Pure.

    {"value": [{"subscriptionId": "…", "clientState": "…", "changeType": "updated",
      "resource": "api/v2.0/companies(…)/salesOrders(…)", "lastModifiedDateTime": "…"}]}

Nothing is signed; each change carries the secret that the subscription was made with. A
change may come twice, half a minute late, together with others, or not at all.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.adapters.callbacks import (
    SUBSCRIPTION_SECRET,
    BadSignature,
    InboundEvent,
    Malformed,
)

ORDERS_CHANGED = "orders.changed"
# What each entity is in the portal's words; of others nobody waits for news.
_TYPES = {
    **dict.fromkeys(("salesOrders", "salesInvoices", "salesCreditMemos"), ORDERS_CHANGED),
    **dict.fromkeys(("items", "itemVariants", "itemCategories"), "products.changed"),
    "customers": "customers.changed",
}
_RESOURCE = re.compile(r"/(\w+)(?:\(([^()]*)\))?(?:\?.*)?$")


def handshake(*, params: Mapping[str, str]) -> str | None:
    """The token that a new or renewed subscription wants back. See `callbacks.Handshake`."""
    return params.get("validationToken")


def verify_and_parse(
    *,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Mapping[str, str],
    now: datetime,
    tolerance_s: float,
) -> list[InboundEvent]:
    """See `integrations.adapters.callbacks.VerifyAndParse`. What cannot be read at all has no
    secret in it either: BadSignature."""
    changes = _changes(body)
    secret = secrets.get(SUBSCRIPTION_SECRET, "").encode()
    states = [str(change.get("clientState") or "").encode() for change in changes]
    are_ours = [hmac.compare_digest(state, secret) for state in states]
    if not secret or not changes or not all(are_ours):
        raise BadSignature("The message does not carry the secret of our subscription.")
    return [_event(change, now) for change in changes]


def _changes(body: bytes) -> list[dict[str, Any]]:
    try:
        value = json.loads(body)["value"]
    except (ValueError, RecursionError, KeyError, TypeError):
        value = None
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise BadSignature("The message is none of Business Central.")
    return value


def _event(change: dict[str, Any], now: datetime) -> InboundEvent:
    payload = {name: value for name, value in change.items() if name != "clientState"}
    found = _RESOURCE.search(str(change.get("resource") or ""))
    if found is None:
        raise Malformed("The change names no resource.")
    name, record = found[1], found[2] or "collection"
    words = json.dumps(payload, sort_keys=True)
    return InboundEvent(
        event_id=hashlib.sha256(words.encode()).hexdigest(),
        type=_TYPES.get(name) or f"{name}.changed",
        subject=record[:128],
        occurred_at=_moment(change.get("lastModifiedDateTime")) or now,
        payload=payload,
    )


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
