"""A customer group that was made anew is filled with those who belong into it."""

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.flows.customers.belonging import copies_with
from integrations.flows.customers.members import MEMBERS_PER_CALL
from integrations.flows.customers.owned import read_groups
from integrations.flows.groups import group_of, start_for_group, writing_flow
from integrations.flows.issues import note_move
from integrations.flows.runs.splitting import in_batches, write_or_split
from integrations.gateways.storefront import open_storefront
from integrations.models import Flow, IdLink

FILL_GROUP = "fill_group"


def refill(link: IdLink) -> None:
    """Starts the job where somebody belongs into this group already. A group that nobody was
    ever put into is filled by the run that makes it. For `fill_new_groups_with`."""
    if writing_flow(link, Flow.Kind.CUSTOMERS) is None:
        return
    if copies_with(link.source, [link.source_ref]).exists():
        start_for_group(FILL_GROUP, link)


def fill(ctx: StepContext) -> Mapping[str, Any]:
    """Puts in whoever is missing. Reads what is so now, therefore safe to repeat."""
    found = group_of(ctx.payload, Flow.Kind.CUSTOMERS)
    if found is None:
        return {"added": 0}
    link, _ = found
    with open_storefront(link.target, actor=ctx.actor) as shop:
        missing = sorted(read_groups(shop, [link])[link.target_ref].missing)

        def write(some: Sequence[str]) -> Sequence[str]:
            shop.change_members(link.target_ref, list(some), [])
            return some

        added = refused = 0
        for batch in in_batches(missing, MEMBERS_PER_CALL):
            for _, _, error in write_or_split(batch, write, ctx.checkpoint):
                added, refused = added + (error is None), refused + (error is not None)
    return {"added": added, "refused": refused}


register(
    JobKind(
        FILL_GROUP,
        [StepSpec("fill", fill, on="storefront")],
        lane="batch",
        on_move=note_move,
    )
)
