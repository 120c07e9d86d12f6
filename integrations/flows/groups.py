"""Customer groups of the storefront that stand for audiences of the ERP's prices.

A price list, a customer group and a single customer of the ERP are each one group there; a
buyer belongs to those of his company. The prices flow ties price lists to them, the customers
flow puts buyers into them. Both find a group by the same link, of kind `group`:

    group_ref("price_list", "7")                    # "price_list:7", the id in the source
    groups_of(source, target, ["price_list:7"])     # {"price_list:7": "cusgroup_…"}
    ensure_groups(source, target, {"price_list:7": "Dealers"}, shop=shop, …)

A group carries its ref in its name and its metadata, so that it is found again when an answer
was lost before its link was kept. A group that was renamed by hand stays the same group.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import transaction

from integrations.engine.start import start_job
from integrations.errors import NeedsOperator
from integrations.flows.links import bind, targets_of
from integrations.flows.ownership import note_deleted
from integrations.gateways.storefront import WRITING
from integrations.models import Account, Connection, Flow, IdLink
from integrations.records import StorefrontGroup

GROUP = IdLink.Kind.GROUP
LONGEST_NAME = 120

Fill = Callable[[IdLink], None]
_fillers: list[Fill] = []


def group_ref(audience: str, audience_ref: str) -> str:
    """How an audience of `ErpPrice` is named as a group. Raises ValueError for everyone."""
    if audience == "everyone" or not audience_ref:
        raise ValueError("Everyone is not a group.")
    return f"{audience}:{audience_ref}"


def group_name(ref: str, name: str) -> str:
    """What people read in the storefront; two audiences of one name stay apart by their refs."""
    return f"{name[:LONGEST_NAME]} ({ref})" if name else ref


def groups_of(source: Connection, target: Connection, refs: Iterable[str]) -> dict[str, str]:
    """{ref: id of the group} of those that are linked, in one query."""
    return targets_of(GROUP, source, refs, target)


def ensure_groups(
    source: Connection,
    target: Connection,
    wanted: Mapping[str, str],
    *,
    shop: Any,
    actor: str,
    checkpoint: Callable[[], None],
) -> dict[str, str]:
    """{ref: id of the group} of all of `wanted` (ref to the audience's name); missing ones
    are looked for in the storefront and then created. Repeatable.

    `shop` needs FindsGroups and CreatesGroups. Raises NeedsOperator where several groups of the
    storefront carry one ref.
    """
    known = groups_of(source, target, wanted)
    missing = sorted(set(wanted) - set(known))
    for ref in missing:
        group = _find_or_make(ref, wanted[ref], shop=shop, checkpoint=checkpoint)
        with transaction.atomic():
            link = bind(
                GROUP, source, ref, target, group.group_id, actor=actor, label=wanted[ref][:200]
            )
            for fill in _fillers:
                fill(link)
        known[ref] = group.group_id
    return known


def remake_group(
    flow: Flow, link: IdLink, *, shop: Any, actor: str, checkpoint: Callable[[], None]
) -> str:
    """The id of the group that takes the place of one that a person deleted.

    What orders and companies know by the old id is moved to the new one, the deletion is told,
    and the new group is filled again. Safe to repeat after a kill: a group that was made
    already is found.
    """
    group = _find_or_make(link.source_ref, link.label, shop=shop, checkpoint=checkpoint)
    with transaction.atomic():
        old = link.target_ref
        moved = IdLink.objects.filter(pk=link.pk, target_ref=old)
        if not moved.update(target_ref=group.group_id, created_by=actor):
            return group.group_id  # somebody else has just done so
        link.target_ref = group.group_id
        IdLink.objects.filter(
            kind=IdLink.Kind.ACCOUNT, source=link.target_id, source_ref=old
        ).update(source_ref=group.group_id)
        Account.objects.filter(storefront_group_id=old).update(storefront_group_id=group.group_id)
        note_deleted(
            flow,
            group_name(link.source_ref, link.label),
            ("customer group", "in the storefront", "deleted"),
            reason="It was made anew and is filled again.",
        )
        for fill in _fillers:
            fill(link)
    return group.group_id


def fill_new_groups_with(fill: Fill) -> None:
    """Has `fill(link)` called for each group that was made or found anew, in the transaction
    that keeps its link: it starts a job or notes what is to be done, and calls no remote."""
    if fill not in _fillers:
        _fillers.append(fill)


def start_for_group(job_kind: str, link: IdLink) -> None:
    """Starts a job of this kind about a group that was made anew. Call in a transaction."""
    start_job(
        job_kind,
        key=f"{job_kind}:{link.pk}",
        payload={"link": link.pk},
        resources={"storefront": link.target.resource_id},
        actor="customer groups",
    )


def group_of(payload: Mapping[str, Any], flow_kind: str) -> tuple[IdLink, Flow] | None:
    """Of such a job: the group's link, and the flow of this kind that writes between its
    connections; None where either is no more."""
    links = IdLink.objects.select_related("source", "target")
    link = links.filter(pk=payload["link"]).first()
    flow = writing_flow(link, flow_kind) if link else None
    return (link, flow) if link and flow else None


def writing_flow(link: IdLink, flow_kind: str) -> Flow | None:
    """The flow of this kind that writes between the connections of a group's link."""
    flows = Flow.objects.select_related("source", "target")
    return flows.filter(
        kind=flow_kind, source=link.source_id, target=link.target_id, mode__in=WRITING
    ).first()


def _find_or_make(
    ref: str, name: str, *, shop: Any, checkpoint: Callable[[], None]
) -> StorefrontGroup:
    group = _found(ref, shop.find_groups(ref))
    if group is None:
        checkpoint()
        made: StorefrontGroup = shop.create_group(ref, group_name(ref, name))
        return made
    return group


def _found(ref: str, groups: Iterable[StorefrontGroup]) -> StorefrontGroup | None:
    carriers = [group for group in groups if group.ref == ref]
    if len(carriers) > 1:
        ids = ", ".join(sorted(group.group_id for group in carriers))
        raise NeedsOperator(
            f"Several customer groups of the storefront carry {ref}: {ids}.",
            reason="ambiguous_group",
            cause=f"group:{ref}:ambiguous",
            hint="Delete those that are not used, or link the right one.",
        )
    return carriers[0] if carriers else None
