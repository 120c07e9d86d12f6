"""What every remote can be asked."""

from datetime import datetime
from typing import Protocol, runtime_checkable

from integrations.records import TestReport


@runtime_checkable
class TestsConnection(Protocol):
    def test(self) -> TestReport:
        """Tries what the flows need and says what is missing. Reads only, raises nothing.

        A check named `clock` compares the remote's time with ours, where it tells one; one named
        `signed_in` says whether the credentials were taken.
        """
        ...


@runtime_checkable
class KeepsSubscription(Protocol):
    """For a remote that calls us of changes only as long as we ask it to."""

    def ensure_subscription(self, url: str, secret: str) -> datetime:
        """Makes sure that changes are told to `url`, for a good while yet, with `secret` in
        each call; makes, renews or changes what is needed, and nothing else. Repeatable.

        Returns when the first subscription ends, aware UTC. The remote may call `url` before
        this returns. Raises NeedsOperator where it does not take the address.
        """
        ...
