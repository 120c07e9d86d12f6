"""Who asks: the storefront's server, which signs as it signs its hooks.

A request with a body signs the body; its message id starts with `rfq_`, so that what was
signed for something else is of no use here, and the other way round. One without a body signs
its method and address, `GET /api/rfqs/RFQ-000012?customer_id=cus_1`, in the body's place.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from integrations.adapters.callbacks import BadSignature, Malformed
from integrations.models import Connection
from integrations.webhooks.signed import ANSWERED, REQUESTS, answered_before, storefront_of
from quotes.api.codes import Code
from quotes.api.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What `request.user` is in this API: a storefront, and the message it signed."""

    storefront: Connection
    message_id: str
    body: bytes
    is_authenticated: bool = True


class SignedByStorefront(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Caller, None]:
        body = _body_of(request._request)
        signed = body or _address_of(request._request)
        try:
            storefront, message_id = storefront_of(
                headers=dict(request.headers), body=signed, now=timezone.now()
            )
        except BadSignature as exc:
            raise Refused(401, Code.BAD_SIGNATURE, str(exc)) from exc
        if not message_id.startswith(REQUESTS):
            raise Refused(401, Code.BAD_SIGNATURE, f"The message id must start with {REQUESTS}.")
        return Caller(storefront=storefront, message_id=message_id, body=body), None


def use_up(caller: Caller, *, customer_id: str, now: datetime) -> None:
    """Writes down that this message is being answered; in the transaction that answers it.

    Refuses one that was answered before: what is caught on its way cannot be sent again, not
    even under another Idempotency-Key.
    """
    try:
        known = answered_before(
            caller.storefront,
            message_id=caller.message_id,
            body=caller.body,
            subject=customer_id,
            now=now,
        )
    except Malformed as exc:
        raise Refused(400, Code.MALFORMED, str(exc)) from exc
    if known:
        raise Refused(409, Code.ALREADY_ANSWERED, ANSWERED)


def _body_of(request: HttpRequest) -> bytes:
    most = settings.RFQ_MAX_BYTES
    refused = Refused(413, Code.TOO_LARGE, f"At most {most} bytes are taken.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > most:
        raise refused
    try:
        body = request.body
    except RequestDataTooBig as exc:
        raise refused from exc
    if len(body) > most:
        raise refused
    return body


def _address_of(request: HttpRequest) -> bytes:
    query = request.META.get("QUERY_STRING", "")
    return f"{request.method} {request.path_info}{'?' if query else ''}{query}".encode()


class SignedScheme(OpenApiAuthenticationExtension):
    """How the schema describes it."""

    target_class = "quotes.api.signed.SignedByStorefront"
    name = "storefrontSignature"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "webhook-signature",
            "description": (
                "Standard Webhooks with the connection's webhook secret, beside `webhook-id` "
                "(starts with `rfq_`, a new one for every request) and `webhook-timestamp`. "
                "Without a body the method and address are signed in its place: "
                "`GET /api/rfqs/RFQ-000012?customer_id=cus_1`."
            ),
        }
