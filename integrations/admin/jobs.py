"""Jobs: what each one does, why it does not go on, and the engine's verbs as buttons."""

import json
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import BigAutoField, Min, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget

from integrations.admin import editing, fixes, pressing, timeline
from integrations.admin.base import ReadOnlyAdmin, may_see_exchanges
from integrations.admin.filters import ResourceFilter
from integrations.admin.paging import CappedPaginator
from integrations.admin.pressing import Button
from integrations.engine import edits, explain
from integrations.engine.models import OPEN, Attempt, JobState, Step, StepState, SyncJob
from integrations.flows.issues import order_of
from integrations.looks import words, written
from integrations.looks.badges import badge
from integrations.models import IssueItem

UNFINISHED = (StepState.OPEN, StepState.IN_DOUBT)


class AttentionFilter(admin.SimpleListFilter):
    title = "attention"
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("parked", "Needs a person"),
            ("second", "Needs a second person"),
            ("open", "Not finished"),
            ("doubt", "In doubt"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[SyncJob]) -> QuerySet[SyncJob]:
        match self.value():
            case "parked":
                return queryset.filter(state=JobState.PARKED)
            case "second":
                return queryset.filter(pk__in=edits.undecided().values("job_id"))
            case "open":
                return queryset.filter(state__in=OPEN)
            case "doubt":
                return _in_doubt(queryset)
        return queryset


def _in_doubt(jobs: QuerySet[SyncJob]) -> QuerySet[SyncJob]:
    """Open jobs with a step in doubt.

    A look per open job, which are few. Written as EXISTS, PostgreSQL reads all steps ever made.
    """
    steps = Step.objects.filter(job=OuterRef("pk"), state=StepState.IN_DOUBT).order_by()
    looked = jobs.filter(state__in=OPEN).alias(doubtful=Subquery(steps.values("pk")[:1]))
    return looked.filter(doubtful__isnull=False)


class KindFilter(admin.SimpleListFilter):
    """Job kinds in plain words; only kinds that this program knows."""

    title = "what it does"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(words.JOBS.items(), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[SyncJob]) -> QuerySet[SyncJob]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class SkipForm(pressing.ReasonForm):
    """Which step to take as done, and why. Offered are the unfinished steps of the job."""

    def __init__(self, names: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(name, words.step(name)) for name in names]
        self.fields["step"] = forms.ChoiceField(choices=choices, widget=UnfoldAdminSelectWidget)
        self.order_fields(["step", "reason"])


@admin.register(SyncJob)
class SyncJobAdmin(ReadOnlyAdmin):
    list_display = [
        "number",
        "does",
        "about",
        "state_badge",
        "why",
        "next_try",
        "failed_tries",
        "where",
    ]
    list_filter = [AttentionFilter, "state", KindFilter, ResourceFilter]
    search_fields = ["id", "key"]  # shows the box; get_search_results says how
    search_help_text = "Job number, or order:<storefront order id>"
    list_select_related = ["resource"]
    ordering = ["-id"]
    paginator = CappedPaginator
    page_template = "console/job.html"
    actions = ["requeue", "hold", "release", "cancel", "skip"]

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("engine.operate_jobs")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SyncJob]:
        return super().get_queryset(request).defer("error_trace")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SyncJob], search_term: str
    ) -> tuple[QuerySet[SyncJob], bool]:
        """By number or by the beginning of the key, as written: both have an index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        found = Q(key__startswith=term)
        if term.isdecimal() and int(term) <= BigAutoField.MAX_BIGINT:
            found |= Q(pk=int(term))
        return queryset.filter(found), False

    def get_sortable_by(self, request: HttpRequest) -> list[str]:
        """By age always, by anything among the jobs that are not finished, which are few."""
        is_short = request.GET.get(AttentionFilter.parameter_name, "") != ""
        return super().get_sortable_by(request) if is_short else ["number"]

    def page_context(self, request: HttpRequest, row: SyncJob) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "title": f"Job {row.pk}: {words.inside(words.job(row.kind))}",
            "why": explain.why(row, now=timezone.now()),
            "fix": fixes.of(row) if row.is_open else None,
            "order": order_of(row),
            "steps": list(row.steps.all()),
            "tries": Attempt.objects.filter(step__job=row).select_related("step").order_by("id"),
            "payload": json.dumps(row.payload, indent=2, ensure_ascii=False),
            "issues": [item.issue for item in _issue_items(row)],
            "timeline": timeline.of_job(row, with_exchanges=may_see_exchanges(request)),
            "buttons": [],
            **editing.on_page(request, row),
        }
        if self.has_operate_permission(request):
            shown["buttons"] = _buttons(row, waits=shown["undecided"] is not None)
        return shown

    def get_urls(self) -> list[Any]:
        return [*editing.urls(self), *super().get_urls()]

    @admin.display(description="Job", ordering="id")
    def number(self, job: SyncJob) -> str:
        return str(job.pk)

    @admin.display(description="What it does", ordering="kind")
    def does(self, job: SyncJob) -> str:
        return words.job(job.kind)

    @admin.display(description="About")
    def about(self, job: SyncJob) -> SafeString:
        return format_html('<span class="mono wrap">{}</span>', job.key)

    @admin.display(description="State", ordering="state")
    def state_badge(self, job: SyncJob) -> SafeString:
        return badge("job", job.state)

    @admin.display(description="Reason")
    def why(self, job: SyncJob) -> SafeString:
        return format_html('<span class="reason">{}</span>', _reason(job))

    @admin.display(description="Next try", ordering="due_at")
    def next_try(self, job: SyncJob) -> Any:
        is_due = job.state in (JobState.QUEUED, JobState.COMPENSATING)
        return written.instant(job.due_at, now=timezone.now()) if is_due else written.NOTHING

    @admin.display(description="Failures", ordering="attempts")
    def failed_tries(self, job: SyncJob) -> int:
        return job.attempts

    @admin.display(description="Connection", ordering="resource")
    def where(self, job: SyncJob) -> str:
        return str(job.resource or written.NOTHING)

    @admin.action(description="Requeue: try again now", permissions=["operate"])
    def requeue(self, request: HttpRequest, rows: QuerySet[SyncJob]) -> HttpResponse | None:
        return pressing.ask_if_many(
            self,
            request,
            rows,
            verb="requeue_jobs",
            action="requeue",
            consequence=(
                "These jobs are tried again from the step where they stopped. Finished steps do "
                "not run again."
            ),
            reason="requeued in the console",
        )

    @admin.action(description="Release", permissions=["operate"])
    def release(self, request: HttpRequest, rows: QuerySet[SyncJob]) -> HttpResponse | None:
        return pressing.ask_if_many(
            self,
            request,
            rows,
            verb="release_jobs",
            action="release",
            consequence="These jobs go on where they were held.",
            reason="released in the console",
        )

    @admin.action(description="Hold…", permissions=["operate"])
    def hold(self, request: HttpRequest, rows: QuerySet[SyncJob]) -> HttpResponse | None:
        asked = pressing.ask_reason(
            self,
            request,
            rows,
            action="hold",
            question="Hold jobs",
            consequence=(
                "These jobs wait until somebody releases them, and later jobs of the same order "
                "wait behind them."
            ),
            button="Hold",
        )
        if isinstance(asked, HttpResponse):
            return asked
        reason = asked.cleaned_data["reason"]
        return pressing.press(self, request, rows, verb="hold_jobs", reason=reason)

    @admin.action(description="Cancel…", permissions=["operate"])
    def cancel(self, request: HttpRequest, rows: QuerySet[SyncJob]) -> HttpResponse | None:
        asked = pressing.ask_reason(
            self,
            request,
            rows,
            action="cancel",
            question="Cancel jobs",
            consequence=(
                "These jobs end. What they did is undone where that is possible; one that a "
                "worker has in hand ends after its present step."
            ),
            button="Cancel these jobs",
        )
        if isinstance(asked, HttpResponse):
            return asked
        reason = asked.cleaned_data["reason"]
        return pressing.press(self, request, rows, verb="cancel_jobs", reason=reason)

    @admin.action(description="Skip a step…", permissions=["operate"])
    def skip(self, request: HttpRequest, rows: QuerySet[SyncJob]) -> HttpResponse | None:
        names = _unfinished_steps(rows)
        asked = pressing.ask_reason(
            self,
            request,
            rows,
            action="skip",
            question="Skip a step",
            consequence=(
                "The step is taken as done by hand. Make sure that it is: nothing checks it."
            ),
            button="Skip the step",
            form_class=partial(SkipForm, names),
        )
        if isinstance(asked, HttpResponse):
            return asked
        return pressing.press(
            self,
            request,
            rows,
            verb="skip_step",
            reason=asked.cleaned_data["reason"],
            options={"step_name": asked.cleaned_data["step"]},
        )


def _unfinished_steps(rows: QuerySet[SyncJob]) -> list[str]:
    """The names that these jobs have left to do, in the order of their steps."""
    left = Step.objects.filter(job__in=rows.order_by().values("pk"), state__in=UNFINISHED)
    first = left.order_by().values("name").annotate(place=Min("n")).order_by("place", "name")
    return [row["name"] for row in first]


def _reason(job: SyncJob) -> str:
    """Why it stands still, from the row alone: a list must not ask the database per row."""
    match job.state:
        case JobState.PARKED:
            second = f"Waits: {job.wait_reason}. " if job.wait_reason else ""
            return second + (job.error_text or "See its history.")
        case JobState.WAITING:
            return job.wait_reason
        case JobState.QUEUED if job.resource is not None and job.resource.paused:
            return f"{job.resource} is paused: {job.resource.pause_reason}"
        case JobState.QUEUED | JobState.COMPENSATING if job.error_text:
            return f"Tries again: {job.error_text}"
    return written.NOTHING


def _buttons(job: SyncJob, *, waits: bool) -> list[Button]:
    """What can be pressed. While an edit waits for a second person nobody sends the job on."""
    requeue = Button(action="requeue", label="Requeue", tone="primary")
    hold, release = Button(action="hold", label="Hold…"), Button(action="release", label="Release")
    skip = Button(action="skip", label="Skip a step…")
    cancel = Button(action="cancel", label="Cancel…", tone="danger")
    if waits:
        return [cancel] if job.state == JobState.WAITING else [hold, cancel]
    match job.state:
        case JobState.PARKED:
            return [requeue, hold, skip, cancel]
        case JobState.QUEUED:
            return [Button(action="requeue", label="Try now", tone="primary"), hold, cancel]
        case JobState.WAITING:
            return [release, skip, cancel]
        case JobState.RUNNING | JobState.COMPENSATING:
            return [hold, cancel]
    return []


def _issue_items(job: SyncJob) -> QuerySet[IssueItem]:
    return IssueItem.objects.filter(job=job, released_at=None).select_related("issue")
