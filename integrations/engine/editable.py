"""What a person may change of a job's payload, as a form that checks it.

    JobKind("push_order", steps, editable=[EditableField("po_number", "PO number", feeds="plan")])

A field is a key of the payload; left empty, the key is taken out and the steps decide as they
would without it. The form is the only way in: the console shows it, commands fill it in.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder

if TYPE_CHECKING:
    from integrations.engine.models import SyncJob

EMPTY = (None, "")


class FieldType(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class EditableField:
    """One key of the payload that may be edited while its job is parked or held.

    `feeds` names the first step that uses it: an edit has that step run again, and is refused
    once a later step has begun, for its effect could not be taken along. `sends` says that the
    fed step writes to a remote itself and has no look: then a try of it that may have arrived
    closes the field. `is_money` asks for a second person. `check` gets the cleaned value and
    the job, and raises ValueError with a sentence for the person. `now` is what holds at
    present, where that is kept elsewhere than in the payload. `pins` are further keys that are
    written with the value and removed with it: what was true when it was entered, for the step
    to compare.
    """

    name: str
    label: str
    type: FieldType = FieldType.TEXT
    feeds: str = field(default="", kw_only=True)
    help: str = field(default="", kw_only=True)
    is_money: bool = field(default=False, kw_only=True)
    sends: bool = field(default=False, kw_only=True)
    choices: Callable[["SyncJob"], Sequence[tuple[str, str]]] | None = field(
        default=None, kw_only=True
    )
    check: Callable[[Any, "SyncJob"], None] | None = field(default=None, kw_only=True)
    now: Callable[["SyncJob"], Any] | None = field(default=None, kw_only=True)
    pins: Mapping[str, Callable[["SyncJob"], Any]] = field(default_factory=dict, kw_only=True)
    max_length: int = field(default=300, kw_only=True)

    def value_now(self, job: "SyncJob") -> Any:
        return job.payload.get(self.name) if self.now is None else self.now(job)


class EditForm(forms.Form):
    """The editable fields of one job, filled in with what holds now."""

    def __init__(
        self, job: "SyncJob", fields: Sequence[EditableField], data: Mapping[str, Any] | None = None
    ) -> None:
        self.before = {spec.name: spec.value_now(job) for spec in fields}
        super().__init__(data, initial=self.before)
        self.job, self.specs = job, fields
        for spec in fields:
            self.fields[spec.name] = _form_field(spec, job)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for spec in self.specs:
            value = cleaned.get(spec.name)
            if spec.check is None or value in EMPTY or spec.name in self.errors:
                continue
            try:
                spec.check(value, self.job)
            except ValueError as exc:
                self.add_error(spec.name, str(exc))
        return cleaned

    def sentences(self) -> str:
        """What is wrong, for whoever sees no form."""
        said = []
        for name, texts in self.errors.items():
            words = " ".join(str(text) for text in texts)
            label = f"{self.fields[name].label}: " if name in self.fields else ""
            said.append(f"{label}{words}")
        return " ".join(said)

    def written(self) -> dict[str, Any]:
        """The cleaned values as the payload keeps them; None for what is left empty."""
        return {spec.name: _as_kept(self.cleaned_data[spec.name]) for spec in self.specs}


def digest(payload: Mapping[str, Any]) -> str:
    """Tells whether two payloads are equal; the attempts of a job keep the same one."""
    text = json.dumps(payload, sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()


def _as_kept(value: Any) -> Any:
    if value in EMPTY:
        return None
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value if isinstance(value, (bool, int, str)) else value.isoformat()


def _form_field(spec: EditableField, job: "SyncJob") -> forms.Field:
    shown: dict[str, Any] = {"label": spec.label, "help_text": spec.help, "required": False}
    match spec.type:
        case FieldType.TEXT:
            return forms.CharField(max_length=spec.max_length, **shown)
        case FieldType.CHOICE:
            offered = spec.choices(job) if spec.choices else ()
            return forms.ChoiceField(choices=[("", "As it is without an edit"), *offered], **shown)
        case FieldType.INTEGER:
            return forms.IntegerField(**shown)
        case FieldType.DECIMAL:
            return forms.DecimalField(max_digits=18, decimal_places=4, **shown)
        case FieldType.DATE:
            return forms.DateField(**shown)
    return forms.BooleanField(**shown)
