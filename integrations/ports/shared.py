"""What every remote can be asked."""

from typing import Protocol, runtime_checkable

from integrations.records import TestReport


@runtime_checkable
class TestsConnection(Protocol):
    def test(self) -> TestReport:
        """Tries what the flows need and says what is missing. Reads only, raises nothing.

        A check named `clock` compares the remote's time with ours, where it tells one.
        """
        ...
