"""What inbound storefront events start. Events are hints: jobs read the order themselves."""

from integrations.flows.orders.doors import ensure_push, stop_unsent
from integrations.flows.orders.recheck import start_recheck
from integrations.flows.orders.working import is_writing
from integrations.models import Event, Order
from integrations.webhooks.handlers import Outcome, register

STOREFRONT = "storefront"


def placed(event: Event) -> Outcome:
    """A new order, or one that we know already: the door takes both."""
    order = ensure_push(
        storefront=event.connection,
        order_ref=event.subject,
        origin="event",
        actor=f"event {event.pk}",
    )
    if order is None:
        return Outcome(state=Event.State.STORED, note="the orders flow is off")
    return Outcome(note=f"order {order.pk}")


def changed(event: Event) -> Outcome:
    """Anything else that happened to an order: look at it."""
    order = (
        Order.objects.filter(storefront=event.connection, storefront_ref=event.subject)
        .select_related("storefront", "erp")
        .first()
    )
    if order is None:
        return placed(event)
    if order.is_in_erp and not is_writing(order.storefront):
        return Outcome(state=Event.State.STORED, note="the orders flow writes nothing now")
    if event.type == "order.canceled":
        stop_unsent(order, actor=f"event {event.pk}", reason="cancelled in the storefront")
    job = start_recheck(order, actor=f"event {event.pk}")
    return Outcome(note=f"order {order.pk}", job=job)


def echo(event: Event) -> Outcome:
    """Shipments and deliveries come from the ERP through us: our own writes come back."""
    return Outcome(state=Event.State.IGNORED, note="echo of a shipment the portal wrote")


def register_all() -> None:
    register(STOREFRONT, "order.placed", placed)
    for pattern in ("order.canceled", "order-edit.*", "payment.*", "order.return_*"):
        register(STOREFRONT, pattern, changed)
    for pattern in ("order.fulfillment_*", "shipment.*", "delivery.*"):
        register(STOREFRONT, pattern, echo)
