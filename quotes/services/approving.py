"""Approvals by the policy: asked for, given, refused, delegated."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from integrations.engine import clock
from integrations.models import User
from quotes import tiers
from quotes.actors import SYSTEM, staff
from quotes.errors import Incomplete, NotPermitted
from quotes.models import Approval, ApprovalRule, Version, VersionLine
from quotes.policies.approval import Facts, Need, Rule, needed
from quotes.services import choices, drafting, orderable
from quotes.services.ending import locked
from quotes.services.restricted import refuse_restricted
from quotes.states import VersionState, Who


def needs_of(version: Version, lines: Sequence[VersionLine] | None = None) -> tuple[Need, ...]:
    """The approvals that the version, as it is now, will need; shown while it is edited."""
    rows = list(version.lines.all()) if lines is None else list(lines)
    counted = [row for row in rows if row.is_counted]
    facts = Facts(
        totals=drafting.totals(version, rows),
        terms=version.terms_name,
        lacks_cost=any(row.unit_cost is None for row in counted),
        has_manual_price=any(
            row.is_price_manual or any(tier.is_manual for tier in tiers.read(row.tiers))
            for row in rows
        ),
        has_kept_price=any(
            (bool(row.basis.get("is_kept")) and not row.is_price_manual)
            or any(tier.basis.get("is_kept") for tier in tiers.read(row.tiers))
            for row in rows
        ),
    )
    return needed(_rules(), facts)


@transaction.atomic
def submit_version(version: Version, *, user: User) -> Version:
    """Asks for the approvals that the policy wants; without any it is approved at once.

    Raises Incomplete, naming what is missing, unless every line has a price and the account may
    have all of it.
    """
    _, version = locked(version)
    refuse_incomplete(version, now=clock.now())
    refuse_restricted(version, now=clock.now())
    needs = needs_of(version)
    if not needs:
        version.move("pass_without_approval", SYSTEM, submitted_by=user)
        return version
    version.move("submit", staff(user), submitted_by=user)
    Approval.objects.bulk_create(
        Approval(
            version=version,
            step=need.step,
            group_id=need.group,
            reasons=list(need.reasons),
            edits=version.edits,
        )
        for need in needs
    )
    return version


@transaction.atomic
def approve(approval: Approval, *, user: User, comment: str = "") -> Version:
    """Gives one approval; with the last one the version is approved.

    Raises Incomplete where the account may no longer have what it is about.
    """
    version, approval = _open(approval, user)
    refuse_restricted(version, now=clock.now())
    _decide(approval, Approval.State.APPROVED, user, comment)
    if not version.approvals.filter(state=Approval.State.WAITING).exists():
        version.move("approve", staff(user, Who.APPROVER), reason=comment)
    return version


@transaction.atomic
def reject(approval: Approval, *, user: User, comment: str) -> Version:
    """Refuses; the other approvals of the version are void."""
    if not comment.strip():
        raise Incomplete("Say what has to change.")
    version, approval = _open(approval, user)
    _decide(approval, Approval.State.REJECTED, user, comment)
    version.approvals.filter(state=Approval.State.WAITING).update(state=Approval.State.VOID)
    version.move("reject", staff(user, Who.APPROVER), reason=comment)
    return version


@transaction.atomic
def delegate(approval: Approval, *, user: User, to: User) -> Approval:
    """Lets somebody outside the group decide this one."""
    version, approval = _open(approval, user)
    _refuse_own(version, to)
    _refuse_again(version, to)
    approval.delegated_to = to
    approval.save(update_fields=["delegated_to"])
    return approval


def waiting_for(user: User) -> "list[Approval]":
    """What this user can decide now, oldest first."""
    mine = Approval.objects.filter(
        state=Approval.State.WAITING, version__state=VersionState.PENDING_APPROVAL
    ).select_related("version__quote__account", "group")
    groups = set(user.groups.values_list("pk", flat=True))
    decided = _decided_by(user) if settings.QUOTE_FOUR_EYES else set()
    first: dict[int, int] = {}
    for one in mine.order_by("version", "step"):
        first.setdefault(one.version_id, one.step)
    return [
        one
        for one in mine.order_by("asked_at", "id")
        if one.step == first[one.version_id]
        and (one.group_id in groups or one.delegated_to_id == user.pk)
        and not _is_own(one.version, user)
        and one.version_id not in decided
    ]


def refuse_incomplete(version: Version, *, now: datetime) -> None:
    """Raises Incomplete, naming everything that is missing before the version can be offered."""
    lines = list(version.lines.all())
    missing = [f"line {line.n} has no price" for line in lines if line.unit_price is None]
    missing += [f"line {line.n} has no tax rate" for line in lines if line.tax_percent is None]
    missing += [f"line {line.n}: {wrong}" for line in lines if (wrong := _wrong_tiers(line))]
    if not any(line.is_counted for line in lines):
        missing.append("there is no line that counts")
    if version.valid_until is None or version.valid_until <= now:
        missing.append("the validity must end in the future")
    if not version.region_ref:
        missing.append("the region in the storefront is not given")
    if not version.ship_to.get("country_code"):
        missing.append("the address it goes to has no country")
    if version.freight_net and not version.shipping_ref:
        missing.append(
            "freight is charged, but no way of shipping in the storefront is chosen: choose one, "
            "or take the freight off"
        )
    missing += orderable.complaints(lines)
    missing += choices.complaints(version, choices.offered())
    if missing:
        raise Incomplete(f"{version} is not complete: {'; '.join(missing)}.")


def _wrong_tiers(line: VersionLine) -> str:
    known = tiers.read(line.tiers)
    for tier in known:
        if tier.unit_price is None:
            return f"the price tier from {tiers.plain(tier.from_quantity)} has no price"
    return tiers.complaint(known, quantity=line.quantity, unit_price=line.unit_price)


def _rules() -> list[Rule]:
    return [
        Rule(
            name=row.name,
            kind=row.kind,
            step=row.step,
            group=row.group_id,
            threshold=row.threshold or Decimal(0),
            currency=row.currency,
            terms=frozenset(term.strip() for term in row.terms.split(",") if term.strip()),
        )
        for row in ApprovalRule.objects.filter(is_active=True)
    ]


def _open(approval: Approval, user: User) -> tuple[Version, Approval]:
    """The approval and its version, locked, if this user may decide it now."""
    _, version = locked(approval.version)
    approval = Approval.objects.select_for_update().get(pk=approval.pk)
    if approval.state != Approval.State.WAITING or approval.edits != version.edits:
        raise Incomplete("This approval is no longer asked for; look at the quote again.")
    earlier = version.approvals.filter(state=Approval.State.WAITING, step__lt=approval.step)
    if earlier.exists():
        raise Incomplete("An earlier step has not been decided yet.")
    is_mine = approval.delegated_to_id == user.pk
    if not (is_mine or user.groups.filter(pk=approval.group_id).exists()):
        raise NotPermitted(f"Only {approval.group} may decide this.")
    _refuse_own(version, user)
    _refuse_again(version, user)
    return version, approval


def _refuse_own(version: Version, user: User) -> None:
    if _is_own(version, user):
        raise NotPermitted("Whoever submitted a quote or edited it last cannot approve it.")


def _refuse_again(version: Version, user: User) -> None:
    """Four eyes are those of two people, also where one is in both groups."""
    if settings.QUOTE_FOUR_EYES and version.pk in _decided_by(user):
        raise NotPermitted(
            f"{user} approved another step of {version} already; somebody else must decide this."
        )


def _decided_by(user: User) -> set[int]:
    """The versions that wait for approval and have one of this person's."""
    mine = Approval.objects.filter(
        state=Approval.State.APPROVED,
        decided_by=user,
        version__state=VersionState.PENDING_APPROVAL,
    )
    return set(mine.values_list("version", flat=True))


def _is_own(version: Version, user: User) -> bool:
    mine = {version.submitted_by_id, version.edited_by_id}
    return bool(settings.QUOTE_FOUR_EYES) and user.pk in mine


def _decide(approval: Approval, state: str, user: User, comment: str) -> None:
    approval.state, approval.decided_by = state, user
    approval.decided_at, approval.comment = clock.now(), comment
    approval.save(update_fields=["state", "decided_by", "decided_at", "comment"])
