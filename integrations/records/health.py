"""What "test connection" found, in sentences for an operator."""

from dataclasses import dataclass

SIGNED_IN = "signed_in"  # the check that only tries the credentials


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

    @property
    def lets_in(self) -> bool:
        """Whether the remote took the credentials, whatever else is wrong: by the check that
        signs in, or by all of them where none does that alone."""
        signed_in = [check for check in self.checks if check.name == SIGNED_IN]
        return all(check.ok for check in signed_in or self.checks)
