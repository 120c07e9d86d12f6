"""What a vendor's callback becomes once it is verified, and how it is refused. Pure.

Every adapter that receives callbacks has a module `callbacks` with one function,
`verify_and_parse`, of the shape of `VerifyAndParse` below. Where the vendor's side also asks
us for answers, which no event is made of, the module has `verify` of the shape of `Verify`.
Where a sender first makes sure that the address is ours, it has `handshake` (`Handshake`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

# What the portal stores of an event, in characters.
LONGEST_ID = 200
LONGEST_TYPE = 80
LONGEST_SUBJECT = 128

# The entry among `secrets` that every subscription of ours is made with (`KeepsSubscription`).
SUBSCRIPTION_SECRET = "subscription_secret"  # noqa: S105 the name of an entry, not a secret


class CallbackRefused(Exception):
    """A callback that must not be stored. The message names no secret."""


class BadSignature(CallbackRefused):
    """Not signed by any of our secrets, not signed at all, or outside the time window."""


class Malformed(CallbackRefused):
    """Signed by the right sender, but not a message we can read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundEvent:
    """One thing that happened on the other side, as they told us.

    `event_id` is the sender's id of the message: the same for every delivery of it.
    `type` is the sender's word ("order.placed"); `subject` the id of what it is about (for
    everything that happens to an order: the order). `occurred_at` is aware UTC. `payload`
    is the sender's own data: ids only, never something to act on without reading back.

    Raises Malformed for what could not be stored: a text that is empty or too long or holds
    characters that no database takes, or numbers that JSON does not know.
    """

    event_id: str
    type: str
    subject: str
    occurred_at: datetime
    payload: dict[str, Any]

    def __post_init__(self) -> None:
        _check("id", self.event_id, LONGEST_ID)
        _check("type", self.type, LONGEST_TYPE)
        _check("subject", self.subject, LONGEST_SUBJECT)
        try:
            json.dumps(self.payload, allow_nan=False)
        except ValueError as exc:
            raise Malformed("The data holds a number that is none.") from exc


def _check(name: str, text: str, longest: int) -> None:
    if not 0 < len(text) <= longest:
        raise Malformed(f"The event's {name} must have 1 to {longest} characters.")
    if "\x00" in text or not _is_unicode(text):
        raise Malformed(f"The event's {name} holds characters that cannot be stored.")


def _is_unicode(text: str) -> bool:
    """JSON may name half a character, which no encoding takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class VerifyAndParse(Protocol):
    def __call__(
        self,
        *,
        headers: Mapping[str, str],
        body: bytes,
        secrets: Mapping[str, str],
        now: datetime,
        tolerance_s: float,
    ) -> list[InboundEvent]:
        """The events of one request, in the sender's order.

        `headers` in any case, `body` the raw bytes as received, `secrets` those of the
        connection by name. Raises BadSignature before it looks into the body, Malformed after.
        """
        ...


class Handshake(Protocol):
    def __call__(self, *, params: Mapping[str, str]) -> str | None:
        """What to answer a sender who only makes sure that somebody listens here, as plain
        text; None for any other call. `params` are those of the query."""
        ...


class Verify(Protocol):
    def __call__(
        self,
        *,
        headers: Mapping[str, str],
        body: bytes,
        secrets: Mapping[str, str],
        now: datetime,
        tolerance_s: float,
    ) -> str:
        """The sender's id of a signed message, whatever it says. Raises BadSignature."""
        ...
