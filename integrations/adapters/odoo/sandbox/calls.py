"""Who calls, and one call: its rights, its records, its context."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.adapters.odoo.sandbox.faults import access_error, user_error, value_error
from integrations.adapters.odoo.sandbox.importing import IsTaken
from integrations.adapters.odoo.sandbox.store import Store

_VERBS = {"r": "access", "c": "create", "w": "modify", "u": "delete"}
_GROUPS = {
    "accounting": "'Show Accounting Features - Readonly', 'Accounting / Invoicing'",
    "internal": "'Role / User'",
}
_LANGUAGES = {"en_US"}


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """`rights` overrides what the schema gives the service user, by model; `lacks` names the
    groups it is not in, of those that fields ask for: accounting, internal."""

    id: int
    login: str
    is_admin: bool = False
    zone: str = "Europe/Brussels"
    companies: tuple[int, ...] = (1,)
    rights: Mapping[str, str] = field(default_factory=dict)
    lacks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of one user, inside its transaction."""

    store: Store
    user: User
    model: str
    ids: list[Any]
    context: Mapping[str, Any]
    is_taken: IsTaken = lambda xid: False  # noqa: E731 - a dataclass default, not a name

    def check(self, letter: str, model: str = "") -> None:
        model = model or self.model
        if not self.may(letter, model):
            one = self.store.models[model]
            groups = "".join(f"\n\t- {group}" for group in one.groups) or "\n\t- Administrator"
            raise access_error(
                f"You are not allowed to {_VERBS[letter]} '{one.label}' ({model}) records.\n\n"
                f"This operation is allowed for the following groups:{groups}\n\n"
                "Contact your administrator to request access if necessary."
            )

    def may(self, letter: str, model: str) -> bool:
        rights = self.user.rights.get(model, self.store.models[model].rights)
        return self.user.is_admin or letter in rights

    def readable(self, fields: list[str] | None) -> list[str]:
        """The fields to show; one that is named and not theirs fails the whole call."""
        known = self.store.models[self.model].fields
        if not fields:
            return [name for name in known if not self.is_hidden(name)]
        for name in fields:
            if self.is_hidden(name):
                raise access_error(
                    f'You do not have enough rights to access the field "{name}" on '
                    f"{self.store.models[self.model].label} ({self.model}). Please contact your "
                    f"system administrator.\n\nOperation: read\nUser: {self.user.id}\nGroups: "
                    f"allowed for groups {_GROUPS[known[name].group]}"
                )
        return fields

    def is_hidden(self, name: str) -> bool:
        one = self.store.models[self.model].fields.get(name)
        return one is not None and bool(one.group) and one.group in self.user.lacks

    def existing(self) -> list[int]:
        """The ids as rows; raises MissingError for one that is gone."""
        return [int(self.store.get(self.model, one)["id"]) for one in self.ids]


def checked_context(user: User, context: Any) -> dict[str, Any]:
    if not isinstance(context, dict):
        raise value_error("dictionary update sequence element #0 has length 1; 2 is required")
    lang = context.get("lang")
    if lang and lang not in _LANGUAGES:
        raise user_error(f"Invalid language code: {lang}")
    companies = context.get("allowed_company_ids") or []
    if set(companies) - set(user.companies):
        raise access_error("Access to unauthorized or invalid companies.")
    return context
