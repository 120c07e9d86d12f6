"""POST /api/hooks/<connection token>: where remotes call us.

200 with the sender's own token, where it only makes sure that the address is ours
202 stored now             401 bad or stale signature, nothing stored
200 already known          404 unknown token
400 not what it should be  413 larger than HOOK_MAX_BYTES
503 with Retry-After: the database is away, send it again
"""

import logging
from pkgutil import resolve_name

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from integrations import adapters, logs, secrets
from integrations.adapters.callbacks import (
    SUBSCRIPTION_SECRET,
    BadSignature,
    Handshake,
    InboundEvent,
    Malformed,
    VerifyAndParse,
)
from integrations.engine.outage import is_database_away
from integrations.models import Connection
from integrations.webhooks.inbox import receive

logger = logging.getLogger(__name__)

RETRY_AFTER_S = "5"
LONGEST_HANDSHAKE = 1000


@csrf_exempt
@require_POST
def hook(request: HttpRequest, token: str) -> HttpResponse:
    """Verifies, stores once, answers after the commit."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.HOOK_MAX_BYTES:
        return _refuse(413, "too_large", f"At most {settings.HOOK_MAX_BYTES} bytes are taken.")
    try:
        body = request.body
        connection = Connection.objects.get(hook_token_hash=secrets.token_hash(token))
        with logs.bind(connection=connection.pk):
            return _accept(request, connection, body)
    except RequestDataTooBig:
        return _refuse(413, "too_large", f"At most {settings.HOOK_MAX_BYTES} bytes are taken.")
    except Connection.DoesNotExist:
        return _refuse(404, "unknown_address", "Nothing listens here; check the hook address.")
    except Exception as exc:
        if not is_database_away(exc):
            raise
        logger.exception("hook_database_away")
        response = _refuse(503, "unavailable", "The portal's database is away; send it again.")
        response["Retry-After"] = RETRY_AFTER_S
        return response


def _accept(request: HttpRequest, connection: Connection, body: bytes) -> HttpResponse:
    try:
        wanted = _handshake(request, connection)
        if wanted is not None:
            return HttpResponse(wanted, content_type="text/plain; charset=utf-8")
        inbound = _verified(request, connection, body)
    except BadSignature as exc:
        logger.warning("hook_refused connection=%s reason=%s", connection.pk, exc)
        return _refuse(401, "bad_signature", str(exc))
    except Malformed as exc:
        return _refuse(400, "malformed", str(exc))
    try:
        stored = [receive(connection, one, body) for one in inbound]
    except DataError as exc:
        # Sent again it would be refused again: PostgreSQL takes no NUL in JSON, for example.
        kind = type(exc.__cause__ or exc).__name__  # the words would repeat the content
        logger.warning("hook_not_storable connection=%s error=%s", connection.pk, kind)
        return _refuse(400, "malformed", "The body holds what cannot be stored.")
    is_new = any(fresh for _, fresh in stored)
    return JsonResponse(
        {"events": [event.pk for event, _ in stored], "is_new": is_new},
        status=202 if is_new else 200,
    )


def _handshake(request: HttpRequest, connection: Connection) -> str | None:
    """What a sender who asks whether the address is ours wants back. Nothing is stored."""
    path = adapters.spec(connection.kind).callbacks
    ask: Handshake | None = getattr(resolve_name(path), "handshake", None) if path else None
    wanted = ask(params=request.GET.dict()) if ask else None
    if wanted is None:
        return None
    if len(wanted) > LONGEST_HANDSHAKE or not (wanted.isascii() and wanted.isprintable()):
        raise Malformed("The token of the handshake is not plain text.")
    logger.info("hook_handshake connection=%s", connection.pk)
    return wanted


def _verified(request: HttpRequest, connection: Connection, body: bytes) -> list[InboundEvent]:
    path = adapters.spec(connection.kind).callbacks
    if not path:
        raise Malformed(f"Connections of kind {connection.kind} send no callbacks.")
    verify_and_parse: VerifyAndParse = import_string(f"{path}.verify_and_parse")
    return verify_and_parse(
        headers=dict(request.headers),
        body=body,
        secrets={
            **connection.credentials,
            SUBSCRIPTION_SECRET: connection.subscription_secret,
        },
        now=timezone.now(),
        tolerance_s=settings.HOOK_TOLERANCE_S,
    )


def _refuse(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse(
        {"code": code, "message": message, "request_id": logs.bound().get("request_id", "")},
        status=status,
    )
