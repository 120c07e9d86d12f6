"""The job that makes one ERP shipment a fulfilment of the storefront's order, once.

Has a key of its own: a shipment that the storefront refuses must not keep the order's
cancellation or change waiting.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.editable import EditableField
from integrations.engine.models import SyncJob
from integrations.engine.start import start_job
from integrations.flows.issues import note_move
from integrations.flows.orders.looking import read_order
from integrations.flows.orders.working import resources_of
from integrations.gateways import open_storefront
from integrations.models import Shipment
from integrations.records import ErpShipment

Output = Mapping[str, Any]


def start_shipment(shipment: Shipment, *, actor: str) -> SyncJob:
    """One open job per shipment."""
    order = shipment.order
    return start_job(
        "write_shipment",
        key=order.shipments_key,
        actor=actor,
        resources=resources_of(order),
        payload={"shipment": shipment.pk, "order": order.pk},
        dedupe_key=f"shipment:{shipment.pk}",
    )


def fulfil(ctx: StepContext) -> Output:
    """Creates the fulfilment, unless the storefront already has one for this shipment."""
    found = find(ctx)
    if found is not None:
        return found
    shipment = _shipment(ctx)
    order = shipment.order
    with open_storefront(order.storefront) as storefront:
        ctx.checkpoint()
        made = storefront.create_fulfilment(order.storefront_ref, _record(shipment, ctx))
    return {"fulfilment": made.fulfilment_id}


def find(ctx: StepContext) -> Output | None:
    """The fulfilment that carries the shipment's reference."""
    shipment = _shipment(ctx)
    for fulfilment in read_order(shipment.order).fulfilments:
        if fulfilment.erp_shipment == shipment.erp_ref and not fulfilment.is_canceled:
            return {"fulfilment": fulfilment.fulfilment_id, "shipped": fulfilment.is_shipped}
    return None


def settle_s(ctx: StepContext) -> float:
    """How long a look-up may still miss a fulfilment whose answer was lost: the adapter says."""
    with open_storefront(_shipment(ctx).order.storefront) as storefront:
        seconds: float = storefront.settle_s
    return seconds


def ship(ctx: StepContext) -> Output:
    """Marks it shipped with its tracking and remembers the fulfilment. Repeatable."""
    shipment = _shipment(ctx)
    fulfilment_id: str = ctx.outputs["fulfil"]["fulfilment"]
    with open_storefront(shipment.order.storefront) as storefront:
        storefront.mark_shipped(
            shipment.order.storefront_ref, fulfilment_id, _record(shipment, ctx)
        )
    Shipment.objects.filter(pk=shipment.pk).update(storefront_ref=fulfilment_id)
    return {}


def _shipment(ctx: StepContext) -> Shipment:
    return Shipment.objects.select_related("order__storefront", "order__erp").get(
        pk=ctx.payload["shipment"]
    )


def _record(shipment: Shipment, ctx: StepContext) -> ErpShipment:
    # Lines that were added in the ERP have no counterpart; shipping lines are not goods.
    goods = set(shipment.order.lines.filter(kind="item").values_list("line_id", flat=True))
    return ErpShipment(
        ref=shipment.erp_ref,
        number=shipment.number,
        shipped_at=shipment.shipped_at,
        carrier=shipment.carrier,
        tracking_number=ctx.payload.get("tracking_number") or shipment.tracking_number,
        tracking_url=ctx.payload.get("tracking_url") or shipment.tracking_url,
        lines=tuple((ref, Decimal(quantity)) for ref, quantity in shipment.lines if ref in goods),
    )


def _is_address(value: str, job: SyncJob) -> None:
    try:
        URLValidator(schemes=["https", "http"])(value)
    except ValidationError as exc:
        raise ValueError(exc.messages[0]) from exc


EDITABLE = (
    EditableField(
        "tracking_number",
        "Tracking number",
        feeds="ship",
        sends=True,
        max_length=120,
        help="For the buyer, instead of the ERP's.",
    ),
    EditableField(
        "tracking_url",
        "Tracking address",
        feeds="ship",
        sends=True,
        max_length=500,
        check=_is_address,
    ),
)

WRITE_SHIPMENT = register(
    JobKind(
        "write_shipment",
        [
            StepSpec("fulfil", fulfil, on="storefront", find=find, settle_s=settle_s),
            StepSpec("ship", ship, on="storefront"),
        ],
        on_move=note_move,
        editable=EDITABLE,
    )
)
