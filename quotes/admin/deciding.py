"""Approve, reject, hand over: asked for on a page, pressed for the approvals that were looked at.

What is pressed is the approval itself, and an edit of its quote voids it: nobody approves
what they have not seen.
"""

from functools import partial
from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from integrations.admin import pressing
from integrations.admin.pressing import ReasonForm
from integrations.models import User
from quotes.admin.base import press_each
from quotes.models import Approval
from quotes.services import approving

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


class CommentForm(forms.Form):
    comment = forms.CharField(
        label="Comment",
        max_length=1000,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="May be left empty; kept with your name.",
    )


class DelegateForm(forms.Form):
    """Who may approve at all; the service refuses whoever wrote the quote."""

    to = forms.ModelChoiceField(
        queryset=User.objects.none(), label="Who decides", widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.with_perm("quotes.approve_quotes", backend=MODEL_BACKEND)
        self.fields["to"].queryset = people.filter(is_active=True, is_staff=True)  # type: ignore[attr-defined]


def approve(
    admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Approval]
) -> HttpResponse | None:
    asked = pressing.ask_reason(
        admin,
        request,
        rows,
        action="approve",
        question="Approve",
        consequence="With the last approval the quote can be sent to the buyer.",
        button="Approve",
        form_class=CommentForm,
        by_job=False,
        tone="primary",
    )
    if isinstance(asked, HttpResponse):
        return asked
    press = partial(approving.approve, user=_user(request), comment=asked.cleaned_data["comment"])
    return press_each(admin, request, rows, press, done="approved")


def reject(
    admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Approval]
) -> HttpResponse | None:
    asked = pressing.ask_reason(
        admin,
        request,
        rows,
        action="reject",
        question="Reject",
        consequence="The quote goes back to sales, who read what has to change.",
        button="Reject",
        form_class=ReasonForm,
        by_job=False,
    )
    if isinstance(asked, HttpResponse):
        return asked
    press = partial(approving.reject, user=_user(request), comment=asked.cleaned_data["reason"])
    return press_each(admin, request, rows, press, done="rejected")


def delegate(
    admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Approval]
) -> HttpResponse | None:
    asked = pressing.ask_reason(
        admin,
        request,
        rows,
        action="delegate",
        question="Let somebody else decide",
        consequence="They can decide it as well as your group; everybody sees to whom it went.",
        button="Hand it over",
        form_class=DelegateForm,
        by_job=False,
        tone="primary",
    )
    if isinstance(asked, HttpResponse):
        return asked
    press = partial(approving.delegate, user=_user(request), to=asked.cleaned_data["to"])
    return press_each(admin, request, rows, press, done="handed over")


def _user(request: HttpRequest) -> Any:
    return request.user
