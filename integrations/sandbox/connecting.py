"""Sets the portal up for a shop and an ERP: connections, flows, mappings.

What an operator would do in the console, through the same services. Used by the demo, by
tests and by journeys.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse

from integrations.flows.adding import add_flow
from integrations.flows.links import bind
from integrations.flows.modes import set_mode
from integrations.gateways.connections import add_connection
from integrations.models import Connection, Flow, IdLink
from integrations.sandbox.company import TAXES, customer_with
from integrations.sandbox.goods import CUSTOMERS as B2B_CUSTOMERS
from integrations.sandbox.seeds import ErpSeed, FilledErp
from integrations.sandbox.storefront import MedusaSeed, SeedCustomer
from integrations.secrets import new_signing_secret, new_token

ACTOR = "sandbox"
SHOP, ERP = "Shop", "ERP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where the shop sends its messages, below the portal's address, and what signs them."""

    token: str = field(repr=False)
    secret: str = field(repr=False)

    @property
    def path(self) -> str:
        return reverse("hook", args=[self.token])


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The portal's side of a shop and an ERP."""

    shop: Connection
    erp: Connection
    products: Flow
    orders: Flow
    order_status: Flow
    hook: Hook


def connect(
    shop: MedusaSeed,
    erp: ErpSeed | FilledErp,
    *,
    now: datetime,
    mode: str = Flow.Mode.LIVE,
    hook: Hook | None = None,
) -> Connected:
    """Adds both connections, three flows in `mode` and the mappings that orders need.

    `hook` is what the shop was told already, for a shop that was started before. A buyer of the
    shop is linked to the ERP's customer of the same company.
    """
    hook = hook or new_hook()
    filled = erp if isinstance(erp, FilledErp) else _as_filled(erp)
    storefront = _add_shop(shop, hook)
    books = _add_erp(filled)
    connected = Connected(
        shop=storefront,
        erp=books,
        products=add_flow(kind="products", source=books, target=storefront, actor=ACTOR),
        orders=add_flow(kind="orders", source=storefront, target=books, actor=ACTOR),
        order_status=add_flow(kind="order_status", source=books, target=storefront, actor=ACTOR),
        hook=hook,
    )
    _link(connected, shop, filled)
    for customer, ref in _counterparts(shop, erp):
        link_customer(connected, customer.id, ref, customer.company)
    for flow in (connected.products, connected.orders, connected.order_status):
        if mode != Flow.Mode.OFF:
            switch(flow, mode, now=now)
    return connected


def switch(flow: Flow, mode: str, *, now: datetime | None = None) -> Flow:
    """Any mode at once: an invented shop needs no plan that somebody has looked at."""
    reason = "the sandbox is set up"
    return set_mode(flow, mode, actor=ACTOR, reason=reason, despite_plan=True, now=now)


def link_customer(
    connected: Connected, customer_id: str, customer_ref: int | str, label: str
) -> None:
    """Tells the portal which ERP customer a buyer of the shop is."""
    bind(
        IdLink.Kind.CUSTOMER,
        connected.shop,
        customer_id,
        connected.erp,
        str(customer_ref),
        actor=ACTOR,
        label=label,
    )


def new_hook() -> Hook:
    """A fresh address and a signing secret in the form of Standard Webhooks."""
    return Hook(token=new_token(), secret=new_signing_secret())


def _add_shop(shop: MedusaSeed, hook: Hook) -> Connection:
    return add_connection(
        kind="medusa",
        name=SHOP,
        url=shop.url,
        settings={
            "sales_channel_id": shop.sales_channel_id,
            "shipping_profile_id": shop.shipping_profile_id,
            "location_id": shop.location_id,
            "price_currencies": ", ".join(shop.regions),
        },
        credentials={"secret_key": shop.secret_key, "hook_secret": hook.secret},
        actor=ACTOR,
        allow_private=True,
        hook_token=hook.token,
    )


def _add_erp(erp: FilledErp) -> Connection:
    return add_connection(
        kind=erp.kind,
        name=ERP,
        url=erp.url,
        settings=dict(erp.settings),
        credentials=dict(erp.secrets),
        actor=ACTOR,
        allow_private=True,
    )


def _as_filled(erp: ErpSeed) -> FilledErp:
    return FilledErp(
        kind="odoo",
        url=erp.url,
        settings={
            "database": erp.database,
            "pricelists": ", ".join(f"{code}={number}" for code, number in erp.pricelists.items()),
            "shipping_product_ref": str(erp.shipping_product),
            "rounding_product_ref": str(erp.rounding_product),
            "free_text_product_ref": str(erp.free_text_product),
        },
        secrets={"api_key": erp.api_key},
        variants={},
        customers={},
        taxes={TAXES[code]: (str(ref),) for code, ref in erp.taxes.items()},
        locations={},
        shipping_ref=str(erp.shipping_product),
    )


def _link(connected: Connected, shop: MedusaSeed, erp: FilledErp) -> None:
    source, target = connected.shop, connected.erp
    for code in shop.tax_codes.values():
        for ref in _only(erp.taxes.get(TAXES[code], ())):
            bind(IdLink.Kind.TAX, source, code, target, ref, actor=ACTOR, label=code)
    option, service = shop.shipping_option_id, erp.shipping_ref
    if service:
        bind(IdLink.Kind.SHIPPING, source, option, target, service, actor=ACTOR, label="Standard")


def _only(refs: tuple[str, ...]) -> tuple[str, ...]:
    """A tax of the shop is one tax of the ERP: of several, none may be left out silently."""
    if len(refs) > 1:
        raise ValueError(f"one tax of the shop cannot be linked to {', '.join(refs)}")
    return refs


def _counterparts(
    shop: MedusaSeed, erp: ErpSeed | FilledErp
) -> Iterator[tuple[SeedCustomer, int | str]]:
    """The shop's buyers whom somebody has told the ERP's customer of."""
    roles = {one.name: one.role for one in B2B_CUSTOMERS}
    for customer in shop.customers:
        known = customer_with(customer.email)
        if known is None or not known.is_linked:
            continue
        if isinstance(erp, ErpSeed):
            yield customer, erp.customers[known.email]
        elif known.company in roles:
            yield customer, erp.customers[roles[known.company]]
