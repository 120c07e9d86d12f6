"""Records that a run could not write, as one issue per flow: a run of its own accord is read
by nobody, and what failed in it would be missed."""

from integrations.errors import Kind
from integrations.flows import issues
from integrations.models import Issue, Run


def note_end(run: Run) -> None:
    """Opens, renews or resolves the flow's issue. For a finished run that wrote.

    A run of changes does not read again what failed before, so only a complete one without a
    failure shows that nothing is left.
    """
    if run.failed:
        issues.note_cause(
            cause_of(run.flow_id),
            kind=Kind.REJECTED,
            title=f"{_records(run.failed)} could not be written: {run.flow}",
            hint=(
                f"Run {run.pk} says which and why. Correct them; this is closed when a complete "
                f"run (once a day, or `manage.py flow run {run.flow_id} --complete`) writes all."
            ),
            connection=run.flow.target,
        )
    elif run.window_start is None and run.applies_id is None:
        for issue in Issue.objects.filter(cause=cause_of(run.flow_id), state=Issue.State.OPEN):
            issues.resolve(issue, actor=issues.BY_ITSELF, reason=f"Run {run.pk} wrote everything.")


def cause_of(flow_id: int) -> str:
    return f"run:{flow_id}:failed"


def run_behind(issue: Issue) -> Run | None:
    """The newest run that the issue is about; None when it is about something else."""
    word, _, rest = issue.cause.partition(":")
    flow_id, _, end = rest.partition(":")
    if (word, end) != ("run", "failed") or not flow_id.isdigit():
        return None
    return Run.objects.filter(flow_id=int(flow_id), failed__gt=0).first()


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count} records"
