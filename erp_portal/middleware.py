"""What every request gets: an id; and the buyers' pages a language and a strict policy."""

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from integrations import logs

PORTAL = "/portal/"
# No script at all, and styles from our own files only: what somebody smuggles in does not run.
PORTAL_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
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


class PortalPagesMiddleware:
    """The buyers' pages speak the visitor's language (cookie, then Accept-Language).

    They also carry a strict Content-Security-Policy and are kept by no cache. The operators'
    console stays English, whatever a browser asks for: only these pages are translated.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PORTAL):
            return self.get_response(request)
        language = translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        response.headers.setdefault("Content-Security-Policy", PORTAL_POLICY)
        patch_vary_headers(response, ("Accept-Language",))
        add_never_cache_headers(response)
        return response
