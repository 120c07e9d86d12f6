"""Forgets codes, hand-overs and links that ended, in small batches."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from quotes.models import HandoverToken, PortalToken, SignInCode
from quotes.signin import policies

EVERY_S = 300.0
AT_MOST = 500


def forget_ended() -> int:
    """Deletes what ended long enough ago to be counted by nothing; how many. Run by the beat."""
    now = timezone.now()
    ended = now - policies.KEEP_ENDED
    return sum(
        _delete(old)
        for old in (
            SignInCode.objects.filter(created_at__lt=ended),
            HandoverToken.objects.filter(created_at__lt=ended),
            PortalToken.objects.filter(expires_at__lt=now - policies.KEEP_LINKS),
        )
    )


@transaction.atomic
def _delete(old: QuerySet[Any]) -> int:
    model = old.model
    oldest = list(old.order_by("pk").values_list("pk", flat=True)[:AT_MOST])
    return model.objects.filter(pk__in=oldest).delete()[0] if oldest else 0
