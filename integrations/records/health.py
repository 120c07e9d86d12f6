"""What "test connection" found, in sentences for an operator."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was tried. `hint` says what to do: now, or soon when it is still `ok`."""

    name: str
    ok: bool
    detail: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestReport:
    """All checks of one test; the connection is usable when every check is ok."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    version: str
    checks: tuple[Check, ...]

    @property
    def is_ok(self) -> bool:
        return all(check.ok for check in self.checks)
