"""Carts and how one becomes an order, with the prices, taxes and promotions of the shop."""

from dataclasses import dataclass, field
from decimal import Decimal

from integrations.adapters.medusa.sandbox import money
from integrations.adapters.medusa.sandbox.catalogue import Catalogue
from integrations.adapters.medusa.sandbox.customers import Customers
from integrations.adapters.medusa.sandbox.ids import new_id, now
from integrations.adapters.medusa.sandbox.orders import (
    Collection,
    Line,
    Method,
    Order,
    Payment,
)
from integrations.adapters.medusa.sandbox.price_lists import Buyer, PriceLists
from integrations.adapters.medusa.sandbox.refusals import Json, Refusal, not_allowed, not_found
from integrations.adapters.medusa.sandbox.shop import SHIPPING_PRICES, Shop

ADDRESS_COLUMNS = (
    "company", "first_name", "last_name", "address_1", "address_2", "city", "country_code",
    "province", "postal_code", "phone", "metadata",
)  # fmt: skip


@dataclass
class Cart:
    region_id: str
    currency: str
    email: str | None = None
    customer_id: str | None = None
    id: str = field(default_factory=lambda: new_id("cart"))
    lines: list[Line] = field(default_factory=list)
    methods: list[Method] = field(default_factory=list)
    promotions: list[Json] = field(default_factory=list)
    ship_to: Json | None = None
    bill_to: Json | None = None
    metadata: Json | None = None
    collection: Collection | None = None
    order_id: str | None = None
    created_at: str = field(default_factory=now)
    updated_at: str = field(default_factory=now)

    @property
    def total(self) -> Decimal:
        rows: list[Line | Method] = [*self.lines, *self.methods]
        return money.sums(row.amounts() for row in rows)["total"]


class Checkout:
    """Carts, promotions and orders by id."""

    def __init__(
        self, shop: Shop, catalogue: Catalogue, customers: Customers, price_lists: PriceLists
    ) -> None:
        self.shop, self.catalogue, self.customers = shop, catalogue, customers
        self.price_lists = price_lists
        self.carts: dict[str, Cart] = {}
        self.orders: dict[str, Order] = {}
        self.promotions: dict[str, Json] = {}  # by code

    # -- carts

    def open_cart(self, region_id: str) -> Cart:
        currency = self.shop.currency_of(region_id)
        if currency is None:
            raise not_found(f"Region with id: {region_id} was not found")
        cart = Cart(region_id, currency)
        self.carts[cart.id] = cart
        return cart

    def cart(self, cart_id: str) -> Cart:
        if cart_id not in self.carts:
            raise not_found(f"Cart with id '{cart_id}' not found")
        return self.carts[cart_id]

    def open(self, cart_id: str) -> Cart:
        """A cart that may still be changed."""
        cart = self.cart(cart_id)
        if cart.order_id:
            raise Refusal(f"Cart {cart_id} is already completed.")
        return cart

    def identify(self, cart: Cart, email: str) -> None:
        cart.email = email
        cart.customer_id = self.customers.guest(email)["id"]

    def add(self, cart: Cart, row: Json) -> None:
        found = self.catalogue.variant(row["variant_id"])
        if found is None or found[0]["status"] != "published":
            raise Refusal(
                f"Variants {row['variant_id']} do not exist or belong to a product that is "
                "not published"
            )
        product, variant = found
        quantity = Decimal(row["quantity"])
        there = next((one for one in cart.lines if one.variant["id"] == variant["id"]), None)
        if there is not None and there.metadata == row.get("metadata"):
            self.set_quantity(cart, there, there.quantity + quantity)
            return
        self.refuse_short_stock(variant, quantity)
        line = Line(
            id=new_id("cali"),
            variant=variant,
            product=product,
            quantity=quantity,
            unit_price=self._price(variant, cart, quantity),
            is_tax_inclusive=cart.currency in self.shop.tax_inclusive,
            metadata=row.get("metadata"),
        )
        cart.lines.append(line)
        self.refresh(cart)

    def set_quantity(self, cart: Cart, line: Line, quantity: Decimal) -> None:
        self.refuse_short_stock(line.variant, quantity)
        line.quantity = quantity
        line.unit_price = self._price(line.variant, cart, quantity)
        cart.lines = [one for one in cart.lines if one.quantity > 0]
        self.refresh(cart)

    def apply(self, cart: Cart, codes: list[str]) -> None:
        for code in codes:
            if code not in self.promotions:
                raise Refusal(f"The promotion code {code} is invalid")
            if self.promotions[code] not in cart.promotions:
                cart.promotions.append(self.promotions[code])
        self.refresh(cart)

    def choose_shipping(self, cart: Cart, option_id: str) -> None:
        if option_id != self.shop.shipping_option_id:
            raise Refusal("Shipping Options are invalid for cart.")
        method = Method(
            id=new_id("casm"),
            option_id=option_id,
            name="Standard",
            amount=SHIPPING_PRICES[cart.currency],
            is_tax_inclusive=cart.currency in self.shop.tax_inclusive,
        )
        cart.methods = [method]
        self.refresh(cart)

    def refresh(self, cart: Cart) -> None:
        """Taxes by the address, discounts anew, and the payment sessions dropped."""
        country = (cart.ship_to or {}).get("country_code")
        rate = self.shop.tax_percent.get(country or "")
        code = self.shop.tax_code(country) if country and rate is not None else ""
        taxed: list[Line | Method] = [*cart.lines, *cart.methods]
        for one in taxed:
            one.rate, one.tax_code = rate, code
        for line in cart.lines:
            line.discount, line.promotion = Decimal(0), None
            if cart.promotions:
                line.promotion = cart.promotions[-1]
                percent = Decimal(line.promotion["application_method"]["value"])
                line.discount = money.percentage(line.amounts()["subtotal"], percent)
        if cart.collection:
            cart.collection.session_ids = []
            cart.collection.amount = cart.total
        cart.updated_at = now()

    # -- paying and completing

    def collect(self, cart: Cart) -> Collection:
        if cart.collection is None:
            cart.collection = Collection(cart.total, cart.currency)
        return cart.collection

    def collection(self, collection_id: str) -> Collection:
        carts = (cart.collection for cart in self.carts.values())
        orders = (one for order in self.orders.values() for one in order.collections)
        for collection in (*carts, *orders):
            if collection is not None and collection.id == collection_id:
                return collection
        raise not_found(f"Payment collection with id: {collection_id} was not found")

    def complete(self, cart: Cart) -> tuple[Order, bool]:
        """The order of a cart, and whether it is new: completing twice gives the same one."""
        if cart.order_id:
            return self.orders[cart.order_id], False
        if not cart.lines:
            raise Refusal("Cannot complete a cart with no items")
        if cart.collection is None:
            raise Refusal("Payment collection has not been initiated for cart")
        if not cart.collection.session_ids:
            raise Refusal("Payment sessions are required to complete cart")
        self._reserve(cart)
        order = self._order_of(cart, cart.collection)
        self.orders[order.id] = order
        cart.order_id = order.id
        return order, True

    def _order_of(self, cart: Cart, collection: Collection) -> Order:
        payment = Payment(collection.amount, cart.currency, collection.id)
        payment.session_id = collection.session_ids[-1]
        collection.payments, collection.status = [payment], "authorized"
        for line in cart.lines:
            line.id = new_id("ordli")
        for method in cart.methods:
            method.id = new_id("ordsm")
        return Order(
            display_id=len(self.orders) + 1,
            currency=cart.currency,
            region_id=cart.region_id,
            sales_channel_id=self.shop.sales_channel_id,
            email=cart.email,
            customer_id=cart.customer_id,
            ship_to=address_row(cart.ship_to, "ordaddr"),
            bill_to=address_row(cart.bill_to, "ordaddr"),
            metadata=cart.metadata,
            lines=cart.lines,
            methods=cart.methods,
            promotions=cart.promotions,
            collections=[collection],
        )

    # -- prices and stock

    def buyer(self, currency: str, region_id: str, customer_id: str | None) -> Buyer:
        """Who pays the prices of his groups; a guest has none."""
        customer = self.customers.rows.get(customer_id or "") or {"groups": []}
        return Buyer(currency, region_id, [one["id"] for one in customer["groups"]])

    def _price(self, variant: Json, cart: Cart, quantity: Decimal) -> Decimal:
        buyer = self.buyer(cart.currency, cart.region_id, cart.customer_id)
        _, newest = self.catalogue.variant(variant["id"]) or ({}, variant)
        price = self.price_lists.price_of(newest, buyer, quantity)
        if price is None:
            raise Refusal(f"Variants with IDs {variant['id']} do not have a price")
        return price

    def refuse_short_stock(self, variant: Json, quantity: Decimal) -> None:
        if not variant["manage_inventory"] or variant["allow_backorder"]:
            return
        item = self.catalogue.item_of(variant)
        if item is None or item["stocked"] is None:
            raise Refusal(
                f"Sales channel {self.shop.sales_channel_id} is not associated with any stock "
                f"location for variant {variant['id']}."
            )
        if quantity > item["stocked"] - item["reserved"]:
            raise not_allowed(
                "Some variant does not have the required inventory", "insufficient_inventory"
            )

    def _reserve(self, cart: Cart) -> None:
        for line in cart.lines:
            self.refuse_short_stock(line.variant, line.quantity)
        for line in cart.lines:
            item = self.catalogue.item_of(line.variant)
            if item and line.variant["manage_inventory"]:
                item["reserved"] += line.quantity


def address_row(address: Json | None, prefix: str) -> Json | None:
    """An address with an id of its own; changing one makes a new row in Medusa."""
    if address is None:
        return None
    moment = now()
    return {
        "id": new_id(prefix),
        "customer_id": None,
        **dict.fromkeys(ADDRESS_COLUMNS),
        **{name: address[name] for name in ADDRESS_COLUMNS if name in address},
        "created_at": moment,
        "updated_at": moment,
        "deleted_at": None,
    }
