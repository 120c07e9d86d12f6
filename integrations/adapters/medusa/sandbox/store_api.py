"""Store API: from a cart to an order, as a storefront goes through it."""

from decimal import Decimal

from integrations.adapters.medusa.sandbox import money
from integrations.adapters.medusa.sandbox.checkout import ADDRESS_COLUMNS, Cart, address_row
from integrations.adapters.medusa.sandbox.fields import project
from integrations.adapters.medusa.sandbox.ids import new_id, now
from integrations.adapters.medusa.sandbox.lists import filtered, paged
from integrations.adapters.medusa.sandbox.money import both
from integrations.adapters.medusa.sandbox.order_view import READ_ALWAYS, READ_DEFAULT, tax_line
from integrations.adapters.medusa.sandbox.orders import Collection, Line, Method, Order
from integrations.adapters.medusa.sandbox.orders_api import OrdersApi
from integrations.adapters.medusa.sandbox.price_lists import Buyer
from integrations.adapters.medusa.sandbox.refusals import (
    Json,
    Refusal,
    Shape,
    body_of,
    endpoint,
    not_found,
)
from integrations.standin import Request

_ADDRESS = Shape(dict.fromkeys(ADDRESS_COLUMNS, "any"))
_ITEM = Shape({"variant_id": "text!", "quantity": "number!", "metadata": "object"})
# A price that the client sends is ignored here and refused when a line is added.
_FIRST_ITEM = Shape({**_ITEM.fields, "unit_price": "any"})
_CART_FIELDS = {
    "region_id": "text",
    "email": "text",
    "shipping_address": _ADDRESS,
    "billing_address": _ADDRESS,
    "sales_channel_id": "text",
    "currency_code": "text",
    "promo_codes": "list",
    "locale": "text",
    "metadata": "object",
}
_NEW_CART = Shape({**_CART_FIELDS, "items": [_FIRST_ITEM]})
_CART = Shape(_CART_FIELDS)
_QUANTITY = Shape({"quantity": "number!", "metadata": "object"})
_CODES = Shape({"promo_codes": "list"})
_OPTION = Shape({"option_id": "text!", "data": "object"})
_COLLECTION = Shape({"cart_id": "text!"})
_SESSION = Shape({"provider_id": "text!", "data": "object"})
_NOTHING = Shape({})


class StoreApi(OrdersApi):
    # -- looking around

    @endpoint("GET", "/store/products", "store.products")
    def list_store_products(self, request: Request) -> Json:
        region = request.param("region_id")
        customer = self.customers.logged_in(request.headers.get("authorization", "")) or {}
        currency = self.shop.currency_of(region)
        buyer = self.checkout.buyer(currency or "", region, customer.get("id"))
        rows = [
            self._priced(product, buyer)
            for product in self.catalogue.products.values()
            if product["status"] == "published"
        ]
        found = filtered(request, rows, ("id", "handle"))
        fields = request.param("fields")
        return paged(
            request,
            found,
            "products",
            lambda row: project(row, fields, default=row, lazy=("variants.calculated_price",)),
        )

    def _priced(self, product: Json, buyer: Buyer) -> Json:
        variants = []
        for variant in product["variants"]:
            price = self.price_lists.price_of(variant, buyer, None)
            shown = None
            if price is not None:
                shown = {**both("calculated_amount", price), "currency_code": buyer.currency}
            variants.append({**variant, "calculated_price": shown})
        return {**product, "variants": variants}

    # -- the cart

    @endpoint("POST", "/store/carts", "store.carts.create")
    def create_cart(self, request: Request) -> Json:
        body = body_of(request, _NEW_CART)
        region = body.get("region_id") or self.shop.region_ids["eur"]
        cart = self.checkout.open_cart(region)
        customer = self.customers.logged_in(request.headers.get("authorization", ""))
        if customer is not None:
            cart.email, cart.customer_id = customer["email"], customer["id"]
        self._change(cart, body)
        for row in body.get("items") or []:
            self.checkout.add(cart, row)
        self.checkout.apply(cart, body.get("promo_codes") or [])
        return self._cart(cart, request)

    @endpoint("GET", "/store/carts/{id}", "store.carts.read")
    def read_cart(self, request: Request) -> Json:
        return self._cart(self.checkout.cart(request.path_values["id"]), request)

    @endpoint("POST", "/store/carts/{id}", "store.carts.update")
    def update_cart(self, request: Request) -> Json:
        body = body_of(request, _CART)
        cart = self.checkout.open(request.path_values["id"])
        self._change(cart, body)
        self.checkout.apply(cart, body.get("promo_codes") or [])
        return self._cart(cart, request)

    @endpoint("POST", "/store/carts/{id}/customer", "store.carts.customer")
    def transfer_cart(self, request: Request) -> Json:
        cart = self.checkout.open(request.path_values["id"])
        customer = self.customers.logged_in(request.headers.get("authorization", ""))
        if customer is None:
            raise Refusal("Unauthorized", status=401, type="unauthorized")
        cart.email, cart.customer_id = customer["email"], customer["id"]
        return self._cart(cart, request)

    @endpoint("POST", "/store/carts/{id}/line-items", "store.lines.add")
    def add_line(self, request: Request) -> Json:
        row = body_of(request, _ITEM)
        if row["quantity"] <= 0:
            raise Refusal(
                "Invalid request: Value for field 'quantity' too small, expected at least: '0'"
            )
        cart = self.checkout.open(request.path_values["id"])
        self.checkout.add(cart, row)
        return self._cart(cart, request)

    @endpoint("POST", "/store/carts/{id}/line-items/{line}", "store.lines.change")
    def change_cart_line(self, request: Request) -> Json:
        body = body_of(request, _QUANTITY)
        cart = self.checkout.open(request.path_values["id"])
        line = _line(cart, request.path_values["line"])
        self.checkout.set_quantity(cart, line, Decimal(body["quantity"]))
        return self._cart(cart, request)

    @endpoint("DELETE", "/store/carts/{id}/line-items/{line}", "store.lines.remove")
    def remove_cart_line(self, request: Request) -> Json:
        cart = self.checkout.open(request.path_values["id"])
        line = _line(cart, request.path_values["line"])
        self.checkout.set_quantity(cart, line, Decimal(0))
        return {"id": line.id, "object": "line-item", "deleted": True}

    @endpoint("POST", "/store/carts/{id}/promotions", "store.promotions.add")
    def add_promotions(self, request: Request) -> Json:
        codes = body_of(request, _CODES).get("promo_codes") or []
        cart = self.checkout.open(request.path_values["id"])
        self.checkout.apply(cart, codes)
        return self._cart(cart, request)

    @endpoint("POST", "/store/carts/{id}/shipping-methods", "store.shipping.choose")
    def choose_shipping(self, request: Request) -> Json:
        option = body_of(request, _OPTION)["option_id"]
        cart = self.checkout.open(request.path_values["id"])
        self.checkout.choose_shipping(cart, option)
        return self._cart(cart, request)

    # -- paying and completing

    @endpoint("POST", "/store/payment-collections", "store.payment.collect")
    def create_payment_collection(self, request: Request) -> Json:
        cart = self.checkout.cart(body_of(request, _COLLECTION)["cart_id"])
        return {"payment_collection": _collection(self.checkout.collect(cart))}

    @endpoint("POST", "/store/payment-collections/{id}/payment-sessions", "store.payment.session")
    def create_payment_session(self, request: Request) -> Json:
        body_of(request, _SESSION)
        collection = self.checkout.collection(request.path_values["id"])
        collection.session_ids = [new_id("payses")]
        return {"payment_collection": _collection(collection)}

    @endpoint("POST", "/store/carts/{id}/complete", "store.carts.complete")
    def complete_cart(self, request: Request) -> Json:
        body_of(request, _NOTHING)
        order = self._complete(self.checkout.cart(request.path_values["id"]))
        return {"type": "order", "order": self._public(order)}

    @endpoint("GET", "/store/orders/{id}", "store.orders.read")
    def read_store_order(self, request: Request) -> Json:
        order = self.order(request.path_values["id"])
        whole = self._public(order)
        always = READ_ALWAYS
        return {"order": project(whole, request.param("fields"), default=whole, always=always)}

    # -- parts

    def _complete(self, cart: Cart) -> Order:
        order, is_new = self.checkout.complete(cart)
        if is_new:
            self.emit("order.placed", id=order.id, order_id=order.id)
        return order

    def _change(self, cart: Cart, body: Json) -> None:
        if body.get("email"):
            self.checkout.identify(cart, body["email"])
        if body.get("shipping_address"):
            cart.ship_to = address_row(body["shipping_address"], "caaddr")
        if body.get("billing_address"):
            cart.bill_to = address_row(body["billing_address"], "caaddr")
        if "metadata" in body:
            cart.metadata = {**(cart.metadata or {}), **(body["metadata"] or {})}
        self.checkout.refresh(cart)

    def _cart(self, cart: Cart, request: Request) -> Json:
        whole = _cart_json(cart)
        return {"cart": project(whole, request.param("fields"), default=whole)}

    def _public(self, order: Order) -> Json:
        hidden = {"metadata", "custom_display_id", "version", "locale"}
        whole = self.order_json(order)
        names = (*READ_DEFAULT, "currency_code", "email", "custom_display_id", "version")
        return {name: whole[name] for name in names if name not in hidden or name == "version"}


def _line(cart: Cart, line_id: str) -> Line:
    for line in cart.lines:
        if line.id == line_id:
            return line
    raise not_found(f"Line item with id: {line_id} was not found")


def _collection(collection: Collection) -> Json:
    moment = now()
    return {
        "id": collection.id,
        "currency_code": collection.currency,
        "amount": collection.amount,
        "payment_sessions": [
            {
                "id": session,
                "currency_code": collection.currency,
                "provider_id": "pp_system_default",
                "data": {},
                "context": {},
                "status": "pending",
                "authorized_at": None,
                "payment_collection_id": collection.id,
                "payment": None,
                "metadata": {},
                **both("amount", collection.amount),
                "created_at": moment,
                "updated_at": moment,
                "deleted_at": None,
            }
            for session in collection.session_ids
        ],
    }


def _cart_json(cart: Cart) -> Json:
    items = money.sums([line.amounts() for line in cart.lines])
    shipping = money.sums([method.amounts() for method in cart.methods])
    totals = money.order_totals(items, shipping, Decimal(0))
    totals |= {
        "discount_subtotal": items["discount_subtotal"],
        "item_discount_total": items["discount_total"],
        "shipping_discount_total": shipping["discount_total"],
    }
    del totals["original_subtotal"]
    return {
        "id": cart.id,
        "currency_code": cart.currency,
        "email": cart.email,
        "locale": None,
        "region_id": cart.region_id,
        "created_at": cart.created_at,
        "updated_at": cart.updated_at,
        "completed_at": None,
        **totals,
        "metadata": cart.metadata,
        "sales_channel_id": None,
        "shipping_address_id": (cart.ship_to or {}).get("id"),
        "billing_address_id": (cart.bill_to or {}).get("id"),
        "customer_id": cart.customer_id,
        "items": [_cart_item(line) for line in cart.lines],
        "shipping_methods": [_cart_method(method) for method in cart.methods],
        "shipping_address": cart.ship_to,
        "billing_address": cart.bill_to,
        "credit_lines": [],
        "customer": {"id": cart.customer_id, "email": cart.email, "groups": []},
        "region": {"id": cart.region_id, "currency_code": cart.currency},
        "promotions": cart.promotions,
    }


def _cart_item(line: Line) -> Json:
    taxes = []
    if line.rate is not None:
        taxes = [tax_line(line.rate, line.tax_code, line.amounts(), "calitxl")]
    adjustments = []
    if line.promotion:
        adjustments = [{"code": line.promotion["code"], **both("amount", line.discount)}]
    return {
        "id": line.id,
        "variant_id": line.variant["id"],
        "product_id": line.product["id"],
        "variant_sku": line.variant["sku"],
        "product_title": line.product["title"],
        "variant_title": line.variant["title"],
        "title": line.product["title"],
        "metadata": line.metadata,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "is_tax_inclusive": line.is_tax_inclusive,
        "subtotal": line.amounts()["subtotal"],
        "tax_lines": taxes,
        "adjustments": adjustments,
    }


def _cart_method(method: Method) -> Json:
    return {
        "id": method.id,
        "amount": method.amount,
        "name": method.name,
        "is_tax_inclusive": method.is_tax_inclusive,
        "shipping_option_id": method.option_id,
        "tax_lines": [],
        "adjustments": [],
    }
