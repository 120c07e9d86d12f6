"""What an automation rule of Odoo sends us: a wake-up, not a message to rely on. Pure.

    {"_action": "portal webhook(#509)", "_id": 172, "_model": "sale.order", "id": 172,
     "name": "S00169", "state": "sale", "write_date": "2026-11-23 08:32:53.787116", …}

Odoo signs nothing, sends once with a timeout of one second, and may send the same change
twice with different content (observed on 19.0). The secret is the address itself; the
content only says which record to look at.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.adapters.callbacks import InboundEvent, Malformed

ORDER_CHANGED = "order.changed"
# What each model is in the portal's words; of others nobody waits for news.
TYPES = {
    "sale.order": ORDER_CHANGED,
    "product.template": "products.changed",
    "product.product": "products.changed",
    "product.pricelist": "prices.changed",
    "product.pricelist.item": "prices.changed",
    "stock.quant": "stock.changed",
    "stock.move": "stock.changed",
    "res.partner": "customers.changed",
}


def verify_and_parse(
    *,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Mapping[str, str],
    now: datetime,
    tolerance_s: float,
) -> list[InboundEvent]:
    """The one event of a call. See `integrations.adapters.callbacks.VerifyAndParse`.

    There is no id to tell a repeated call by: equal content is taken for the same one.
    """
    payload = _object(body)
    model, record = payload.get("_model"), payload.get("_id")
    if not isinstance(model, str) or not model or isinstance(record, bool):
        raise Malformed("The call names no _model.")
    if not isinstance(record, int):
        raise Malformed("The call names no _id.")
    return [
        InboundEvent(
            event_id=hashlib.sha256(body).hexdigest(),
            type=TYPES.get(model) or f"{model}.changed",
            subject=str(record),
            occurred_at=_moment(payload.get("write_date")) or now,
            payload=payload,
        )
    ]


def _object(body: bytes) -> dict[str, Any]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise Malformed("The body is not JSON.") from exc
    if not isinstance(payload, dict):
        raise Malformed("The body is not a JSON object.")
    return payload


def _moment(text: Any) -> datetime | None:
    """Odoo's times are UTC without a zone."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except (TypeError, ValueError):
        return None
