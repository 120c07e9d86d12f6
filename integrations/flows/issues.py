"""Groups what stopped by its cause, so that fixing one cause releases everything it blocked.

A parked job belongs to the open issue of its cause; it leaves it when it goes on, and an
issue whose jobs have all ended is resolved by itself. `note_parked`, `note_move` run as
hooks of job kinds, in the transaction of the move.
"""

import logging
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from integrations.engine import verbs
from integrations.engine.models import OPEN, TERMINAL, JobMove, JobState, Press, SyncJob
from integrations.engine.moves import MoveRefused
from integrations.engine.presses import AT_ONCE, open_press
from integrations.flows.alerts import close_alert, raise_alert
from integrations.models import Connection, IdLink, Issue, IssueItem, Order, StateChange

logger = logging.getLogger(__name__)

BY_ITSELF = "portal"
# Kinds of issues that tell what was done instead of what is blocked.
CALLED_OFF, DOUBLED = "called_off", "doubled"
NEWS = (CALLED_OFF, DOUBLED)
_GAP_WORDS = {IdLink.Kind.VARIANT: "sku"}  # where a cause says it otherwise than the link


@dataclass(frozen=True, slots=True, kw_only=True)
class Requeued:
    """How many jobs go on, and how many could not (they are not parked any more).

    With a `press` they are too many for one request and are being requeued one by one.
    """

    requeued: int
    skipped: int
    press: Press | None = None


def note_move(job: SyncJob, move: JobMove) -> None:
    """`on_move` of job kinds: keeps the issues in step with parking, going on and ending."""
    if move.to_state == JobState.PARKED:
        note_parked(job)
    elif move.from_state == JobState.PARKED:
        release(job)
    if move.to_state in TERMINAL:
        _resolve_what_ended(job)


@transaction.atomic
def note_parked(job: SyncJob, *, order: Order | None = None) -> Issue:
    """Adds a parked job to the open issue of its cause, which is opened if there is none."""
    connection = Connection.objects.filter(resource=job.resource).first() if job.resource else None
    issue, is_new = _open_issue(
        _cause(job),
        kind=job.error_kind,
        title=_title(job),
        hint=job.error_hint,
        connection=connection,
    )
    order = order or order_of(job)
    item, is_new_item = IssueItem.objects.get_or_create(
        issue=issue, job=job, defaults={"order": order}
    )
    if not is_new_item:
        IssueItem.objects.filter(pk=item.pk).update(released_at=None, at=timezone.now())
    Issue.objects.filter(pk=issue.pk).update(
        count=F("count") + int(is_new_item),
        last_seen_at=timezone.now(),
        title=_title(job),
        hint=job.error_hint,
    )
    if is_new:
        _announce(issue, order)
    return issue


@transaction.atomic
def note_cause(
    cause: str, *, kind: str, title: str, hint: str, connection: Connection | None
) -> Issue:
    """Opens an issue that stops no job, or gives the open one of this cause its newest words."""
    issue, is_new = _open_issue(cause, kind=kind, title=title, hint=hint, connection=connection)
    if is_new:
        _announce(issue, None)
    else:
        issue.title, issue.hint, issue.last_seen_at = title[:300], hint, timezone.now()
        issue.save(update_fields=["title", "hint", "last_seen_at"])
    return issue


@transaction.atomic
def note_news(
    job: SyncJob,
    order: Order,
    *,
    cause: str,
    kind: str,
    title: str,
    hint: str,
    connection: Connection | None,
) -> Issue:
    """Counts something that the portal did by itself and that people must hear of, by cause.

    `kind` is one of NEWS: it blocks nothing, and stays open until somebody has read it.
    """
    issue, is_new = _open_issue(
        cause[:200], kind=kind, title=title, hint=hint, connection=connection
    )
    _, is_new_item = IssueItem.objects.get_or_create(
        issue=issue, job=job, defaults={"order": order, "released_at": timezone.now()}
    )
    Issue.objects.filter(pk=issue.pk).update(
        count=F("count") + int(is_new_item),
        last_seen_at=timezone.now(),
        title=title[:300],
        hint=hint,
    )
    if is_new:
        _announce(issue, order)
    return issue


def release(job: SyncJob) -> None:
    """The job goes on: nothing blocks it any more. It comes back if it stops again."""
    items = IssueItem.objects.filter(job=job, released_at=None)
    items.update(released_at=timezone.now())


@transaction.atomic
def resolve(issue: Issue, *, actor: str, reason: str = "") -> None:
    """Closes the issue without touching its jobs. Closing a closed one changes nothing."""
    fresh = Issue.objects.filter(pk=issue.pk, state=Issue.State.OPEN).update(
        state=Issue.State.RESOLVED, resolved_at=timezone.now(), resolved_by=actor
    )
    if not fresh:
        return
    StateChange.objects.create(
        subject="issue",
        subject_id=issue.pk,
        before=Issue.State.OPEN,
        after=Issue.State.RESOLVED,
        actor=actor,
        reason=reason,
    )
    close_alert(_alert_cause(issue.cause))
    logger.info("issue_resolved issue=%s actor=%s", issue.pk, actor)


def requeue_blocked(issue: Issue, *, actor: str, reason: str = "") -> Requeued:
    """Sends everything the issue blocks on its way again, oldest first."""
    blocked = blocked_by(issue)
    reason = reason or f"cause fixed: {issue.title}"
    jobs = list(blocked.order_by("pk")[: AT_ONCE + 1])
    if len(jobs) > AT_ONCE:
        matched = f"blocked by: {issue.title}"
        press = open_press("requeue_jobs", blocked, matched=matched, actor=actor, reason=reason)
        return Requeued(requeued=0, skipped=0, press=press)
    requeued = skipped = 0
    for job in jobs:
        try:
            verbs.requeue(job, actor=actor, reason=reason)
        except MoveRefused:
            skipped += 1
        else:
            requeued += 1
    return Requeued(requeued=requeued, skipped=skipped)


def blocked_by(issue: Issue) -> QuerySet[SyncJob]:
    """The jobs that stand still for this cause."""
    items = issue.items.filter(released_at=None)
    return SyncJob.objects.filter(pk__in=items.values("job_id"), state=JobState.PARKED)


def fixed_by(link: IdLink) -> list[Issue]:
    """The open issues that were about this record having no counterpart."""
    word = _GAP_WORDS.get(IdLink.Kind(link.kind), link.kind)
    ends = [
        f":{word}:{ref}:{gap}"
        for ref in (link.source_ref, link.target_ref)
        for gap in ("unlinked", "ambiguous")
    ]
    fits = reduce(or_, (Q(cause__endswith=end) for end in ends))
    return list(Issue.objects.filter(fits, state=Issue.State.OPEN))


def order_of(job: SyncJob) -> Order | None:
    """The order a job is about, if it is about one."""
    about = job.payload.get("order")
    return Order.objects.filter(pk=about).first() if about else None


def _open_issue(
    cause: str, *, kind: str, title: str, hint: str, connection: Connection | None
) -> tuple[Issue, bool]:
    found = Issue.objects.filter(cause=cause, state=Issue.State.OPEN).first()
    if found:
        return found, False
    try:
        with transaction.atomic():
            made = Issue.objects.create(
                cause=cause, kind=kind, title=title[:300], hint=hint, connection=connection
            )
    except IntegrityError:  # another process met the same cause at the same moment
        return Issue.objects.get(cause=cause, state=Issue.State.OPEN), False
    return made, True


def _cause(job: SyncJob) -> str:
    """What equal failures share. A refusal in the remote's own words is grouped by its words."""
    cause = job.error_cause or f"{job.kind}:{job.error_kind}:{job.error_text}"
    return f"{job.resource_id or 0}:{cause}"[:200]


def _title(job: SyncJob) -> str:
    first_line = job.error_text.strip().splitlines()[:1]
    return (first_line[0] if first_line else f"{job.kind} stopped")[:300]


def _announce(issue: Issue, order: Order | None) -> None:
    about = f"First seen with order {order}.\n\n" if order else ""
    raise_alert(_alert_cause(issue.cause), issue.title, f"{about}{issue.hint}".strip())


def _alert_cause(cause: str) -> str:
    return f"issue:{cause}"


def _resolve_what_ended(job: SyncJob) -> None:
    """Resolves the open issues of this job of which no job is open any more."""
    release(job)
    issues = Issue.objects.filter(state=Issue.State.OPEN, items__job=job).exclude(kind__in=NEWS)
    for issue in issues.exclude(items__job__state__in=OPEN).distinct():
        resolve(issue, actor=BY_ITSELF, reason="Everything it blocked has gone on.")
