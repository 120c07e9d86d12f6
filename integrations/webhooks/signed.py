"""Who signed a request that asks us for an answer, where no address names the connection."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from integrations import adapters
from integrations.adapters.callbacks import BadSignature, Verify
from integrations.errors import NeedsOperator
from integrations.models import Connection

logger = logging.getLogger(__name__)


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
