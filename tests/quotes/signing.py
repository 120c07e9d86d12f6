"""The storefront's server, which signs what it asks."""

import base64
import itertools
import json
from datetime import UTC, datetime
from typing import Any

from django.test import Client
from standardwebhooks.webhooks import Webhook

SECRET = "whsec_" + base64.b64encode(b"one secret of 24 bytes..").decode()
OTHER_SECRET = "whsec_" + base64.b64encode(b"a secret of another shop").decode()
CUSTOMER = "cus_1"

_ids = itertools.count(1)


def signed(
    text: str, *, secret: str = SECRET, message_id: str = "", at: datetime | None = None
) -> dict[str, str]:
    """The headers over this text, with a message id of its own unless one is given."""
    message_id, at = message_id or f"rfq_{next(_ids)}", at or datetime.now(UTC)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, text),
    }


def rfq_body(**more: Any) -> dict[str, Any]:
    """One line by SKU, configured."""
    line = {
        "sku": "DRILL-18",
        "title": "Cordless drill",
        "quantity": "12",
        "target_price": "61.25",
        "configuration": [{"name": "Battery", "value": "5 Ah"}],
    }
    return {"customer_id": CUSTOMER, "currency": "EUR", "lines": [line], **more}


def post_rfq(body: Any = None, *, key: str | None = "k1", raw: bytes = b"", **how: Any) -> Any:
    raw = raw or json.dumps(rfq_body() if body is None else body).encode()
    headers = signed(raw.decode(), **how) | ({} if key is None else {"Idempotency-Key": key})
    return Client().post("/api/rfqs", raw, content_type="application/json", headers=headers)


def read(path: str, *, customer: str = CUSTOMER, signing: str = "", **how: Any) -> Any:
    """Reads as the customer; `signing` is what was signed, if not this very address."""
    address = f"{path}?customer_id={customer}"
    return Client().get(address, headers=signed(signing or f"GET {address}", **how))
