"""Hand edits of customer groups: who is in them, beside who should be.

Groups decide prices. Who was put into a company's group by hand has that company's prices, so
that is an issue of its own, beside the edit that it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.errors import Kind
from integrations.flows import issues
from integrations.flows.customers.belonging import (
    Members,
    being_settled,
    due_members,
    groups_read,
)
from integrations.flows.customers.members import MEMBERS_PER_CALL
from integrations.flows.ownership import Owned
from integrations.flows.ownership.kinds import Change
from integrations.flows.runs.splitting import in_batches
from integrations.models import Flow, HandEdit, IdLink, Issue

IN, OUT = "in the group", "not in the group"
MOST_TOLD = 50  # members of one group
MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupHeld:
    """Whom a group lacks and whom it should not have, each with the address."""

    missing: Members
    strangers: Members


def read_groups(shop: Any, links: Sequence[IdLink]) -> Mapping[str, GroupHeld]:
    """By id of the group. Whom a job is about to move is left out."""
    flow = flow_of(links[0])
    ids = [link.target_ref for link in links]
    there: dict[str, Members] = {group_id: Members() for group_id in ids}
    for row in shop.members_of(ids):
        for group_id in row.group_ids:
            if group_id in there:
                there[group_id][row.customer_id] = row.email
    due = due_members(flow, [link.source_ref for link in links])
    held = {
        link.target_ref: GroupHeld(
            missing=_without(due[link.source_ref], there[link.target_ref]),
            strangers=_without(there[link.target_ref], due[link.source_ref]),
        )
        for link in links
    }
    return _settled(flow, links, held)


def _settled(
    flow: Flow, links: Sequence[IdLink], held: Mapping[str, GroupHeld]
) -> dict[str, GroupHeld]:
    odd = {one for group in held.values() for one in (*group.missing, *group.strangers)}
    if not odd:
        return dict(held)
    moving = being_settled(flow.target, odd)
    read = groups_read(flow, odd)
    found = {}
    for link in links:
        group = held[link.target_ref]
        coming = {one for one, refs in read.items() if link.source_ref in refs}
        found[link.target_ref] = GroupHeld(
            missing=_without(group.missing, moving),
            strangers=_without(group.strangers, moving | coming),
        )
    return found


def _without(members: Members, others: Any) -> Members:
    return {one: email for one, email in members.items() if one not in others}


def _changes(link: IdLink, held: GroupHeld | None) -> Sequence[Change]:
    if held is None:
        return (("customer group", "in the storefront", "deleted"),)
    found = [(_named(one, email), IN, OUT) for one, email in sorted(held.missing.items())]
    found += [(_named(one, email), OUT, IN) for one, email in sorted(held.strangers.items())]
    more = len(found) - MOST_TOLD
    return found[:MOST_TOLD] + ([("further customers", "", f"{more} more")] if more > 0 else [])


def _named(customer_id: str, email: str) -> str:
    return f"{email} ({customer_id})"


def _write(shop: Any, flow: Flow, link: IdLink) -> None:
    """Whom the group lacks comes in, and who does not belong there goes. Strangers first: they
    have somebody else's prices."""
    held = read_groups(shop, [link])[link.target_ref]
    for some in in_batches(sorted(held.strangers), MEMBERS_PER_CALL):
        shop.change_members(link.target_ref, [], some)
    for some in in_batches(sorted(held.missing), MEMBERS_PER_CALL):
        shop.change_members(link.target_ref, some, [])


def note_strangers(flow: Flow) -> None:
    """One issue per flow, open while open edits tell of customers with prices of others."""
    cause = f"group_strangers:{flow.pk}"
    edits = HandEdit.objects.filter(
        flow=flow, state=HandEdit.State.OPEN, link__kind=IdLink.Kind.GROUP
    )
    whose = [
        (edit.label, name)
        for edit in edits.order_by("pk")
        for name, _, there in edit.changes
        if there == IN
    ]
    if not whose:
        for issue in Issue.objects.filter(cause=cause, state=Issue.State.OPEN):
            issues.resolve(issue, actor=issues.BY_ITSELF, reason="Nobody is in it any more.")
        return
    named = "; ".join(f"{name} in {label}" for label, name in whose[:MOST_NAMED])
    customers = "1 customer is" if len(whose) == 1 else f"{len(whose):,} customers are"
    issues.note_cause(
        cause,
        kind=Kind.NEEDS_OPERATOR,
        title=f"{customers} in a group whose prices are not theirs: {named}",
        hint="“Hand edits” in the menu shows them: put the group back, which takes them out, or "
        "leave it if they may have these prices.",
        connection=flow.target,
    )


def flow_of(link: IdLink) -> Flow:
    flows = Flow.objects.select_related("source", "target")
    return flows.get(kind=Flow.Kind.CUSTOMERS, source=link.source_id, target=link.target_id)


OWNED_GROUPS = Owned(
    flow_kind=Flow.Kind.CUSTOMERS,
    link_kind=IdLink.Kind.GROUP,
    read=read_groups,
    differences=_changes,
    write=_write,
    # Who belongs there is worked out of what was carried out of each company.
    is_judged=lambda link: True,
    note=note_strangers,
)
