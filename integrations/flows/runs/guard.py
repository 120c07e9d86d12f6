"""Guard rails against a source that answers incompletely: too many removals ask a person."""

from collections.abc import Callable, Mapping

from django.conf import settings
from django.db import transaction

from integrations.engine import verbs
from integrations.engine.models import JobState, SyncJob
from integrations.errors import Kind, NeedsOperator
from integrations.flows import issues
from integrations.models import (
    CustomerCopy,
    Flow,
    IdLink,
    Issue,
    PriceRow,
    Run,
    StateChange,
)

# Ends every sentence about too many removals; the run's note is known by it.
MASS_REMOVAL = "the source may have answered incompletely"
# Fewer than these are never asked about.
FEWEST = 20


def most_removals(flow: Flow, run: Run, removed: int) -> int:
    """How many records this run may remove without asking.

    A share of what the target holds of this flow, or else of what the run has met. None at
    all where the source was asked for everything and answered nothing.
    """
    if run.is_complete and run.pages and not run.read:  # a first page counts when it is done
        return 0
    percent = int(flow.settings.get("most_removals_pct", settings.MOST_REMOVALS_PCT))
    base = held_by(run) or run.read + removed
    return max(FEWEST - 1, base * percent // 100)


def refuse_mass_removal(run: Run, more: int) -> None:
    """Raises NeedsOperator when the run would remove more than is believed without a person."""
    removed = run.removed + more
    if run.removals_allowed_by or not more:
        return
    if is_too_many(run, removed):
        raise NeedsOperator(
            f"{_sentence(run, removed)} They were not removed.",
            reason="mass_removal",
            cause=f"mass_removal:{run.flow_id}",
            hint=_hint(run),
            ids={"run": run.pk, "flow": run.flow_id},
        )


def note_planned_removals(run: Run) -> None:
    """For a finished run that only planned: opens the issue, or closes it when the newest plan
    removes no more than may be."""
    if needs_permission(run):
        sentence = _sentence(run, run.removed)
        run.note = f"{run.note}\n{sentence}".strip()
        issues.note_cause(
            _cause(run),
            kind=Kind.NEEDS_OPERATOR,
            title=sentence,
            hint=_hint(run),
            connection=run.flow.source,
        )
    elif run.is_complete:
        _close(run, actor=issues.BY_ITSELF, reason=f"Run {run.pk} removes few or none.")


def needs_permission(run: Run) -> bool:
    """Whether a person has to say first that so many removals are meant."""
    if run.removals_allowed_by or not run.removed:
        return False
    return is_too_many(run, run.removed)


def is_too_many(run: Run, removed: int) -> bool:
    """Whether so many removals are not believed without a person."""
    return removed > most_removals(run.flow, run, removed)


@transaction.atomic
def allow_removals(run: Run, *, actor: str, reason: str) -> None:
    """A person has looked: the removals of this run are meant. A run that stopped goes on.

    Kept in the run's history. Raises NeedsOperator when nothing was asked.
    """
    locked = Run.objects.select_for_update().get(pk=run.pk)
    job = SyncJob.objects.filter(
        dedupe_key=f"run_flow:{run.flow_id}", state=JobState.PARKED, error_reason="mass_removal"
    ).first()
    stopped = job is not None and job.payload.get("run") == run.pk
    if not stopped and not needs_permission(locked):
        raise NeedsOperator(
            f"Run {run.pk} waits for nobody's word on removals.", reason="removals_not_asked"
        )
    Run.objects.filter(pk=run.pk).update(removals_allowed_by=actor[:120])
    StateChange.objects.create(
        subject="run",
        subject_id=run.pk,
        before=locked.state,
        after="removals allowed",
        actor=actor,
        reason=reason,
    )
    _close(run, actor=actor, reason=reason)
    if job is not None and stopped:
        verbs.requeue(job, actor=actor, reason=f"the removals are meant: {reason}")


def held_by(run: Run) -> int:
    """How many records the target held of the run's flow before this run removed any."""
    count = _HELD.get(run.flow.kind)
    return count(run) if count else 0


def _linked_as(kind: str) -> Callable[[Run], int]:
    def count(run: Run) -> int:
        flow = run.flow
        links = IdLink.objects.filter(kind=kind, source=flow.source_id, target=flow.target_id)
        return links.count()

    return count


def _prices(run: Run) -> int:
    """As a plan counts them: rows of lists, and of what everyone pays an offer as a whole."""
    told = PriceRow.objects.filter(source=run.flow.source_id, storefront=run.flow.target_id)
    told = told.exclude(fingerprint="")
    everyone = told.filter(audience="everyone").values("offer").distinct().count()
    return everyone + told.exclude(audience="everyone").count() + _removed_already(run)


def _companies(run: Run) -> int:
    copies = CustomerCopy.objects.filter(source=run.flow.source_id, is_present=True)
    return copies.exclude(account=None).count() + _removed_already(run)


def _removed_already(run: Run) -> int:
    """What is removed is counted no more; a run that only plans has removed nothing."""
    return run.removed if run.mode == Flow.Mode.LIVE or run.applies_id else 0


# Products and levels keep their links when they are removed.
_HELD: Mapping[str, Callable[[Run], int]] = {
    Flow.Kind.PRODUCTS: _linked_as(IdLink.Kind.PRODUCT),
    Flow.Kind.STOCK: _linked_as(IdLink.Kind.STOCK),
    Flow.Kind.PRICES: _prices,
    Flow.Kind.CUSTOMERS: _companies,
}


def _sentence(run: Run, removed: int) -> str:
    return f"Run {run.pk} of {run.flow} would remove {removed:,} records or more: {MASS_REMOVAL}."


def _hint(run: Run) -> str:
    nothing = "The source answered 0 records when asked for all. " if not run.read else ""
    return nothing + (
        f"Look at run {run.pk}. If they are meant to go, press “Allow the removals” there, or "
        f"`manage.py flow allow-removals {run.pk}`; else look after the source and run again."
    )


def _cause(run: Run) -> str:
    return f"mass_removal:{run.flow_id}:planned"


def _close(run: Run, *, actor: str, reason: str) -> None:
    for issue in Issue.objects.filter(cause=_cause(run), state=Issue.State.OPEN):
        issues.resolve(issue, actor=actor, reason=reason)
