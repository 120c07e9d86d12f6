"""The job that asks the ERP where an order stands and tells the storefront.

fetch   the order's whole progress, as it is now
apply   onto our rows; each shipment the storefront lacks becomes a job of its own, and so does
        each paid invoice of a quoted order
tell    number, status, invoices and tracking onto the storefront's order
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import SyncJob
from integrations.engine.start import start_job
from integrations.flows.issues import note_move
from integrations.flows.order_status.apply import apply_progress
from integrations.flows.order_status.collecting import start_collections
from integrations.flows.order_status.shipments import start_shipment
from integrations.flows.orders.working import erp_of, order_of, resources_of, told_values
from integrations.gateways import open_erp, open_storefront
from integrations.models import Flow, Order
from integrations.ports import TracksOrders
from integrations.records import OrderProgress
from integrations.records.codec import from_json, to_json

Output = Mapping[str, Any]


def start_refresh(order: Order, *, actor: str) -> SyncJob:
    """Asks for a fresh look at the ERP; hints that come before it starts become one look."""
    return start_job(
        "refresh_progress",
        # A key of its own: progress must not wait behind a change that a person has to see to.
        key=f"progress:{order.storefront_ref}",
        actor=actor,
        resources=resources_of(order),
        payload={"order": order.pk},
    )


def fetch(ctx: StepContext) -> Output:
    """Where the order stands in the ERP; nothing if it is not there."""
    order = order_of(ctx.payload)
    if not order.is_in_erp:
        return {}
    with open_erp(erp_of(order), TracksOrders) as adapter:
        found: list[OrderProgress] = list(adapter.order_progress([order.erp_ref]))
    return {"progress": to_json(found[0])} if found else {}


def apply(ctx: StepContext) -> Output:
    """Our rows, and one job per shipment that the storefront does not have yet."""
    fetched = ctx.outputs["fetch"].get("progress")
    if not fetched:
        return {}
    order = order_of(ctx.payload)
    progress = from_json(OrderProgress, fetched)
    actor = f"job {ctx.job_id}"
    with transaction.atomic():
        missing = apply_progress(order, progress, actor=actor, job_id=ctx.job_id)
        if status_is_live(order):
            for shipment in missing:
                start_shipment(shipment, actor=actor)
            start_collections(order, actor=actor)
    return {"state": progress.state, "new_shipments": len(missing)}


def tell(ctx: StepContext) -> Output:
    """The storefront's order shows the ERP's progress; only what changed is written."""
    order = order_of(ctx.payload)
    if not order.is_in_erp or not status_is_live(order):
        return {}
    values = progress_values(order, ctx.outputs["apply"].get("state", ""))
    with open_storefront(order.storefront) as storefront:
        shown = storefront.get_order(order.storefront_ref).metadata
        changed = {
            key: value for key, value in values.items() if str(shown.get(key) or "") != value
        }
        if changed:
            storefront.write_metadata(order.storefront_ref, changed)
    return {"changed": sorted(changed)}


def progress_values(order: Order, status: str = "") -> dict[str, str]:
    """What the storefront's order carries of the ERP's progress, as texts.

    `status` is the ERP's own word; our order may be held meanwhile.
    """
    expected = order.lines.filter(expected_on__isnull=False).order_by("expected_on")
    dates = [line.expected_on.isoformat() for line in expected if line.expected_on]
    shipments = list(order.shipments.all())
    return {
        **told_values(order, status),
        "erp_invoices": ", ".join(invoice.number for invoice in order.invoices.all()),
        "erp_payment": ", ".join(
            dict.fromkeys(invoice.payment_state for invoice in order.invoices.all())
        ),
        "erp_shipments": ", ".join(shipment.number for shipment in shipments),
        "erp_tracking": ", ".join(
            shipment.tracking_number for shipment in shipments if shipment.tracking_number
        ),
        "erp_expected_on": dates[-1] if dates else "",
    }


def status_is_live(order: Order) -> bool:
    """Whether a live order-status flow lets the portal write progress to the storefront."""
    return Flow.objects.filter(
        kind=Flow.Kind.ORDER_STATUS,
        source=order.erp,
        target=order.storefront,
        mode=Flow.Mode.LIVE,
    ).exists()


REFRESH_PROGRESS = register(
    JobKind(
        "refresh_progress",
        [
            StepSpec("fetch", fetch, on="erp"),
            StepSpec("apply", apply, on=None),
            StepSpec("tell", tell, on="storefront"),
        ],
        coalesce=True,
        on_move=note_move,
    )
)
