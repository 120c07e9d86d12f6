"""Brings stored credentials under the newest key of CREDENTIAL_KEYS."""

from django.db import transaction

from integrations import secrets
from integrations.models import Connection, StateChange


def reseal_credentials(*, actor: str) -> int:
    """Seals every connection's credentials anew; returns how many. Safe to repeat.

    All or none. Raises NeedsOperator, with nothing changed, when one cannot be opened.
    """
    with transaction.atomic():
        resealed = list(Connection.objects.select_for_update())
        for connection in resealed:
            secrets.unseal(connection.sealed_credentials)
            connection.sealed_credentials = secrets.reseal(connection.sealed_credentials)
            connection.save(update_fields=["sealed_credentials"])
            StateChange.objects.create(
                subject="connection",
                subject_id=connection.pk,
                after="credentials",
                actor=actor,
                reason="sealed under the newest key",
            )
    return len(resealed)
