"""Who signed a request that asks us for an answer, where no address names the connection."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from integrations import adapters
from integrations.adapters.callbacks import BadSignature, InboundEvent, Verify
from integrations.errors import NeedsOperator
from integrations.models import Connection, Event
from integrations.webhooks.handlers import Outcome, register
from integrations.webhooks.inbox import receive

logger = logging.getLogger(__name__)

# Message ids of requests for quote start like this: what is signed for one purpose is not
# taken for another, though every body of the storefront names a customer.
REQUESTS = "rfq_"
REQUEST_TYPE = "rfq.requested"
ANSWERED = "This message was answered before; sign a new one."


def storefront_of(
    *, headers: Mapping[str, str], body: bytes, now: datetime
) -> tuple[Connection, str]:
    """The storefront that signed the message, and the message's id. Raises BadSignature."""
    refusal = BadSignature("No storefront is connected.")
    for connection in Connection.objects.filter(role=Connection.Role.STOREFRONT).order_by("id"):
        try:
            return connection, _verify(connection, headers, body, now)
        except BadSignature as exc:
            refusal = exc
        except NeedsOperator as exc:  # its credentials cannot be opened; another may have signed
            logger.warning("signed_skipped connection=%s error=%s", connection.pk, exc.message)
    raise refusal


def answered_before(
    storefront: Connection, *, message_id: str, body: bytes, subject: str, now: datetime
) -> bool:
    """Whether this message was answered; if not, it counts as answered once the caller commits.

    Raises Malformed for an id that could not be kept.
    """
    message = InboundEvent(
        event_id=message_id,
        type=REQUEST_TYPE,
        subject=subject,
        occurred_at=now,
        payload={"customer_id": subject},
    )
    return not receive(storefront, message, body)[1]


def register_all() -> None:
    """Makes the inbox know what is answered at once."""
    register(Connection.Role.STOREFRONT, REQUEST_TYPE, _answered)


def _answered(event: Event) -> Outcome:
    return Outcome(note="answered at once")


def _verify(connection: Connection, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    path = adapters.spec(connection.kind).callbacks
    if not path:
        raise BadSignature(f"Connections of kind {connection.kind} sign nothing.")
    verify: Verify = import_string(f"{path}.verify")
    return verify(
        headers=headers,
        body=body,
        secrets=connection.credentials,
        now=now,
        tolerance_s=settings.HOOK_TOLERANCE_S,
    )
