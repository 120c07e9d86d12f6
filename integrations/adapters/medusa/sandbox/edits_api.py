"""Admin API: order edits. One open change per order; confirming it makes a new version."""

from decimal import Decimal

from integrations.adapters.medusa.sandbox.ids import new_id, now
from integrations.adapters.medusa.sandbox.orders import Edit, Line, Order
from integrations.adapters.medusa.sandbox.orders_api import OrdersApi
from integrations.adapters.medusa.sandbox.refusals import Json, Refusal, Shape, body_of, endpoint
from integrations.standin import Request

_EDIT = Shape(
    {"order_id": "text!", "description": "text", "internal_note": "text", "metadata": "object"}
)
_CHANGE = Shape(
    {"quantity": "number!", "unit_price": "number", "compare_at_unit_price": "number",
     "internal_note": "text"}
)  # fmt: skip
_ADDITION = Shape(
    {"variant_id": "text!", "quantity": "number!", "unit_price": "number",
     "compare_at_unit_price": "number", "internal_note": "text", "allow_backorder": "bool",
     "metadata": "object"}
)  # fmt: skip
_ADDITIONS = Shape({"items": [_ADDITION]})
_NOTHING = Shape({})


class EditsApi(OrdersApi):
    @endpoint("POST", "/admin/order-edits", "order_edits.begin")
    def begin_edit(self, request: Request) -> Json:
        body = body_of(request, _EDIT)
        order = self.order(body["order_id"])
        edit = self._begin(order)
        return {"order_change": _change(order, edit, body)}

    @endpoint("POST", "/admin/order-edits/{id}/items/item/{line}", "order_edits.change")
    def change_line(self, request: Request) -> Json:
        change = body_of(request, _CHANGE)
        order, edit = self._edited(request)
        if order.line(request.path_values["line"]) is None:
            raise Refusal(f"Items with ids {request.path_values['line']} does not exist")
        edit.changes[request.path_values["line"]] = change
        return self._preview(order)

    @endpoint("POST", "/admin/order-edits/{id}/items", "order_edits.add")
    def add_lines(self, request: Request) -> Json:
        rows = body_of(request, _ADDITIONS).get("items") or []
        order, edit = self._edited(request)
        edit.additions += [self._addition(order, row) for row in rows]
        return self._preview(order)

    @endpoint("POST", "/admin/order-edits/{id}/request", "order_edits.request")
    def request_edit(self, request: Request) -> Json:
        body_of(request, _NOTHING)
        order, _ = self._edited(request)
        return self._preview(order)

    @endpoint("POST", "/admin/order-edits/{id}/confirm", "order_edits.confirm")
    def confirm_edit(self, request: Request) -> Json:
        body_of(request, _NOTHING)
        order = self.order(request.path_values["id"])
        self._confirm(order)
        return self._preview(order)

    @endpoint("DELETE", "/admin/order-edits/{id}", "order_edits.drop")
    def drop_edit(self, request: Request) -> Json:
        order, _ = self._edited(request)
        order.edit = None
        return {"id": order.id, "object": "order-edit", "deleted": True}

    # -- parts

    def _begin(self, order: Order) -> Edit:
        order.refuse_canceled()
        if order.edit is not None:
            raise Refusal(f"Order ({order.id}) already has an existing active order change")
        order.edit = Edit(new_id("ordch"))
        return order.edit

    def _confirm(self, order: Order) -> None:
        order.confirm()
        self.emit("order-edit.confirmed", id=order.id, order_id=order.id)

    def _edited(self, request: Request) -> tuple[Order, Edit]:
        order = self.order(request.path_values["id"])
        if order.edit is None:
            raise Refusal("An active Order Change is required to proceed")
        return order, order.edit

    def _addition(self, order: Order, row: Json) -> Line:
        found = self.catalogue.variant(row["variant_id"])
        if found is None:
            raise Refusal(
                f"Variants {row['variant_id']} do not exist or belong to a product that is "
                "not published"
            )
        product, variant = found
        quantity = Decimal(row["quantity"])
        price = row.get("unit_price")
        buyer = self.checkout.buyer(order.currency, order.region_id, order.customer_id)
        sample = order.lines[0] if order.lines else None
        return Line(
            id=new_id("ordli"),
            variant=variant,
            product=product,
            quantity=quantity,
            unit_price=Decimal(price)
            if price is not None
            else self.price_lists.price_of(variant, buyer, quantity) or Decimal(0),
            is_tax_inclusive=order.currency in self.shop.tax_inclusive,
            metadata=row.get("metadata"),
            rate=sample.rate if sample else None,
            tax_code=sample.tax_code if sample else "",
            is_custom_price=price is not None,
            requires_shipping=False,  # as Medusa 2.21 has it for a line that an edit adds
        )

    def _preview(self, order: Order) -> Json:
        return {"order_preview": self.order_json(order)}


def _change(order: Order, edit: Edit, body: Json) -> Json:
    moment = now()
    return {
        "id": edit.id,
        "return_id": None,
        "claim_id": None,
        "exchange_id": None,
        "version": order.version + 1,
        "change_type": "edit",
        "description": body.get("description"),
        "status": "pending",
        "internal_note": body.get("internal_note"),
        **dict.fromkeys(
            (
                "created_by", "requested_by", "requested_at", "confirmed_by", "confirmed_at",
                "declined_by", "declined_reason", "metadata", "declined_at", "canceled_by",
                "canceled_at", "carry_over_promotions", "no_notification",
            )
        ),
        "order_id": order.id,
        "created_at": moment,
        "updated_at": moment,
        "deleted_at": None,
        "actions": [],
    }  # fmt: skip
