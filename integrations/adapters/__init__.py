"""The registry: which kinds of remote systems there are and where their code lives.

Dotted paths are imported when first needed, so a broken vendor breaks only itself. A new
vendor is one folder and one line: in `_SPECS`, or, for a package of somebody else's, in the
setting ADAPTERS, which calls `register`. No migration, no choice list.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pkgutil import resolve_name
from typing import Any, Literal

from integrations.adapters.misreading import guarded
from integrations.errors import NeedsOperator
from integrations.http import Session

logger = logging.getLogger(__name__)

Role = Literal["storefront", "erp", "crm"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One setting or secret that a connection of this kind takes; checked before it is saved.

    `is_expiry`: the day (YYYY-MM-DD) on which a key runs out; the portal warns before.
    `lines` above 1: a text of several lines, entered in a box that shows so many. Settings of
    one `group` stand together under its words; those without stand first.
    """

    name: str
    label: str
    required: bool = False
    default: str = ""
    help: str = ""
    choices: tuple[str, ...] = ()
    is_expiry: bool = False
    lines: int = 1
    group: str = ""


@dataclass(frozen=True, kw_only=True)
class AdapterSpec:
    """Where one vendor's code lives and what its connections need.

    `adapter` names a callable `(session, settings, secrets) -> adapter`; `callbacks` a module
    with `verify_and_parse(...)`, empty when this vendor sends us nothing; `sandbox` a class
    derived from `integrations.standin.StandIn`. `check_settings` and `check_secrets` name
    callables that raise NeedsOperator for values which the fields alone cannot tell are wrong.

    `slots` is how many jobs may use a new connection at once. A vendor that counts the requests
    of a whole account names a callable `pool`, from the settings to a name: connections with the
    same name share their slots, rate limit, breaker and pause.
    """

    kind: str
    role: Role
    title: str
    adapter: str
    sandbox: str
    callbacks: str = ""
    check_settings: str = ""
    check_secrets: str = ""
    pool: str = ""
    slots: int = 4
    settings: tuple[Field, ...] = ()
    secrets: tuple[Field, ...] = ()

    @cached_property
    def _open(self) -> Any:
        return resolve_name(self.adapter)

    def open(
        self, session: Session, settings: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Any:
        """The adapter over this session, with defaults filled in.

        Whatever its ports raise is one of our errors: an answer of another shape is `Misread`.
        """
        filled = {field.name: field.default for field in self.settings if field.default}
        return guarded(self._open(session, {**filled, **settings}, secrets), title=self.title)

    def pool_of(self, settings: Mapping[str, str]) -> str:
        """What the connection shares its limits by; empty: it has its own."""
        return str(resolve_name(self.pool)(settings)) if self.pool else ""

    def problems(self, settings: Mapping[str, str], secrets: Mapping[str, str]) -> list[str]:
        """What is missing or unknown, one sentence each; empty when the connection can be saved."""
        found: list[str] = []
        for word, fields, given in (
            ("setting", self.settings, settings),
            ("secret", self.secrets, secrets),
        ):
            names = {field.name for field in fields}
            found += [
                f"Unknown {word} {name!r}; known: {', '.join(sorted(names)) or 'none'}."
                for name in sorted(set(given) - names)
            ]
            for field in fields:
                value = given.get(field.name, "")
                if field.required and not value:
                    found.append(f"The {word} {field.name!r} ({field.label}) is missing.")
                if value and field.choices and value not in field.choices:
                    found.append(
                        f"The {word} {field.name!r} must be one of {', '.join(field.choices)}."
                    )
        for check, given in ((self.check_settings, settings), (self.check_secrets, secrets)):
            found += _refusal(check, given)
        return found


def _refusal(check: str, given: Mapping[str, str]) -> list[str]:
    try:
        if check:
            resolve_name(check)(given)
    except NeedsOperator as exc:
        return [exc.message]
    return []


_SPECS: dict[str, str] = {
    "business_central": "integrations.adapters.business_central.SPEC",
    "custom": "integrations.adapters.custom.SPEC",
    "medusa": "integrations.adapters.medusa.SPEC",
    "netsuite": "integrations.adapters.netsuite.SPEC",
    "odoo": "integrations.adapters.odoo.SPEC",
    "sap": "integrations.adapters.sap.SPEC",
}


def register(kind: str, path: str) -> None:
    """Makes a kind known by the dotted path of its AdapterSpec; nothing is imported yet.

    Repeatable. ValueError for a kind that is known with another path: connections of it would
    get other code.
    """
    if _SPECS.setdefault(kind, path) != path:
        raise ValueError(f"The kind {kind!r} is {_SPECS[kind]} already; {path} was not registered.")


def kinds() -> list[str]:
    """All known kinds, sorted."""
    return sorted(_SPECS)


def specs() -> list[AdapterSpec]:
    """The specs of all kinds that can be loaded; the others are logged."""
    found = []
    for kind in kinds():
        try:
            found.append(spec(kind))
        except NeedsOperator as exc:
            logger.error("adapter_not_loaded kind=%s error=%s", kind, exc.message)
    return found


def spec(kind: str) -> AdapterSpec:
    """The spec of a kind. Raises NeedsOperator for an unknown one and one that does not load."""
    if kind not in _SPECS:
        raise NeedsOperator(
            f"There is no adapter for {kind!r}.",
            reason="unknown_kind",
            hint=f"Known kinds: {', '.join(kinds())}.",
        )
    try:
        return _loaded(kind, _SPECS[kind])
    except Exception as exc:  # a vendor's package may raise anything while it is imported
        raise NeedsOperator(
            f"The adapter for {kind!r} cannot be loaded: {type(exc).__name__}: {exc}",
            reason="adapter_not_loaded",
            cause=f"adapter_not_loaded:{kind}",
            hint="Install or repair its package, or take it out of ADAPTERS.",
        ) from exc


@cache
def _loaded(kind: str, path: str) -> AdapterSpec:
    found = resolve_name(path)
    if not isinstance(found, AdapterSpec) or found.kind != kind:
        raise TypeError(f"{path} is not the AdapterSpec of {kind}")
    return found
