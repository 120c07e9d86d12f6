"""Lets a customer who is signed in to the storefront into the portal, once, within a minute."""

import logging
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from integrations import secrets
from integrations.models import Buyer, Connection
from quotes.models import HandoverToken
from quotes.signin import people, policies

logger = logging.getLogger(__name__)


class AlreadyHandedOver(Exception):
    """This message of the storefront was answered before; it must sign a new one."""


def known_customer(customer_id: str) -> Buyer | None:
    """The buyer of a storefront customer, if they may sign in."""
    found = Buyer.objects.filter(storefront_customer_id=customer_id, is_active=True).exclude(
        storefront_customer_id=""
    )
    buyer = found.select_related("user", "account").first()
    if buyer is None or (buyer.user is not None and not people.may_sign_in(buyer.user)):
        return None
    return buyer


def issue_handover(*, buyer: Buyer, storefront: Connection, message_id: str, now: datetime) -> str:
    """The address that signs the buyer's browser in, once, within HANDOVER_LIFE.

    Raises AlreadyHandedOver for a message that was answered before: a signed request that is
    caught on its way cannot be used a second time.
    """
    token = secrets.new_token()
    try:
        with transaction.atomic():
            row = HandoverToken.objects.create(
                token_hash=secrets.token_hash(token),
                buyer=buyer,
                storefront=storefront,
                message_id=message_id,
                created_at=now,
                expires_at=now + policies.HANDOVER_LIFE,
            )
    except IntegrityError as exc:
        raise AlreadyHandedOver("This message was answered before; sign a new one.") from exc
    logger.info("handover_issued handover=%s buyer=%s", row.pk, buyer.pk)
    return settings.BASE_URL.rstrip("/") + reverse("portal:handover", args=[token])


@transaction.atomic
def redeem_handover(*, token: str, now: datetime) -> Buyer | None:
    """The buyer to sign in, with their user; None for a token that is unknown, used or expired.

    Of several that come at once with one token, one is let in.
    """
    open_ones = HandoverToken.objects.filter(
        token_hash=secrets.token_hash(token), used_at__isnull=True, expires_at__gt=now
    )
    if open_ones.update(used_at=now) != 1:
        return None
    row = HandoverToken.objects.select_related("buyer__account").get(
        token_hash=secrets.token_hash(token)
    )
    user = people.user_of_buyer(buyer=row.buyer) if row.buyer.is_active else None
    if user is None:
        return None
    row.buyer.user = user
    logger.info("signin_by_handover handover=%s user=%s", row.pk, user.pk)
    return row.buyer
