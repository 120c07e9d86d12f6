"""Liveness and readiness, for load balancers and orchestrators."""

from collections.abc import Callable

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse


class HealthMiddleware:
    """Answers `/healthz` and `/readyz` before anything else looks at the request.

    Probes come over plain HTTP and by IP address: neither the redirect to HTTPS nor the check
    of the host name may stand in their way. So this is the first middleware, not a view.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        return probe() if probe else self.get_response(request)


def healthz() -> JsonResponse:
    """200 while the process answers at all; asks nothing else."""
    return JsonResponse({"status": "ok"})


def readyz() -> JsonResponse:
    """200 when the database answers, else 503: take this process out of the pool."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return JsonResponse({"status": "unavailable", "database": "down"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok"})


PROBES = {"/healthz": healthz, "/readyz": readyz}
