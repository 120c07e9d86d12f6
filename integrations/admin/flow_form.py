"""The form of a flow: its schedule, and what its kind lets one set."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from integrations.errors import NeedsOperator
from integrations.flows.adding import refuse_wrong_roles
from integrations.flows.schedules import check_schedule
from integrations.flows.settings import FlowSetting, check_settings, settings_of
from integrations.models import Flow

SETTING = "setting_"  # prefix of form fields


class FlowForm(forms.ModelForm):
    """A flow; refuses connections that its kind does not move between."""

    class Meta:
        model = Flow
        fields = ["kind", "source", "target", "schedule"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        try:
            check_schedule((cleaned.get("schedule") or "").strip())
        except NeedsOperator as exc:
            raise ValidationError({"schedule": _sentence(exc)}) from exc
        if not self.instance.pk and {"kind", "source", "target"} <= set(cleaned):
            try:
                refuse_wrong_roles(cleaned["kind"], cleaned["source"], cleaned["target"])
            except NeedsOperator as exc:
                raise ValidationError(_sentence(exc)) from exc
        self._check_settings()
        return cleaned

    def settings(self) -> dict[str, str]:
        """The settings as entered; an empty one means its default."""
        return {
            name.removeprefix(SETTING): value
            for name, value in self.cleaned_data.items()
            if name.startswith(SETTING)
        }

    def _check_settings(self) -> None:
        for name, value in self.settings().items():
            try:
                check_settings(self.instance.kind, {name: value})
            except NeedsOperator as exc:
                self.add_error(SETTING + name, _sentence(exc))


def form_for(flow: Flow) -> type[FlowForm]:
    """The form class of an existing flow, with the settings of its kind."""
    fields: dict[str, Any] = {
        SETTING + setting.name: _field(setting, str(flow.settings.get(setting.name, "")))
        for setting in settings_of(flow.kind)
    }
    return type("FlowForm", (FlowForm,), fields)


def setting_fields(flow: Flow) -> list[str]:
    """The settings of a flow as its form names them."""
    return [SETTING + setting.name for setting in settings_of(flow.kind)]


def _field(setting: FlowSetting, value: str) -> forms.Field:
    shown: dict[str, Any] = {
        "label": setting.label,
        "help_text": setting.help,
        "required": False,
        "initial": value,
    }
    if setting.choices:
        options = [("", "–"), *((choice, choice) for choice in setting.choices)]
        return forms.ChoiceField(choices=options, widget=UnfoldAdminSelectWidget, **shown)
    return forms.CharField(widget=UnfoldAdminTextInputWidget, **shown)


def _sentence(error: NeedsOperator) -> str:
    return f"{error.message} {error.hint}".strip()
