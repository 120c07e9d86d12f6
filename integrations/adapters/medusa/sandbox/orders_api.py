"""Admin API: orders, their notes, fulfilments, shipments and cancellation."""

from collections.abc import Sequence

from integrations.adapters.medusa.sandbox import order_view
from integrations.adapters.medusa.sandbox.checkout import address_row
from integrations.adapters.medusa.sandbox.fields import project
from integrations.adapters.medusa.sandbox.lists import filtered, paged
from integrations.adapters.medusa.sandbox.orders import Fulfilment, Order
from integrations.adapters.medusa.sandbox.product_rows import merged
from integrations.adapters.medusa.sandbox.refusals import (
    Json,
    Refusal,
    Shape,
    body_of,
    broken,
    endpoint,
    not_found,
)
from integrations.adapters.medusa.sandbox.state import State
from integrations.standin import Request

_ORDER = Shape(
    {
        "email": "text",
        "shipping_address": "object",
        "billing_address": "object",
        "locale": "text",
        "metadata": "object",
    }
)
_ITEMS = Shape({"id": "text!", "quantity": "number!"})
_FULFILMENT = Shape(
    {
        "items": [_ITEMS],
        "location_id": "text",
        "shipping_option_id": "text",
        "requires_shipping": "bool",
        "no_notification": "bool",
        "metadata": "object",
    }
)
_LABEL = Shape({"tracking_number": "text!", "tracking_url": "text!", "label_url": "text!"})
_SHIPMENT = Shape(
    {"items": [_ITEMS], "labels": [_LABEL], "no_notification": "bool", "metadata": "object"}
)
_NOTHING = Shape({"no_notification": "bool", "order_id": "text"})


class OrdersApi(State):
    # -- reading

    @endpoint("GET", "/admin/orders", "orders.list")
    def list_orders(self, request: Request) -> Json:
        # Filtered and ordered by plain columns; only what is on the page is shown whole.
        orders = self.checkout.orders.values()
        rows = [_columns(order) for order in orders if not order.is_draft]
        found = filtered(request, rows, ("id", "status", "customer_id", "sales_channel_id"))
        fields = request.param("fields")
        return paged(
            request,
            found,
            "orders",
            lambda row: project(
                self.order_json(self.order(row["id"])),
                fields,
                default=order_view.LIST_DEFAULT,
                lazy=order_view.list_lazy(fields),
                always=order_view.LIST_ALWAYS,
                entire=("items",),
            ),
            limit=15,
        )

    @endpoint("GET", "/admin/orders/{id}", "orders.read")
    def read_order(self, request: Request) -> Json:
        order = self.order(request.path_values["id"])
        lazy: Sequence[str] = order_view.LAZY if request.param("fields") else order_view.LAZY[1:]
        row = project(
            self.order_json(order),
            request.param("fields"),
            default=order_view.READ_DEFAULT,
            lazy=lazy,
            always=order_view.READ_ALWAYS,
        )
        self._shuffle(row)
        return {"order": row}

    # -- changing

    @endpoint("POST", "/admin/orders/{id}", "orders.update")
    def update_order(self, request: Request) -> Json:
        body = body_of(request, _ORDER)
        order = self.order(request.path_values["id"])
        order.refuse_canceled()
        order.metadata = merged(order.metadata, body)
        order.email = body.get("email", order.email)
        if "shipping_address" in body:
            address = {**(order.ship_to or {}), **body["shipping_address"]}
            order.ship_to = address_row(address, "ordaddr")
        if "billing_address" in body:
            address = {**(order.bill_to or {}), **body["billing_address"]}
            order.bill_to = address_row(address, "ordaddr")
        order.changed(version=0)
        return self._written(order, request)

    @endpoint("POST", "/admin/orders/{id}/complete", "orders.complete")
    def complete_order(self, request: Request) -> Json:
        order = self.order(request.path_values["id"])
        if order.status == "canceled":
            raise Refusal(f"Orders {order.id} are canceled and cannot be completed")
        if order.status != "completed":
            order.status = "completed"
            order.changed(version=0)
        return self._written(order, request)

    @endpoint("POST", "/admin/orders/{id}/cancel", "orders.cancel")
    def cancel_order(self, request: Request) -> Json:
        body_of(request, _NOTHING)
        order = self.order(request.path_values["id"])
        self._cancel(order)
        return self._written(order, request)

    # -- fulfilments

    @endpoint("POST", "/admin/orders/{id}/fulfillments", "fulfillments.create")
    def create_fulfilment(self, request: Request) -> Json:
        body = body_of(request, _FULFILMENT)
        _refuse_no_items(body)
        order = self.order(request.path_values["id"])
        location = body.get("location_id") or self.shop.location_id
        if location != self.shop.location_id:
            raise not_found(f"StockLocation id not found: {location}")
        fulfilment = order.fulfil(body["items"], location, body.get("metadata"))
        self._take_from_stock(fulfilment, 1)
        self.emit(
            "order.fulfillment_created",
            id=fulfilment.id,
            order_id=order.id,
            fulfillment_id=fulfilment.id,
        )
        return self._written(order, request)

    @endpoint("POST", "/admin/orders/{id}/fulfillments/{fid}/shipments", "shipments.create")
    def create_shipment(self, request: Request) -> Json:
        body = body_of(request, _SHIPMENT)
        _refuse_no_items(body)
        order, fulfilment = self._fulfilment(request)
        order.ship(fulfilment, body.get("labels") or [])
        self._tell_fulfilment("shipment.created", order, fulfilment)
        return self._written(order, request)

    @endpoint(
        "POST", "/admin/orders/{id}/fulfillments/{fid}/mark-as-delivered", "fulfillments.deliver"
    )
    def deliver_fulfilment(self, request: Request) -> Json:
        order, fulfilment = self._fulfilment(request)
        order.deliver(fulfilment)
        self._tell_fulfilment("delivery.created", order, fulfilment)
        return self._written(order, request)

    @endpoint("POST", "/admin/orders/{id}/fulfillments/{fid}/cancel", "fulfillments.cancel")
    def cancel_fulfilment(self, request: Request) -> Json:
        order, fulfilment = self._fulfilment(request)
        order.cancel_fulfilment(fulfilment)
        self._take_from_stock(fulfilment, -1)
        return self._written(order, request)

    # -- parts

    def order(self, order_id: str) -> Order:
        """Raises Refusal (404) for an unknown id."""
        if order_id not in self.checkout.orders:
            raise not_found(f"Order id not found: {order_id}")
        return self.checkout.orders[order_id]

    def order_json(self, order: Order) -> Json:
        """All of an order, as the richest request would show it."""
        customer = self.customers.rows.get(order.customer_id or "")
        return order_view.order_json(order, customer)

    def _written(self, order: Order, request: Request) -> Json:
        # The answer to a change holds no fulfilments unless they are asked for.
        row = project(
            self.order_json(order),
            request.param("fields"),
            default=order_view.DEFAULT,
            lazy=order_view.LAZY,
        )
        return {"order": row}

    def _cancel(self, order: Order) -> None:
        order.cancel()
        for line in order.lines:
            item = self.catalogue.item_of(line.variant)
            if item and line.variant["manage_inventory"]:
                item["reserved"] -= line.quantity
        self.emit("order.canceled", id=order.id, order_id=order.id)

    def _fulfilment(self, request: Request) -> tuple[Order, Fulfilment]:
        order = self.order(request.path_values["id"])
        for fulfilment in order.fulfilments:
            if fulfilment.id == request.path_values["fid"]:
                return order, fulfilment
        raise broken()  # an unknown fulfilment is an error 500 in Medusa

    def _tell_fulfilment(self, type: str, order: Order, fulfilment: Fulfilment) -> None:
        self.emit(type, id=fulfilment.id, order_id=order.id, fulfillment_id=fulfilment.id)

    def _take_from_stock(self, fulfilment: Fulfilment, sign: int) -> None:
        for line, quantity, _ in fulfilment.items:
            item = self.catalogue.item_of(line.variant)
            if item and line.variant["manage_inventory"]:
                item["reserved"] -= sign * quantity
                item["stocked"] = (item["stocked"] or 0) - sign * quantity

    def _shuffle(self, row: Json) -> None:
        # Medusa's order of rows is not stable: every other read turns the lines around.
        self._reads += 1
        if self._reads % 2 == 0 and isinstance(row.get("items"), list):
            row["items"] = row["items"][::-1]

    _reads = 0


def _columns(order: Order) -> Json:
    names = (
        "id", "display_id", "status", "version", "email", "customer_id", "sales_channel_id",
        "created_at", "updated_at",
    )  # fmt: skip
    return {name: getattr(order, name) for name in names}


def _refuse_no_items(body: Json) -> None:
    if "items" not in body:
        raise Refusal("Invalid request: Field 'items' is required")
    if not body["items"]:
        raise Refusal("Invalid request: Value for field 'items' too small, expected at least: '1'")
