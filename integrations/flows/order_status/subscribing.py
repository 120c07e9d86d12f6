"""Keeps remotes telling us of changes which forget us after some days.

What they tell is a hint, the poll is the truth: a subscription that cannot be had costs a
delay, and is shown as a parked job.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.models import SyncJob
from integrations.flows.issues import note_move
from integrations.flows.periodic import start_for_each
from integrations.gateways import has_ability, open_erp
from integrations.models import Flow
from integrations.ports import KeepsSubscription


def start_keeping(now: datetime) -> list[SyncJob]:
    """Asks for one look at the subscriptions of every order-status flow that is on and whose
    source wants one; called by the beat. Repeatable."""
    return start_for_each(
        Flow.Kind.ORDER_STATUS, "keep_subscription", word="subscribe", now=now, fits=_is_wanted
    )


def keep(ctx: StepContext) -> Mapping[str, Any]:
    """Makes or renews what is missing or soon over; the remote calls our address meanwhile."""
    flow = Flow.objects.select_related("source").get(pk=ctx.payload["flow"])
    address = urljoin(settings.BASE_URL, flow.source.hook_path)
    with open_erp(flow.source, KeepsSubscription) as adapter:
        ends: datetime = adapter.ensure_subscription(address, flow.source.subscription_secret)
    return {"ends_at": ends.isoformat()}


def _is_wanted(flow: Flow) -> bool:
    """A remote on the internet can neither reach nor trust a portal without https."""
    is_reachable = settings.BASE_URL.startswith("https:") or flow.source.allow_private_addresses
    return is_reachable and has_ability(flow.source, KeepsSubscription)


KEEP_SUBSCRIPTION = register(
    JobKind(
        "keep_subscription",
        [StepSpec("subscribe", keep, on="erp")],
        lane="batch",
        coalesce=True,
        on_move=note_move,
    )
)
