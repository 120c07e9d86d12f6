"""A person's decision that an order shall not reach the ERP."""

from django.db import transaction

from integrations.engine import verbs
from integrations.engine.models import OPEN, SyncJob
from integrations.errors import NeedsOperator
from integrations.flows.orders.doors import may_have_arrived
from integrations.flows.orders.refusals import refuse_called_off
from integrations.flows.orders.working import refuse_ended
from integrations.models import Order
from integrations.models.order import OrderState


@transaction.atomic
def abandon_order(order: Order, *, actor: str, reason: str) -> None:
    """Cancels the order here and every job that would send it; the storefront is not told.

    Raises NeedsOperator when it is in the ERP already, or may be: then it is cancelled in the
    storefront, whose cancellation the portal carries into the ERP.
    """
    refuse_ended(
        order, if_in_erp="Cancel it in the storefront; the portal then cancels it in the ERP."
    )
    refuse_called_off(order)
    for job in SyncJob.objects.filter(key=order.key, state__in=OPEN):
        if may_have_arrived(job):
            raise NeedsOperator(
                f"The ERP may hold an unconfirmed order for {order}.",
                reason="may_be_in_erp",
                hint="Cancel it in the storefront; the portal then cancels it in the ERP.",
            )
        if verbs.cancel(job, actor=actor, reason=reason) != verbs.Cancelled.NOW:
            raise NeedsOperator(
                f"{order} is being sent at this moment.",
                reason="being_sent",
                hint="Look again in a minute.",
            )
    order.refresh_from_db()  # cancelling its push has held it
    order.move(
        OrderState.CANCELLED,
        actor=actor,
        reason=reason,
    )
