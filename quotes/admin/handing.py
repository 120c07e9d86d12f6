"""Who has a request or a quote: asked for with a reason, from a list or a page."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from integrations.models import User
from quotes.admin.base import MODEL_BACKEND, ask_and_press, person
from quotes.services.handing import SELLS


class ColleagueForm(forms.Form):
    to = forms.ModelChoiceField(
        queryset=User.objects.none(), label="Who takes it", widget=UnfoldAdminSelectWidget
    )
    reason = forms.CharField(
        label="Reason",
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Kept in the history with your name.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.with_perm(SELLS, backend=MODEL_BACKEND)
        self.fields["to"].queryset = people.filter(is_active=True, is_staff=True)  # type: ignore[attr-defined]


def hand_over(
    admin: ModelAdmin,
    request: HttpRequest,
    rows: QuerySet[Any],
    press: Callable[..., object],
    *,
    question: str,
) -> HttpResponse | None:
    """Presses, and goes to the list once nothing of it is this person's to see any more."""
    pks = list(rows.values_list("pk", flat=True)[:500])
    answer = ask_and_press(
        admin,
        request,
        rows,
        lambda row, *, to, reason: press(row, user=person(request), to=to, reason=reason),
        done="handed to {to}",
        action="hand_over",
        question=question,
        consequence="From then on it is theirs: they see it, and you do only if you see all.",
        button="Hand it over",
        form_class=ColleagueForm,
    )
    seen = admin.get_queryset(request).filter(pk__in=pks)
    if isinstance(answer, HttpResponseRedirect) and not seen.exists():
        meta = admin.model._meta
        return HttpResponseRedirect(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"))
    return answer
