"""Edit and requeue: the form of a job's payload, and what a second person decides about it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from integrations.admin.base import actor
from integrations.admin.pressing import ReasonForm
from integrations.engine import edits
from integrations.engine.editable import EditForm, digest
from integrations.engine.models import JobEdit, SyncJob
from integrations.engine.moves import MoveRefused
from integrations.flows.issues import order_of
from integrations.looks import words

LONG_TEXT = 200
_WIDGETS: dict[type[forms.Field], type[forms.Widget]] = {
    forms.DecimalField: UnfoldAdminDecimalFieldWidget,
    forms.IntegerField: UnfoldAdminIntegerFieldWidget,
    forms.DateField: UnfoldAdminSingleDateWidget,
    forms.BooleanField: UnfoldBooleanWidget,
}


def urls(job_admin: admin.ModelAdmin) -> list[URLPattern]:
    """The pages beside a job's own, for those who may press there."""

    def guarded(view: Any) -> Any:
        def guard(request: HttpRequest, job_id: int, **ids: int) -> HttpResponse:
            if not request.user.has_perm("engine.operate_jobs"):
                raise PermissionDenied
            job = SyncJob.objects.filter(pk=job_id).first()
            if job is None:
                raise Http404
            answer: HttpResponse = view(job_admin, request, job, **ids)
            return answer

        return job_admin.admin_site.admin_view(guard)

    return [
        path("<int:job_id>/edit/", guarded(edit), name="engine_syncjob_edit"),
        path(
            "<int:job_id>/edit/<int:edit_id>/",
            guarded(decide),
            name="engine_syncjob_decide",
        ),
    ]


def on_page(request: HttpRequest, job: SyncJob) -> dict[str, Any]:
    """What the job's page shows of its edits."""
    made = list(job.edits.select_related("decision").order_by("-id"))
    waiting = next((one for one in made if one.is_undecided), None)
    may_press = request.user.has_perm("engine.operate_jobs")
    return {
        "edits": made,
        "undecided": waiting if waiting and job.state in edits.EDITABLE else None,
        "may_edit": may_press and waiting is None and bool(edits.fields_of(job)),
    }


def edit(job_admin: admin.ModelAdmin, request: HttpRequest, job: SyncJob) -> HttpResponse:
    """The form. What is wrong is shown beside its field; a refusal leads back to the job."""
    is_answer = request.method == "POST"
    try:
        form = edits.form_of(job, request.POST if is_answer else None)
    except MoveRefused as refusal:
        return _told(request, job, refusal.message, messages.ERROR)
    asked = ReasonForm(request.POST if is_answer else None)
    if is_answer and form.is_valid() and asked.is_valid():
        return _edited(request, job, asked.cleaned_data["reason"])
    _dress(form)
    context = {
        **job_admin.admin_site.each_context(request),
        "title": f"Edit job {job.pk}: {words.inside(words.job(job.kind))}",
        "opts": job_admin.opts,
        "job": job,
        "order": order_of(job),
        "forms": [form, asked],
        "money": [spec.label for spec in form.specs if spec.is_money],
        "seen": request.POST.get("seen") or digest(job.payload),
        "home": _page(job),
    }
    return TemplateResponse(request, "console/edit_job.html", context)


def decide(
    job_admin: admin.ModelAdmin, request: HttpRequest, job: SyncJob, *, edit_id: int
) -> HttpResponse:
    """Approve or reject, with a reason. The service says who may."""
    proposed = job.edits.undecided().filter(pk=edit_id).first()
    if proposed is None:
        return _told(request, job, "This edit is decided already.", messages.WARNING)
    asked = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and asked.is_valid():
        return _decided(request, job, proposed, asked.cleaned_data["reason"])
    context = {
        **job_admin.admin_site.each_context(request),
        "title": f"Edit of job {job.pk}: {words.inside(words.job(job.kind))}",
        "opts": job_admin.opts,
        "job": job,
        "order": order_of(job),
        "edit": proposed,
        "is_own": edits.same_person(proposed.actor, actor(request)),
        "form": asked,
        "home": _page(job),
    }
    return TemplateResponse(request, "console/decide_edit.html", context)


def _edited(request: HttpRequest, job: SyncJob, reason: str) -> HttpResponse:
    seen = request.POST.get("seen", "")
    try:
        made = edits.edit(job, request.POST, actor=actor(request), reason=reason, seen=seen)
    except MoveRefused as refusal:
        return _told(request, job, refusal.message, messages.ERROR)
    if made.needs_second:
        text = "Proposed. It changes an amount, so a second person must approve it."
        return _told(request, job, text, messages.WARNING)
    return _told(request, job, "Edited and requeued.", messages.SUCCESS)


def _decided(request: HttpRequest, job: SyncJob, proposed: JobEdit, reason: str) -> HttpResponse:
    is_approval = request.POST.get("verdict") == "approve"
    press = edits.approve if is_approval else edits.reject
    try:
        press(proposed, actor=actor(request), reason=reason)
    except MoveRefused as refusal:
        return _told(request, job, refusal.message, messages.ERROR)
    text = "Approved; the job goes on with it." if is_approval else "The edit is not taken."
    return _told(request, job, text, messages.SUCCESS)


def _told(request: HttpRequest, job: SyncJob, text: str, level: int) -> HttpResponse:
    messages.add_message(request, level, text)
    return HttpResponseRedirect(_page(job))


def _page(job: SyncJob) -> str:
    return reverse("admin:engine_syncjob_change", args=[job.pk])


def _dress(form: EditForm) -> None:
    """The engine's form in the looks of the console."""
    for field in form.fields.values():
        if isinstance(field, forms.ChoiceField):
            field.widget = UnfoldAdminSelectWidget(choices=field.choices)
        elif isinstance(field, forms.CharField) and (field.max_length or 0) > LONG_TEXT:
            field.widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})
        else:
            field.widget = _WIDGETS.get(type(field), UnfoldAdminTextInputWidget)()
