"""Issues: one row per cause, with what it blocks and how much money that is."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, ForeignKey, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextInputWidget

from integrations.admin import fixes, pressing, risk
from integrations.admin.base import ConsoleAdmin, actor
from integrations.admin.pressing import Button
from integrations.engine.models import Press
from integrations.flows import issues
from integrations.looks import written
from integrations.looks.badges import badge
from integrations.models import Issue, IssueItem, User

SHOWN_ITEMS = 100


class IssueForm(forms.ModelForm):
    """What people may change: who looks after it, and words to find it by."""

    tags = forms.CharField(
        required=False, widget=UnfoldAdminTextInputWidget, help_text="Separated by commas."
    )

    class Meta:
        model = Issue
        fields = ["owner", "tags"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["tags"] = ", ".join(self.instance.tags)

    def clean_tags(self) -> list[str]:
        entered = self.cleaned_data["tags"].split(",")
        return list(dict.fromkeys(tag.strip() for tag in entered if tag.strip()))


@admin.register(Issue)
class IssueAdmin(ConsoleAdmin):
    form = IssueForm
    list_display = ["what", "blocks", "at_risk", "age", "owner", "tag_list", "state_badge"]
    list_filter = ["state", "kind", "owner"]
    search_fields = ["title", "cause"]
    list_select_related = ["owner"]
    fields = ["owner", "tags"]
    change_form_outer_before_template = "console/_issue.html"
    actions = ["requeue_blocked", "resolve"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Issue]:
        blocking = Count("items", filter=Q(items__released_at=None))
        found = super().get_queryset(request).annotate(blocking=blocking)
        return found.order_by("-state", "-blocking", "-last_seen_at")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        sums = risk.of_issues(issue.pk for issue in changelist.result_list)
        for issue in changelist.result_list:
            issue.sums = sums.get(issue.pk, {})
        return changelist

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            items = row.items.select_related("job__resource", "order").order_by(
                "released_at", "-id"
            )
            shown = list(items[:SHOWN_ITEMS])
            context |= {
                "title": "Issue",
                "row": row,
                "is_news": row.kind in issues.NEWS,
                "items": shown,
                "fix": _fix_of(row, shown),
                "at_risk": risk.in_words(risk.of_issues([row.pk]).get(row.pk, {})),
                "buttons": self._buttons(request, row),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "owner":
            kwargs["queryset"] = User.objects.filter(is_staff=True, is_active=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("engine.operate_jobs")

    @admin.display(description="What is wrong")
    def what(self, issue: Issue) -> SafeString:
        return format_html(
            '<span class="two-lines">{}<span class="quiet">{}</span></span>',
            issue.title,
            issue.hint,
        )

    @admin.display(description="Blocks")
    def blocks(self, issue: Any) -> str:
        if issue.kind in issues.NEWS:
            return f"nothing; {issue.count} so far"
        return f"{issue.blocking} of {issue.count}"

    @admin.display(description="Money at risk")
    def at_risk(self, issue: Any) -> SafeString:
        return format_html('<span class="money">{}</span>', risk.in_words(issue.sums))

    @admin.display(description="First seen", ordering="first_seen_at")
    def age(self, issue: Issue) -> Any:
        return written.instant(issue.first_seen_at, now=timezone.now())

    @admin.display(description="Tags")
    def tag_list(self, issue: Issue) -> str:
        return ", ".join(issue.tags) or written.NOTHING

    @admin.display(description="State", ordering="state")
    def state_badge(self, issue: Issue) -> SafeString:
        return badge("issue", issue.state)

    @admin.action(description="Requeue everything it blocks", permissions=["operate"])
    def requeue_blocked(self, request: HttpRequest, rows: QuerySet[Issue]) -> HttpResponse | None:
        requeued = skipped = 0
        presses = []
        for issue in rows:
            outcome = issues.requeue_blocked(issue, actor=actor(request))
            requeued, skipped = requeued + outcome.requeued, skipped + outcome.skipped
            if outcome.press is not None:
                presses.append(outcome.press)
                self._tell_of(request, outcome.press)
        rest = f", {skipped} skipped: they had gone on already" if skipped else ""
        if requeued or skipped or not presses:
            self.message_user(request, f"{requeued} requeued{rest}.")
        return pressing.back(request)

    @admin.action(description="Resolve…", permissions=["operate"])
    def resolve(self, request: HttpRequest, rows: QuerySet[Issue]) -> HttpResponse | None:
        asked = pressing.ask_reason(
            self,
            request,
            rows,
            action="resolve",
            question="Resolve issues",
            consequence=(
                "The issues are closed; the jobs they block stay as they are. The same cause "
                "opens a new issue."
            ),
            button="Resolve",
            by_job=False,
        )
        if isinstance(asked, HttpResponse):
            return asked
        press = partial(issues.resolve, actor=actor(request), reason=asked.cleaned_data["reason"])
        return pressing.press_each(self, request, rows, press, done="resolved")

    def _tell_of(self, request: HttpRequest, press: Press) -> None:
        page = reverse("admin:engine_press_change", args=[press.pk])
        text = format_html(
            '{} are being requeued: <a href="{}">bulk press {}</a>.', press.total, page, press.pk
        )
        self.message_user(request, text)

    def _buttons(self, request: HttpRequest, issue: Issue) -> list[Button]:
        if issue.state != Issue.State.OPEN or not self.has_operate_permission(request):
            return []
        resolve = Button(action="resolve", label="Resolve…")
        if issue.kind in issues.NEWS:
            return [resolve]
        requeue = Button(
            action="requeue_blocked", label="Requeue everything it blocks", tone="primary"
        )
        return [requeue, resolve]


def _fix_of(issue: Issue, items: list[IssueItem]) -> fixes.Fix | None:
    if issue.state != Issue.State.OPEN:
        return None
    return fixes.of_issue(issue, items[0].job if items else None)
