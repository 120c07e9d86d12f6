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

from integrations.models import User
from quotes.admin.base import MODEL_BACKEND, ask_and_press, person
from quotes.models import Approval
from quotes.services import approving


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
    return ask_and_press(
        admin,
        request,
        rows,
        partial(approving.approve, user=person(request)),
        done="approved",
        action="approve",
        question="Approve",
        consequence="With the last approval the quote can be sent to the buyer.",
        button="Approve",
        form_class=CommentForm,
    )


def reject(
    admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Approval]
) -> HttpResponse | None:
    def press(approval: Approval, *, reason: str) -> object:
        return approving.reject(approval, user=person(request), comment=reason)

    return ask_and_press(
        admin,
        request,
        rows,
        press,
        done="rejected",
        action="reject",
        question="Reject",
        consequence="The quote goes back to sales, who read what has to change.",
        button="Reject",
        tone="danger",
    )


def delegate(
    admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Approval]
) -> HttpResponse | None:
    return ask_and_press(
        admin,
        request,
        rows,
        partial(approving.delegate, user=person(request)),
        done="handed over",
        action="delegate",
        question="Let somebody else decide",
        consequence="They can decide it as well as your group; everybody sees to whom it went.",
        button="Hand it over",
        form_class=DelegateForm,
    )
