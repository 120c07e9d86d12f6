"""The stand-in itself: the whole API, and its shop's people as Python methods."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from integrations.adapters.medusa.sandbox.buyer_prices_api import BuyerPricesApi
from integrations.adapters.medusa.sandbox.categories_api import CategoriesApi
from integrations.adapters.medusa.sandbox.checkout import Cart, address_row
from integrations.adapters.medusa.sandbox.control import CONTROLS
from integrations.adapters.medusa.sandbox.customers_api import CustomersApi
from integrations.adapters.medusa.sandbox.edits_api import EditsApi
from integrations.adapters.medusa.sandbox.ids import new_id
from integrations.adapters.medusa.sandbox.inventory_api import InventoryApi
from integrations.adapters.medusa.sandbox.payments_api import PaymentsApi
from integrations.adapters.medusa.sandbox.price_lists_api import PriceListsApi
from integrations.adapters.medusa.sandbox.products_api import ProductsApi
from integrations.adapters.medusa.sandbox.quotes_api import QuotesApi
from integrations.adapters.medusa.sandbox.refusals import Json, Refusal
from integrations.adapters.medusa.sandbox.settings_api import SettingsApi
from integrations.adapters.medusa.sandbox.store_api import StoreApi
from integrations.standin import Request, Response

Amount = Decimal | int | str

ADDRESSES: dict[str, Json] = {
    "de": {"address_1": "Hafenstr. 1", "postal_code": "20457", "city": "Hamburg"},
    "fr": {"address_1": "12 rue du Port", "postal_code": "13002", "city": "Marseille"},
    "nl": {"address_1": "Havenweg 3", "postal_code": "3011", "city": "Rotterdam"},
    "us": {"address_1": "1 Harbor Way", "postal_code": "94607", "city": "Oakland"},
    "jp": {"address_1": "1-2-3 Minato", "postal_code": "231-0001", "city": "Yokohama"},
}
PERSON = {
    "first_name": "Erika",
    "last_name": "Muster",
    "company": "Nordwind GmbH",
    "phone": "+49 40 1",
}


class MedusaStandIn(
    SettingsApi,
    ProductsApi,
    CategoriesApi,
    PriceListsApi,
    InventoryApi,
    CustomersApi,
    StoreApi,
    PaymentsApi,
    EditsApi,
    QuotesApi,
    BuyerPricesApi,
):
    """A Medusa 2.21 that lives in memory, as strict and as lax as the real one.

    Over HTTP it serves the Admin routes that the adapter uses and the Store checkout. The
    methods below do what an operator or a buyer would do; `/_standin/<method>` calls the
    same ones from another process, see `control`. `shop` holds ids and keys, `hooks` the
    webhooks and their faults, `dials` the faults of answers.
    """

    def start(self) -> "MedusaStandIn":
        super().start()
        self.hooks.start()
        return self

    def stop(self) -> None:
        self.hooks.stop()
        super().stop()

    def control(self, request: Request) -> Response:
        """POST /_standin/<name of a method> with its arguments, or GET /_standin/<what>."""
        name = request.path.removeprefix("/_standin/")
        run = CONTROLS.get((request.method, name))
        if run is None:
            return super().control(request)
        try:
            with self.lock:
                return Response(200, {"result": run(self, request)})
        except Refusal as refusal:
            return Response(refusal.status, refusal.body)
        except (TypeError, ValueError, LookupError) as exc:
            return Response(400, {"message": str(exc)})

    # -- what is there

    @property
    def orders(self) -> dict[str, Json]:
        """All orders by id, whole, as the Admin API would show them; oldest first. No drafts."""
        return self._shown(are_drafts=False)

    @property
    def drafts(self) -> dict[str, Json]:
        """All draft orders by id."""
        return self._shown(are_drafts=True)

    @property
    def products(self) -> dict[str, Json]:
        """All products by id."""
        with self.lock:
            return dict(self.catalogue.products)

    # -- filling the shop

    def add_product(
        self,
        sku: str,
        prices: Mapping[str, Amount],
        *,
        title: str = "",
        stock: Amount | None = None,
        external_id: str | None = None,
    ) -> str:
        """A published product with one variant; managed when `stock` is given. The variant's id."""
        variant: Json = {
            "title": sku,
            "sku": sku,
            "manage_inventory": stock is not None,
            "options": {"Default option": "Default option value"},
            "prices": [
                {"currency_code": currency, "amount": Decimal(amount)}
                for currency, amount in prices.items()
            ],
        }
        row = {
            "title": title or sku,
            "handle": sku.lower(),
            "status": "published",
            "external_id": external_id,
            "options": [{"title": "Default option", "values": ["Default option value"]}],
            "sales_channels": [{"id": self.shop.sales_channel_id}],
            "variants": [variant],
        }
        with self.lock:
            self.catalogue.batch({"create": [row]})
            if stock is not None:
                self.set_stock(sku, stock)
            return self.catalogue.variant_id_of(sku)

    def set_stock(self, sku: str, quantity: Amount) -> None:
        with self.lock:
            self.catalogue.set_stock(sku, Decimal(quantity))

    def add_location(self, name: str) -> str:
        """A further stock location, which no sales channel sells from; its id."""
        with self.lock:
            location_id = new_id("sloc")
            self.shop.more_locations[location_id] = name
            return location_id

    def add_customer(
        self,
        email: str,
        *,
        password: str = "",
        company: str = "",
        first_name: str = "Erika",
        last_name: str = "Muster",
        groups: Sequence[str] = (),
    ) -> str:
        """A customer, with a login when a password is given. `groups` are ids or new names."""
        row = {
            "email": email,
            "company_name": company or None,
            "first_name": first_name,
            "last_name": last_name,
        }
        with self.lock:
            if password:
                self.customers.register(email, password)
            customer = self._register(row, has_account=bool(password))
            for group in groups:
                self.customers.change_members(self._group_id(group), [customer["id"]], [])
            return str(customer["id"])

    def add_promotion(self, code: str, percent: Amount) -> None:
        """`percent` % off every item."""
        method = {"type": "percentage", "target_type": "items", "value": Decimal(percent)}
        with self.lock:
            self._promote({"code": code, "type": "standard", "application_method": method})

    # -- what buyers and operators do

    def place_order(
        self,
        lines: Sequence[tuple[str, Amount]],
        *,
        customer: str = "",
        email: str = "guest@buyer.test",
        promo: str = "",
        country: str = "de",
        has_shipping: bool = True,
        metadata: Json | None = None,
        address: Json | None = None,
    ) -> str:
        """Buys (SKU, quantity) lines and returns the order's id.

        `customer` is the id or e-mail of one; without it `email` buys as a guest. The
        country decides the currency (de, fr, nl: eur; us: usd; jp: jpy) and the tax.
        """
        with self.lock:
            cart = self.checkout.open_cart(self.shop.region_of_country(country))
            self._sign_in(cart, customer, email)
            whole = {**PERSON, **ADDRESSES[country], "country_code": country, **(address or {})}
            cart.ship_to = address_row(whole, "caaddr")
            cart.bill_to = address_row(whole, "caaddr")
            cart.metadata = metadata
            for sku, quantity in lines:
                variant_id = self.catalogue.variant_id_of(sku)
                row = {"variant_id": variant_id, "quantity": Decimal(quantity)}
                self.checkout.add(cart, row)
            if has_shipping:
                self.checkout.choose_shipping(cart, self.shop.shipping_option_id)
            self.checkout.apply(cart, [promo] if promo else [])
            self.checkout.collect(cart).session_ids.append("payses_standin")
            return self._complete(cart).id

    def cancel(self, order_id: str) -> None:
        with self.lock:
            self._cancel(self.order(order_id))

    def capture(self, order_id: str, amount: Amount | None = None) -> str:
        """Captures the order's newest live payment, all or part; returns the payment's id."""
        with self.lock:
            order = self.order(order_id)
            payment = next(one for one in reversed(order.payments) if not one.canceled_at)
            self._capture(order, payment, None if amount is None else Decimal(amount))
            return payment.id

    def refund(self, order_id: str, amount: Amount) -> str:
        """Refunds a part of what was captured; returns the payment's id."""
        with self.lock:
            order = self.order(order_id)
            payment = next(one for one in order.payments if one.captures)
            self._refund(order, payment, Decimal(amount))
            return payment.id

    def edit(
        self,
        order_id: str,
        quantities: Mapping[str, Amount] | None = None,
        *,
        prices: Mapping[str, Amount] | None = None,
        add: Sequence[tuple[str, Amount]] = (),
    ) -> None:
        """A confirmed edit: new quantities and unit prices by SKU (0 removes), lines added."""
        with self.lock:
            order = self.order(order_id)
            edit = self._begin(order)
            for line in order.lines:
                sku = line.variant.get("sku", "")
                if sku in (quantities or {}):
                    edit.changes.setdefault(line.id, {})["quantity"] = (quantities or {})[sku]
                if sku in (prices or {}):
                    edit.changes.setdefault(line.id, {})["unit_price"] = (prices or {})[sku]
            for sku, quantity in add:
                row = {"variant_id": self.catalogue.variant_id_of(sku), "quantity": quantity}
                edit.additions.append(self._addition(order, row))
            self._confirm(order)

    def remove_draft_order(self, order_id: str) -> None:
        """Deletes a draft in Medusa's own admin, behind the plugin's back."""
        with self.lock:
            del self.checkout.orders[order_id]

    def add_stray(self, quote_ref: str, *, country: str = "de") -> str:
        """A draft that a crash left behind before it was recorded; its id."""
        address = {**ADDRESSES[country], "country_code": country}
        region_id = self.shop.region_of_country(country)
        item = {"title": "Left behind", "quantity": "1", "unit_price": "1"}
        with self.lock:
            order = self.quote_orders.draft(
                {
                    "quote_ref": quote_ref,
                    "currency_code": self.shop.currency_of(region_id),
                    "region_id": region_id,
                    "email": "guest@buyer.test",
                    "items": [item],
                    "shipping_methods": [],
                    "shipping_address": address,
                    "billing_address": address,
                }
            )
            return order.id

    # -- parts

    def _shown(self, *, are_drafts: bool) -> dict[str, Json]:
        with self.lock:
            orders = [one for one in self.checkout.orders.values() if one.is_draft == are_drafts]
            return {one.id: self.order_json(one) for one in orders}

    def _sign_in(self, cart: Cart, customer: str, email: str) -> None:
        if not customer:
            self.checkout.identify(cart, email)
            return
        found = self.customers.rows.get(customer) or self.customers.find(customer)
        if found is None:
            raise LookupError(f"there is no customer {customer}")
        cart.customer_id, cart.email = found["id"], found["email"]

    def _group_id(self, group: str) -> str:
        for known in self.customers.groups.values():
            if group in (known["id"], known["name"]):
                return str(known["id"])
        return str(self.customers.create_group({"name": group})["id"])
