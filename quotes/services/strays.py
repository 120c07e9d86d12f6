"""Removes draft orders that a crash left between their creation and their record.

Such a draft names a quote but is not its order; the storefront's plugin tells which they are.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from integrations.engine import beat
from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.start import start_job
from integrations.flows.orders.working import is_writing
from integrations.gateways import open_storefront
from integrations.models import Connection, Flow
from quotes.models import Acceptance

logger = logging.getLogger(__name__)

SWEEP = "sweep_stray_drafts"
EVERY_S = 600.0
OLD = timedelta(minutes=10)  # far longer than one creation can take


def start_sweeps() -> int:
    """Starts a sweep of each storefront whose orders flow writes; how many.

    None as long as no quote was accepted: then nothing can be left over.
    """
    if not Acceptance.objects.exists():
        return 0
    flows = Flow.objects.filter(kind=Flow.Kind.ORDERS).select_related("source")
    shops = {flow.source for flow in flows if is_writing(flow.source)}
    for shop in shops:
        start_job(
            SWEEP,
            key=f"strays:{shop.pk}",
            payload={"storefront": shop.pk},
            resources={"storefront": shop.resource_id},
            actor="beat",
            dedupe_key=f"strays:{shop.pk}",
        )
    return len(shops)


def sweep(ctx: StepContext) -> Mapping[str, Any]:
    """Removes what is there now; repeating it finds less."""
    shop = Connection.objects.get(pk=ctx.payload["storefront"])
    with open_storefront(shop, actor=ctx.actor) as storefront:
        found = storefront.stray_drafts(timezone.now() - OLD)
        for stray in found:
            ctx.checkpoint()
            storefront.remove_draft(stray.order_id)
            logger.warning("stray_draft_removed order=%s quote=%s", stray.order_id, stray.quote_ref)
    return {"removed": [stray.order_id for stray in found]}


def register_all() -> None:
    """Makes the job known and has the beat start it. Safe to repeat."""
    step = StepSpec("sweep", sweep, on="storefront")
    register(JobKind(SWEEP, [step], lane="batch"))
    beat.register("quote_strays", EVERY_S, start_sweeps)
