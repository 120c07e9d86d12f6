"""From an acceptance to one order: the job that places it, and what became of it."""

from integrations.engine.models import SyncJob
from integrations.engine.start import start_job
from integrations.errors import NeedsOperator
from integrations.models import Connection, Flow
from quotes.models import Acceptance

PLACE_ORDER = "place_quote_order"


def start(acceptance: Acceptance) -> SyncJob:
    """Starts the placing of the order, in the transaction of the acceptance."""
    return start_job(
        PLACE_ORDER,
        key=f"quote:{acceptance.quote_id}",
        payload={"acceptance": acceptance.pk},
        resources={"storefront": storefront().resource_id},
        actor=acceptance.buyer.email,
        dedupe_key=f"place:{acceptance.quote_id}",
    )


def storefront() -> Connection:
    """Where orders of quotes are placed: the source of the orders flow."""
    flow = Flow.objects.filter(kind=Flow.Kind.ORDERS).select_related("source").first()
    if flow is None:
        raise NeedsOperator(
            "There is no orders flow, so no order of a quote can be placed.",
            reason="no_orders_flow",
            hint="Add the orders flow from your storefront to your ERP.",
        )
    return flow.source
