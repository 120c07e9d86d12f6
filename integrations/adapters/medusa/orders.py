"""Orders: reading them, and writing the ERP's progress back."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.medusa.client import Client, Params, is_refused_with
from integrations.adapters.medusa.mapping.orders import (
    DIGEST_FIELDS,
    FULFILMENT_FIELDS,
    ORDER_FIELDS,
    SHIPMENT_KEY,
    digest_of,
    goods_of,
    to_fulfilment,
    to_items,
    to_labels,
    to_order,
    to_sighting,
)
from integrations.adapters.medusa.mapping.values import text
from integrations.errors import NeedsOperator, OutcomeUnknown, Rejected
from integrations.records import (
    ErpShipment,
    OrderSighting,
    Page,
    StorefrontFulfilment,
    StorefrontOrder,
    Window,
)

logger = logging.getLogger(__name__)

PAGE_ROWS = 100
WHOLE_ORDERS_PER_CALL = 25  # 30 lines are some 150 kB


class Orders:
    """Implements ReadsOrders and WritesOrderProgress over Medusa's Admin API."""

    # A write waits up to 30 s for its lock and commits even when nobody waits for it any more.
    settle_s = 35.0

    _client: Client
    _location_id: str

    # -- reading

    def get_order(self, order_id: str) -> StorefrontOrder:
        answer = self._client.get(f"/admin/orders/{order_id}", [("fields", ORDER_FIELDS)])
        return to_order(answer["order"])

    def orders_by_id(self, order_ids: Sequence[str]) -> Sequence[StorefrontOrder]:
        found = self._by_id(order_ids, fields=ORDER_FIELDS, per_call=WHOLE_ORDERS_PER_CALL)
        return [to_order(order) for order in found]

    def order_digests(self, order_ids: Sequence[str]) -> Sequence[tuple[str, str]]:
        found = self._by_id(order_ids, fields=DIGEST_FIELDS, per_call=PAGE_ROWS)
        return [(order["id"], digest_of(order)) for order in found]

    def order_page(self, window: Window, cursor: str | None) -> Page[OrderSighting]:
        # Not by offset: an order that changes during the walk leaves the window and would
        # move the next one into a place that was read already. Each page starts at the last
        # time seen, again inclusive, and leaves out the orders of that very time it had.
        since, seen = _position(window, cursor)
        limit = PAGE_ROWS + len(seen)
        answer = self._client.get("/admin/orders", _page_params(since, window.end, limit))
        found: list[dict[str, Any]] = answer["orders"]
        fresh = [order for order in found if order["id"] not in seen]
        is_last = len(found) < limit or not fresh
        return Page(
            rows=tuple(to_sighting(order) for order in fresh),
            next_cursor=None if is_last else _cursor_after(found),
        )

    def _by_id(
        self, order_ids: Sequence[str], *, fields: str, per_call: int
    ) -> Iterator[dict[str, Any]]:
        for start in range(0, len(order_ids), per_call):
            ids = order_ids[start : start + per_call]
            params = [("id[]", one) for one in ids]
            params += [("fields", fields), ("limit", str(len(ids)))]
            yield from self._client.get("/admin/orders", params)["orders"]

    # -- writing

    def write_metadata(self, order_id: str, values: dict[str, str]) -> None:
        # Medusa merges the values into what is there; an empty text removes a key. It takes
        # nothing more once an order is cancelled, and nobody waits for a note on one.
        try:
            self._client.post(f"/admin/orders/{order_id}", {"metadata": values}, [("fields", "id")])
        except Rejected as exc:
            if not is_refused_with(exc, "has been canceled"):
                raise
            logger.info("order_note_left_out order=%s reason=canceled", order_id)

    def create_fulfilment(self, order_id: str, shipment: ErpShipment) -> StorefrontFulfilment:
        goods = _goods(order_id, shipment)
        try:
            return self._fulfil(order_id, shipment, goods)
        except Rejected as exc:
            # Medusa does not mix lines that need shipping with lines that do not (one that
            # an edit added, for example). `mark_shipped` fulfils the other part.
            if not is_refused_with(exc, "Split this request into 2 fulfillments"):
                raise
        with_shipping = self._lines_with_shipping(order_id)
        part = {ref: quantity for ref, quantity in goods.items() if ref in with_shipping}
        return self._fulfil(order_id, shipment, part)

    def mark_shipped(self, order_id: str, fulfilment_id: str, shipment: ErpShipment) -> None:
        params = [("fields", FULFILMENT_FIELDS)]
        order = self._client.get(f"/admin/orders/{order_id}", params)["order"]
        ours = [
            one
            for one in (to_fulfilment(row) for row in order.get("fulfillments") or [])
            if not one.is_canceled
            and (one.fulfilment_id == fulfilment_id or one.erp_shipment == shipment.ref)
        ]
        rest = _without(_goods(order_id, shipment), ours)
        if rest:
            ours.append(self._fulfil(order_id, shipment, rest))
        for fulfilment in ours:
            if not fulfilment.is_shipped:
                self._ship(order_id, fulfilment, shipment)

    def _fulfil(
        self, order_id: str, shipment: ErpShipment, goods: Mapping[str, Decimal]
    ) -> StorefrontFulfilment:
        body: dict[str, Any] = {"items": to_items(goods), "metadata": {SHIPMENT_KEY: shipment.ref}}
        if self._location_id:
            body["location_id"] = self._location_id
        answer = self._client.post(
            f"/admin/orders/{order_id}/fulfillments", body, [("fields", FULFILMENT_FIELDS)]
        )
        return _newest_of(answer["order"], shipment.ref)

    def _ship(self, order_id: str, fulfilment: StorefrontFulfilment, shipment: ErpShipment) -> None:
        body: dict[str, Any] = {"items": to_items(dict(fulfilment.lines))}
        labels = to_labels(shipment)
        if labels:
            body["labels"] = labels
        path = f"/admin/orders/{order_id}/fulfillments/{fulfilment.fulfilment_id}/shipments"
        self._client.post(path, body, [("fields", "id")])

    def _lines_with_shipping(self, order_id: str) -> set[str]:
        params = [("fields", "id,items.id,items.requires_shipping")]
        order = self._client.get(f"/admin/orders/{order_id}", params)["order"]
        return {line["id"] for line in order["items"] if line["requires_shipping"]}

    def cancel_order(self, order_id: str) -> None:
        try:
            self._client.post(f"/admin/orders/{order_id}/cancel", {}, [("fields", "id")])
        except Rejected as exc:
            if not is_refused_with(exc, "has been canceled"):
                raise


def _goods(order_id: str, shipment: ErpShipment) -> dict[str, Decimal]:
    goods = goods_of(shipment)
    if not goods:
        raise NeedsOperator(
            f"Delivery {shipment.number or shipment.ref} holds no line of this order.",
            reason="shipment_without_lines",
            cause=f"shipment {shipment.ref} without lines",
            hint="Its lines were added in the ERP; ship them in the storefront by hand.",
            ids={"order": order_id, "shipment": shipment.ref},
        )
    return goods


def _without(
    goods: Mapping[str, Decimal], fulfilments: Sequence[StorefrontFulfilment]
) -> dict[str, Decimal]:
    """What of the goods no fulfilment holds yet."""
    rest = dict(goods)
    for fulfilment in fulfilments:
        for ref, quantity in fulfilment.lines:
            rest[ref] = rest.get(ref, Decimal(0)) - quantity
    return {ref: quantity for ref, quantity in rest.items() if quantity > 0}


def _newest_of(order: dict[str, Any], shipment_ref: str) -> StorefrontFulfilment:
    found = [to_fulfilment(one) for one in order.get("fulfillments") or []]
    ours = [one for one in found if one.erp_shipment == shipment_ref and not one.is_canceled]
    if not ours:
        raise OutcomeUnknown(
            f"Medusa answered, but shows no fulfilment for delivery {shipment_ref}.",
            ids={"order": text(order, "id"), "shipment": shipment_ref},
        )
    return max(ours, key=lambda one: one.fulfilment_id)  # ids sort by time


# ---------------------------------------------------------------- walking a window


def _page_params(since: str | None, end: datetime, limit: int) -> Params:
    # Without the dollar sign Medusa ignores the operator and answers everything.
    params = [
        ("updated_at[$lte]", _iso(end)),
        ("order", "updated_at"),
        ("limit", str(limit)),
        ("fields", DIGEST_FIELDS),
    ]
    return [("updated_at[$gte]", since), *params] if since else params


def _position(window: Window, cursor: str | None) -> tuple[str | None, set[str]]:
    """Where a page begins: a time, and the orders of that time that were seen before."""
    if cursor is None:
        return (_iso(window.start) if window.start else None), set()
    since, seen = json.loads(cursor)
    return since, set(seen)


def _cursor_after(found: list[dict[str, Any]]) -> str:
    latest = found[-1]["updated_at"]
    return json.dumps([latest, [one["id"] for one in found if one["updated_at"] == latest]])


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
