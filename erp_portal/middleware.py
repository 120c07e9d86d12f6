"""Gives every request an id that log lines, answers and history rows carry."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from integrations import logs

_USABLE = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


class RequestIdMiddleware:
    """Takes a proxy's X-Request-Id when it looks like one, else makes one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _USABLE.match(given) else uuid.uuid4().hex
        request.META["portal.request_id"] = request_id
        with logs.bind(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response
