"""What people press for orders, one or everything that matches a filter."""

from functools import partial

from django.db.models import QuerySet

from integrations.engine.models import SyncJob
from integrations.engine.presses import PressVerb, register
from integrations.errors import PortalError
from integrations.flows.orders import doors
from integrations.flows.orders.abandon import abandon_order
from integrations.models import Order, TransitionNotAllowed


def _orders() -> QuerySet[Order]:
    return Order.objects.select_related("storefront", "erp")


def _send(order: Order, *, actor: str, reason: str) -> SyncJob:
    return doors.send_order(order, actor=actor, reason=reason or "send now")


def register_all() -> None:
    verb = partial(PressVerb, rows=_orders, refusals=(PortalError, TransitionNotAllowed))
    register(
        verb(name="send_orders", does="Send orders now", done="on the way to the ERP", press=_send)
    )
    register(verb(name="hold_orders", does="Hold orders", done="held", press=doors.hold_order))
    register(
        verb(
            name="release_orders", does="Release orders", done="released", press=doors.release_order
        )
    )
    register(
        verb(name="abandon_orders", does="Cancel orders", done="cancelled", press=abandon_order)
    )
