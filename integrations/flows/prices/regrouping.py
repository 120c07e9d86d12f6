"""Price lists follow their audience's customer group when that was made anew.

Somebody deleted the group in the storefront; the lists still name it, and hold for nobody. As
soon as the new group is known, a job gives it to them as their condition.
"""

from collections.abc import Mapping
from typing import Any

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.flows.groups import group_of, start_for_group, writing_flow
from integrations.flows.issues import note_move
from integrations.flows.prices.edits.working import by_hand
from integrations.flows.prices.lists import PRICE_LIST, Lists
from integrations.flows.prices.settings import zone_of
from integrations.gateways.storefront import open_storefront
from integrations.models import Flow, IdLink, PriceRow

REGROUP_LISTS = "regroup_lists"


def regroup(link: IdLink) -> None:
    """Starts the job where a list is for another group than its audience's. For
    `fill_new_groups_with`."""
    if writing_flow(link, Flow.Kind.PRICES) is not None and _lists_of(link):
        start_for_group(REGROUP_LISTS, link)


def give_group(ctx: StepContext) -> Mapping[str, Any]:
    """Gives the lists their group. Reads what is so now, therefore safe to repeat."""
    found = group_of(ctx.payload, Flow.Kind.PRICES)
    if found is None:
        return {"lists": 0}
    link, flow = found
    lists = _lists_of(link)
    with open_storefront(flow.target, actor=ctx.actor) as shop:
        work = by_hand(flow, actor=ctx.actor, checkpoint=ctx.checkpoint)
        Lists(work, shop=shop, zone=zone_of(flow.settings)).regroup(lists)
    return {"lists": len(lists)}


def _lists_of(group: IdLink) -> list[IdLink]:
    """Lists of this audience that were made active for another group."""
    audience, _, audience_ref = group.source_ref.partition(":")
    rows = PriceRow.objects.filter(
        source=group.source_id, audience=audience, audience_ref=audience_ref
    )
    links = IdLink.objects.filter(
        kind=PRICE_LIST,
        source=group.source_id,
        target=group.target_id,
        target_ref__in=rows.exclude(storefront_list_id="").values("storefront_list_id"),
    )
    return list(links.exclude(fingerprint__in=["", group.target_ref]))


register(
    JobKind(
        REGROUP_LISTS,
        [StepSpec("regroup", give_group, on="storefront")],
        lane="batch",
        on_move=note_move,
    )
)
