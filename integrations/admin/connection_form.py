"""The form of a connection, made of what its adapter says it needs.

Secrets are write-only: what is stored is never sent to a browser, an empty input keeps it.
"""

from typing import Any, ClassVar

from django import forms
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from integrations.adapters import AdapterSpec, Field
from integrations.gateways import connections
from integrations.models import Connection

SETTING, SECRET = "setting_", "secret_"  # noqa: S105 prefixes of form fields


class ConnectionForm(forms.ModelForm):
    """Base of the forms that `form_for` makes; knows its adapter's spec."""

    spec: ClassVar[AdapterSpec]

    class Meta:
        model = Connection
        fields: ClassVar[list[str]] = [
            "name",
            "base_url",
            "allow_private_addresses",
            "verify_tls",
        ]
        labels: ClassVar[dict[str, str]] = {
            "base_url": "Address",
            "verify_tls": "Check TLS certificates",
        }
        help_texts: ClassVar[dict[str, str]] = {
            "base_url": "For example https://erp.company.example, without a user or password."
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        url, given = cleaned.get("base_url", ""), self.credentials()
        kept = self.instance.credentials if self.instance.pk else {}
        problems = connections.address_problems(url)
        if self.instance.pk:
            problems += connections.moved_problems(self.instance, url, given)
            problems += connections.pool_problems(self.instance, self.settings())
        else:
            name = cleaned.get("name", "")
            problems += connections.name_problems(self.spec, name, self.settings())
        problems += self.spec.problems(self.settings(), {**kept, **given})
        if problems and not self.errors:
            raise forms.ValidationError(problems)
        return cleaned

    def settings(self) -> dict[str, str]:
        """The settings as entered, without empty ones."""
        return self._entered(SETTING)

    def credentials(self) -> dict[str, str]:
        """The secrets that were entered now; those left empty are not among them."""
        return self._entered(SECRET)

    def _entered(self, prefix: str) -> dict[str, str]:
        return {
            name.removeprefix(prefix): value
            for name, value in self.cleaned_data.items()
            if name.startswith(prefix) and value
        }


def form_for(spec: AdapterSpec, connection: Connection | None) -> type[ConnectionForm]:
    """The form class for a connection of this kind."""
    known = set(connection.credentials) if connection else set()
    values = connection.settings if connection else {}
    fields: dict[str, Any] = {"spec": spec}
    for field in spec.settings:
        fields[SETTING + field.name] = _setting(field, values.get(field.name, field.default))
    for field in spec.secrets:
        fields[SECRET + field.name] = _secret(field, is_set=field.name in known)
    return type("ConnectionForm", (ConnectionForm,), fields)


def field_sets(spec: AdapterSpec) -> tuple[list[tuple[str, list[str]]], list[str]]:
    """(settings by the words above them, secrets) as the form names them."""
    groups: dict[str, list[str]] = {}
    for field in spec.settings:
        groups.setdefault(field.group or "Settings", []).append(SETTING + field.name)
    return list(groups.items()), [SECRET + field.name for field in spec.secrets]


def _setting(field: Field, value: str) -> forms.Field:
    shown: dict[str, Any] = {
        "label": field.label,
        "help_text": field.help,
        "required": field.required,
        "initial": value,
    }
    if field.choices:
        options = [(choice, choice) for choice in field.choices]
        empty = [] if field.required else [("", "–")]
        return forms.ChoiceField(
            choices=[*empty, *options], widget=UnfoldAdminSelectWidget, **shown
        )
    if field.lines > 1:
        # every space counts in such a text
        return forms.CharField(widget=_text_box(field.lines), strip=False, **shown)
    return forms.CharField(widget=UnfoldAdminTextInputWidget, **shown)


def _text_box(lines: int) -> forms.Widget:
    return UnfoldAdminTextareaWidget(
        attrs={
            "rows": lines,
            "spellcheck": "false",
            "wrap": "off",
            "style": "font-family: ui-monospace, monospace; max-width: 100%; overflow-x: auto",
        }
    )


def _secret(field: Field, *, is_set: bool) -> forms.Field:
    state = "Stored; leave empty to keep it." if is_set else "Not stored yet."
    return forms.CharField(
        label=field.label,
        help_text=f"{state} {field.help}".strip(),
        required=field.required and not is_set,
        strip=True,
        widget=UnfoldAdminPasswordWidget(
            render_value=False, attrs={"autocomplete": "new-password", "spellcheck": "false"}
        ),
    )
