"""How a refusal leaves the API: `code`, `message`, `request_id`, and `field` for bad input."""

import logging
from collections.abc import Mapping
from typing import Any

from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from integrations import logs
from integrations.engine.outage import is_database_away
from quotes.api.codes import Code
from quotes.errors import QuoteError
from quotes.services.rfqs import AccountBlocked, KeyReused

logger = logging.getLogger(__name__)

RETRY_AFTER_S = "5"


class Refused(Exception):
    """A refusal of the API itself."""

    def __init__(self, status: int, code: Code, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.field = status, code, message, field


def answer_to(exc: Exception, context: Mapping[str, Any]) -> Response:
    """The one exception handler of the framework."""
    refused = _refused(exc)
    if refused.status >= 500:
        logger.error("api_failed code=%s", refused.code, exc_info=exc)
    body = {
        "code": refused.code.value,
        "message": refused.message,
        "request_id": logs.bound().get("request_id", ""),
    }
    if refused.field:
        body["field"] = refused.field
    headers = {"Retry-After": RETRY_AFTER_S} if refused.status == 503 else {}
    return Response(body, status=refused.status, headers=headers)


def _refused(exc: Exception) -> Refused:
    match exc:
        case Refused():
            return exc
        case exceptions.ValidationError():
            field, message = _first(exc.detail)
            text = f"{field}: {message}" if field else message
            return Refused(400, Code.BAD_INPUT, text, field=field)
        case KeyReused():
            return Refused(422, Code.KEY_REUSED, str(exc))
        case AccountBlocked():
            return Refused(409, Code.ACCOUNT_BLOCKED, str(exc))
        case QuoteError():
            return Refused(400, Code.BAD_INPUT, str(exc))
        case Http404():
            return Refused(404, Code.NOT_FOUND, "There is nothing of this number.")
        case _ if is_database_away(exc):
            text = "The portal's database is away; send it again."
            return Refused(503, Code.UNAVAILABLE, text)
    return _of_framework(exc)


def _of_framework(exc: Exception) -> Refused:
    match exc:
        case exceptions.ParseError():
            return Refused(400, Code.MALFORMED, "The body must be JSON, in UTF-8.")
        case exceptions.MethodNotAllowed():
            return Refused(405, Code.METHOD_NOT_ALLOWED, "This address takes another method.")
        case exceptions.NotAcceptable():
            return Refused(406, Code.NOT_ACCEPTABLE, "Answers are application/json.")
        case exceptions.UnsupportedMediaType():
            text = "Send the body as application/json."
            return Refused(415, Code.UNSUPPORTED_MEDIA_TYPE, text)
    return Refused(500, Code.INTERNAL, "Something went wrong here; tell us the request_id.")


def _first(detail: Any, path: str = "") -> tuple[str, str]:
    """Where the first thing is wrong, as `lines[2].quantity`, and what."""
    if isinstance(detail, Mapping):
        name, inner = next(iter(detail.items()))
        if name == "non_field_errors":
            return _first(inner, path)
        if isinstance(name, int):  # of a list: the place of the item
            return _first(inner, f"{path}[{name}]")
        return _first(inner, f"{path}.{name}" if path else str(name))
    if isinstance(detail, list):
        return _first(detail[0], path)
    return path, str(detail)
