"""The plugin's table of quotes and orders, and drafts as its routes make them.

Draft orders keep out of the order list until they are converted; a draft checks the stock,
only the conversion reserves it.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256

from integrations.adapters.medusa.sandbox.checkout import Checkout, address_row
from integrations.adapters.medusa.sandbox.ids import new_id
from integrations.adapters.medusa.sandbox.orders import Line, Method, Order
from integrations.adapters.medusa.sandbox.refusals import Json, Refusal, not_allowed, not_found

QUOTE_KEY = "erp_quote_ref"


def digest_of(order: Order) -> str:
    """Another one for each other content of the order."""
    goods = sorted(
        (one.id, one.title, one.sku, f"{one.quantity:f}", f"{one.unit_price:f}", str(one.rate))
        for one in order.lines
    )
    freight = sorted((one.id, one.name, f"{one.amount:f}", str(one.rate)) for one in order.methods)
    whom = (order.currency, order.customer_id, order.email)
    places = [
        sorted((key, str(value)) for key, value in (one or {}).items() if key != "updated_at")
        for one in (order.ship_to, order.bill_to)
    ]
    return sha256(repr((whom, goods, freight, places)).encode()).hexdigest()


@dataclass
class QuoteOrders:
    """`recorded` maps a quote to its order's id; `busy` holds quotes somebody else works on."""

    checkout: Checkout
    recorded: dict[str, str] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)

    def find(self, quote_ref: str) -> Order | None:
        return self.checkout.orders.get(self.recorded.get(quote_ref, ""))

    def get(self, quote_ref: str) -> Order:
        found = self.find(quote_ref)
        if found is None:
            raise Refusal(
                f"No order was placed for {quote_ref}.",
                status=404,
                type="not_found",
                code="no_quote_order",
            )
        return found

    def place(self, body: Json) -> Order:
        """The order of the quote; a new draft when there is none."""
        quote_ref = body["quote_ref"]
        found = self.find(quote_ref)
        if found is None:
            self._refuse_busy(quote_ref)
            found = self.draft(body)
            self.recorded[quote_ref] = found.id
        return found

    def convert(self, quote_ref: str, digest: str) -> tuple[Order, bool]:
        """The order of the quote, and whether it was a draft until now.

        The taxes are looked up anew at that moment.
        """
        order = self.get(quote_ref)
        if not order.is_draft:
            return order, False
        self._refuse_busy(quote_ref)
        if digest_of(order) != digest:
            raise Refusal(
                f"The draft of {quote_ref} was edited since it was looked at; look at it again.",
                status=409,
                type="conflict",
                code="quote_order_changed",
            )
        self._reserve(order)
        rate, code = self._tax({"shipping_address": order.ship_to})
        for line in order.lines:
            line.rate, line.tax_code = rate, code
        for method in order.methods:
            method.rate, method.tax_code = rate, code
        order.is_draft, order.status = False, "pending"
        order.changed(version=0)
        return order, True

    def discard(self, quote_ref: str) -> None:
        """Removes the quote's draft, if there is one."""
        self._refuse_busy(quote_ref)
        order = self.find(quote_ref)
        if order is None:
            return
        if not order.is_draft:
            raise not_allowed(
                f"The order of {quote_ref} is placed and no draft any more; cancel it in Medusa.",
                "quote_order_placed",
            )
        del self.checkout.orders[order.id]

    def strays(self) -> list[Order]:
        """Drafts that name a quote and are not its order, oldest first."""
        return [
            order
            for order in self.checkout.orders.values()
            if order.is_draft
            and self._quote_of(order)
            and self._quote_of(order) not in self.busy
            and order.id not in self.recorded.values()
        ]

    def remove_stray(self, order_id: str) -> None:
        order = self.checkout.orders.get(order_id)
        if order is None or not order.is_draft or not self._quote_of(order):
            raise not_found(f"{order_id} is no draft order of a quote")
        self._refuse_busy(self._quote_of(order))
        if order_id in self.recorded.values():
            message = f"{order_id} is the order of {self._quote_of(order)}, not a stray"
            raise not_allowed(message, "no_stray")
        del self.checkout.orders[order_id]

    def draft(self, body: Json) -> Order:
        """A draft order that nobody has recorded yet."""
        currency = self._currency(body)
        lines = [self._line(row, body) for row in body["items"]]
        methods = [self._method(row, body) for row in body["shipping_methods"]]
        shop = self.checkout.shop
        order = Order(
            display_id=len(self.checkout.orders) + 1,
            currency=currency,
            region_id=body["region_id"],
            sales_channel_id=body.get("sales_channel_id") or shop.sales_channel_id,
            email=body["email"],
            customer_id=self._customer_id(body),
            ship_to=address_row(body["shipping_address"], "ordaddr"),
            bill_to=address_row(body["billing_address"], "ordaddr"),
            metadata={**body.get("metadata", {}), QUOTE_KEY: body["quote_ref"]},
            lines=lines,
            methods=methods,
            promotions=[],
            status="draft",
            is_draft=True,
        )
        self.checkout.orders[order.id] = order
        return order

    # -- parts

    def _refuse_busy(self, quote_ref: str) -> None:
        if quote_ref in self.busy:
            raise Refusal(
                f"Another request works on the order of {quote_ref}; ask again in a moment.",
                status=409,
                type="conflict",
                code="quote_order_busy",
            )

    def _quote_of(self, order: Order) -> str:
        return str((order.metadata or {}).get(QUOTE_KEY) or "")

    def _currency(self, body: Json) -> str:
        region, wanted = body["region_id"], body["currency_code"]
        currency = self.checkout.shop.currency_of(region)
        if currency is None:
            raise Refusal(f"Region with id: {region} was not found")
        if currency != wanted:
            raise Refusal(f"Region {region} sells in {currency}, not {wanted}")
        return currency

    def _customer_id(self, body: Json) -> str:
        customers = self.checkout.customers
        wanted = body.get("customer_id")
        if not wanted:
            return str(customers.guest(body["email"])["id"])
        if wanted not in customers.rows:
            raise not_found(f"Customer with id: {wanted} was not found")
        return str(wanted)

    def _line(self, row: Json, body: Json) -> Line:
        product, variant = self._variant(row)
        quantity = Decimal(row["quantity"])
        if variant:
            self.checkout.refuse_short_stock(variant, quantity)
        rate, code = self._tax(body)
        return Line(
            id=new_id("ordli"),
            variant=variant,
            product=product,
            title=row["title"],
            sku=row.get("variant_sku", ""),
            quantity=quantity,
            unit_price=Decimal(row["unit_price"]),
            is_tax_inclusive=False,
            is_discountable=False,
            is_custom_price=True,
            requires_shipping=bool(variant),
            metadata=row.get("metadata", {}),
            rate=rate,
            tax_code=code,
        )

    def _variant(self, row: Json) -> tuple[Json, Json]:
        if "variant_id" not in row:
            return {}, {}
        found = self.checkout.catalogue.variant(row["variant_id"])
        if found is None or found[0]["status"] != "published":
            raise Refusal(
                f"Variants {row['variant_id']} do not exist or belong to a product that is "
                "not published"
            )
        return found

    def _method(self, row: Json, body: Json) -> Method:
        if row["shipping_option_id"] != self.checkout.shop.shipping_option_id:
            raise Refusal(f"Shipping options {row['shipping_option_id']} do not exist")
        rate, code = self._tax(body)
        return Method(
            id=new_id("ordsm"),
            option_id=row["shipping_option_id"],
            name=row["name"],
            amount=Decimal(row["amount"]),
            is_tax_inclusive=False,
            rate=rate,
            tax_code=code,
        )

    def _tax(self, body: Json) -> tuple[Decimal | None, str]:
        country = body["shipping_address"]["country_code"]
        rate = self.checkout.shop.tax_percent.get(country)
        return rate, self.checkout.shop.tax_code(country) if rate is not None else ""

    def _reserve(self, order: Order) -> None:
        managed = [line for line in order.lines if line.variant.get("manage_inventory")]
        for line in managed:
            item = self._item_of(line.variant)
            free = (item["stocked"] or 0) - item["reserved"]
            if line.quantity > free and not line.variant["allow_backorder"]:
                location = self.checkout.shop.location_id
                raise not_allowed(
                    f"Not enough stock available for item {item['id']} at location {location}"
                )
        for line in managed:
            self._item_of(line.variant)["reserved"] += line.quantity

    def _item_of(self, variant: Json) -> Json:
        item = self.checkout.catalogue.item_of(variant)
        if item is None:
            raise LookupError(f"variant {variant['id']} is counted, and has no inventory item")
        return item
