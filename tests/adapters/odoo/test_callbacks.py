"""Wake-ups that an automation rule sends; the bodies are those of a real Odoo 19."""

import json
from datetime import UTC, datetime

import pytest

from integrations.adapters.callbacks import InboundEvent, Malformed
from integrations.adapters.odoo.callbacks import verify_and_parse

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CONFIRMED = {
    "_action": "portal webhook(#509)",
    "_id": 172,
    "_model": "sale.order",
    "client_order_ref": "HOOK-1",
    "delivery_status": "pending",
    "id": 172,
    "invoice_status": "to invoice",
    "name": "S00169",
    "state": "sale",
    "write_date": "2026-11-23 08:32:53.787116",
}


def parse(payload: object) -> InboundEvent:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    [event] = verify_and_parse(headers={}, body=body, secrets={}, now=NOW, tolerance_s=300)
    return event


def test_a_changed_order_names_the_order_to_look_at() -> None:
    event = parse(CONFIRMED)

    assert (event.type, event.subject) == ("order.changed", "172")
    assert event.occurred_at == datetime(2026, 11, 23, 8, 32, 53, 787116, tzinfo=UTC)


def test_the_second_call_of_one_change_is_another_event_and_a_repeated_one_is_not() -> None:
    later = {**CONFIRMED, "delivery_status": "full"}

    assert parse(CONFIRMED).event_id == parse(CONFIRMED).event_id
    assert parse(CONFIRMED).event_id != parse(later).event_id


def test_a_rule_on_another_model_is_told_apart() -> None:
    assert parse({"_model": "stock.picking", "_id": 7}).type == "stock.picking.changed"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"not json",
        [],
        {},
        {"_model": "sale.order"},
        {"_id": 1},
        {"_model": "sale.order", "_id": True},
        {"_model": "sale.order", "_id": "172"},
        {"_model": "sale.order", "_id": 10**128},
        {"_model": "x" * 80, "_id": 1},
        {"_model": "sale.order\x00", "_id": 1},
        b'{"_model": "sale.order", "_id": 1, "amount_total": NaN}',
    ],
)
def test_anything_else_is_malformed(payload: object) -> None:
    with pytest.raises(Malformed):
        parse(payload)
