"""Hand edits: found, told with both values, put back or left."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.errors import Conflict, Kind, NeedsOperator, Rejected
from integrations.flows import issues
from integrations.flows.bulk import insert_each
from integrations.flows.ownership.kinds import (
    Change,
    Content,
    Owned,
    all_owned,
    owned_by,
)
from integrations.flows.runs.batch import Work
from integrations.gateways.storefront import open_storefront
from integrations.models import Flow, HandEdit, IdLink, Issue, StateChange, WrittenCopy

SETTING = "hand_edits"
PUT_BACK, OFF = "put_back", "off"
# No event of the storefront tells of what these own: unless told otherwise, they look.
LOOKS_BY_ITSELF = (Flow.Kind.PRICES, Flow.Kind.STOCK, Flow.Kind.CUSTOMERS)
BY_ITSELF = issues.BY_ITSELF
OVERWRITTEN = "A change of the source was written over it."
State = HandEdit.State


def looks_for_edits(work: Work) -> bool:
    """Whether a complete reading of this run compares what should be as it was written."""
    said = work.flow.settings.get(SETTING)
    if not said:
        return work.writes and work.flow.kind in LOOKS_BY_ITSELF
    return work.writes and said != OFF


def remember(written: Iterable[tuple[IdLink, Content]]) -> None:
    """Keeps what was just written of these links. Safe to repeat; an open hand edit of one of
    them is over."""
    now = timezone.now()
    rows = [(link.pk, content, now) for link, content in written]
    insert_each(
        WrittenCopy,
        ("link", "content", "written_at"),
        rows,
        unique=("link",),
        update=("content", "written_at"),
    )
    edits = HandEdit.objects.filter(link__in=[pk for pk, *_ in rows], state=State.OPEN)
    edits.update(
        state=State.PUT_BACK, ended_at=now, ended_by=BY_ITSELF, reason=OVERWRITTEN, seen_at=now
    )


def compare(flow: Flow, shop: Any, links: Sequence[IdLink]) -> int:
    """Reads these links' records in the storefront and notes what a hand changed; returns how
    many differ. `links` are of one kind and come with their `written`; those of which nobody
    knows what was written are passed over.

    Where the flow puts back, what was written is written again at once.
    """
    if not links:
        return 0
    owned = _owned(flow, links[0])
    known = [link for link in links if owned.is_judged(link)]
    if not known:
        return 0
    found = owned.read(shop, known)
    told = {
        link: list(map(list, owned.differences(link, found.get(link.target_ref)))) for link in known
    }
    differing = {link: changes for link, changes in told.items() if changes}
    _end_equal([link for link in known if link not in differing])
    opened = _open(flow, differing)
    if flow.settings.get(SETTING) == PUT_BACK:
        for edit in opened:
            with suppress(Rejected, NeedsOperator):  # it stays open, for a person
                _write_back(shop, edit, actor=BY_ITSELF, reason="The flow puts back.")
    note_issue(flow)
    return len(differing)


def note_overwritten(flow: Flow, edits: Mapping[IdLink, Sequence[Change]]) -> None:
    """Tells of hand edits that a change of the source is about to be written over."""
    now = timezone.now()
    fresh = _unlike_open(edits)
    HandEdit.objects.bulk_create(
        HandEdit(
            flow=flow,
            link=link,
            label=link.label,
            changes=[list(change) for change in changes],
            state=State.PUT_BACK,
            ended_at=now,
            ended_by=BY_ITSELF,
            reason=OVERWRITTEN,
        )
        for link, changes in fresh.items()
    )


def note_deleted(flow: Flow, label: str, change: Change, *, reason: str) -> None:
    """Tells of a record that a hand deleted, together with its link: the flow makes it anew."""
    HandEdit.objects.create(
        flow=flow,
        label=label[:200],
        changes=[list(change)],
        state=State.PUT_BACK,
        ended_at=timezone.now(),
        ended_by=BY_ITSELF,
        reason=reason,
    )


def put_back_edit(edit: HandEdit, *, actor: str, reason: str) -> None:
    """Writes again what the flow wrote. Raises NeedsOperator for an edit that is over, and
    what the storefront says against it."""
    _refuse_ended(edit)
    with open_storefront(edit.flow.target, actor=actor) as shop:
        _write_back(shop, edit, actor=actor, reason=reason)
    note_issue(edit.flow)


def leave_edit(edit: HandEdit, *, actor: str, reason: str) -> None:
    """The edit stays until the source changes the record; the same one is not told again."""
    _refuse_ended(edit)
    _end(edit, State.LEFT, actor=actor, reason=reason)
    note_issue(edit.flow)


def note_issue(flow: Flow) -> None:
    """One issue per flow, open while hand edits are; and what the kinds have to say themselves."""
    for owned in all_owned():
        if owned.flow_kind == flow.kind and owned.note:
            owned.note(flow)
    cause = f"hand_edits:{flow.pk}"
    count = HandEdit.objects.filter(flow=flow, state=State.OPEN).count()
    if count:
        records = "1 record was" if count == 1 else f"{count:,} records were"
        issues.note_cause(
            cause,
            kind=Kind.CONFLICT,
            title=f"{records} edited by hand though the source owns them: {flow}",
            hint="“Hand edits” in the menu shows both values: put them back, or leave them.",
            connection=flow.target,
        )
        return
    for issue in Issue.objects.filter(cause=cause, state=Issue.State.OPEN):
        issues.resolve(issue, actor=BY_ITSELF, reason="No hand edit is open any more.")


def _owned(flow: Flow, link: IdLink) -> Owned:
    owned = owned_by(flow.kind, link.kind)
    if owned is None:
        raise LookupError(f"Hand edits of {link.kind} in {flow.kind} are not looked for.")
    return owned


def _refuse_ended(edit: HandEdit) -> None:
    if edit.state != State.OPEN:
        raise NeedsOperator(
            f"The hand edit of {edit.label} is over: {edit.get_state_display().lower()}.",
            reason="hand_edit_ended",
        )


def _open(flow: Flow, differing: Mapping[IdLink, list[list[str]]]) -> list[HandEdit]:
    """The open edits of these links, made or brought up to date; those that a person left as
    they are stay left."""
    now = timezone.now()
    left = {
        (edit.link_id, str(edit.changes))
        for edit in HandEdit.objects.filter(link__in=differing, state=State.LEFT)
    }
    opened: list[HandEdit] = []
    for link, changes in differing.items():
        if (link.pk, str(changes)) in left:
            continue
        edit, is_new = HandEdit.objects.get_or_create(
            link=link,
            state=State.OPEN,
            defaults={"flow": flow, "label": link.label, "changes": changes},
        )
        if not is_new:
            edit.changes, edit.seen_at = changes, now
            edit.save(update_fields=["changes", "seen_at"])
        opened.append(edit)
    return opened


def _unlike_open(
    edits: Mapping[IdLink, Sequence[Change]],
) -> dict[IdLink, Sequence[Change]]:
    known = HandEdit.objects.filter(link__in=edits, state=State.OPEN)
    open_ones = set(known.values_list("link_id", flat=True))
    return {link: changes for link, changes in edits.items() if link.pk not in open_ones}


def _end_equal(links: Sequence[IdLink]) -> None:
    now = timezone.now()
    HandEdit.objects.filter(link__in=links, state=State.OPEN).update(
        state=State.GONE, ended_at=now, ended_by=BY_ITSELF, reason="It is as it was written."
    )


def _write_back(shop: Any, edit: HandEdit, *, actor: str, reason: str) -> None:
    link = edit.link
    if link is None:
        raise LookupError(f"{edit} has no link to write by.")
    try:
        _owned(edit.flow, link).write(shop, edit.flow, link)
    except Conflict:
        # It or a part of it was deleted over there: the next complete run makes it anew.
        IdLink.objects.filter(pk=link.pk).update(fingerprint="")
        reason = f"{reason} Something of it was deleted; the next complete run makes it anew."
    _end(edit, State.PUT_BACK, actor=actor, reason=reason.strip())


@transaction.atomic
def _end(edit: HandEdit, state: HandEdit.State, *, actor: str, reason: str) -> None:
    edit.state, edit.ended_at = state, timezone.now()
    edit.ended_by, edit.reason = actor[:120], reason[:300]
    edit.save(update_fields=["state", "ended_at", "ended_by", "reason"])
    StateChange.objects.create(
        subject="hand edit",
        subject_id=edit.pk,
        before=State.OPEN,
        after=state,
        actor=actor,
        reason=reason,
    )
