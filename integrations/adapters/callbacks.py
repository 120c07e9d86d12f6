"""What a vendor's callback becomes once it is verified, and how it is refused. Pure.

Every adapter that receives callbacks has a module `callbacks` with one function,
`verify_and_parse`, of the shape of `VerifyAndParse` below.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundEvent:
    """One thing that happened on the other side, as they told us.

    `event_id` is the sender's id of the message: the same for every delivery of it.
    `type` is the sender's word ("order.placed"); `subject` the id of what it is about (for
    everything that happens to an order: the order). `occurred_at` is aware UTC. `payload`
    is the sender's own data: ids only, never something to act on without reading back.
    """

    event_id: str
    type: str
    subject: str
    occurred_at: datetime
    payload: dict[str, Any]


class CallbackRefused(Exception):
    """A callback that must not be stored. The message names no secret."""


class BadSignature(CallbackRefused):
    """Not signed by any of our secrets, not signed at all, or outside the time window."""


class Malformed(CallbackRefused):
    """Signed by the right sender, but not a message we can read."""


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
