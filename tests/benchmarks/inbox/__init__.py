"""What accepting one event costs, against a bare view that verifies and inserts a row.

Ours also finds the connection, unseals its secret, keeps the event with its digest, runs the
handler and starts the job, all in one transaction.
"""

import base64
import hashlib
import hmac
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.test.utils import setup_databases, setup_test_environment, teardown_databases

from tests.benchmarks import Measurement

EVENTS = 300
ROUNDS = 3
# 23 statements against one; a guard against getting slower, not a praise.
GOAL = 40.0
KEY = b"one secret of 24 bytes.."
View = Callable[[HttpRequest], HttpResponse]


def measure() -> list[Measurement]:
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        ours, bare = _our_view(), _bare_view()
        pairs = [
            (_median_ms(bare, f"bare{n}"), _median_ms(ours, f"ours{n}")) for n in range(ROUNDS)
        ]
    finally:
        teardown_databases(databases, verbosity=0)
    reference = statistics.median(pair[0] for pair in pairs)
    return [
        Measurement(
            name="one new event accepted",
            reference_name="bare HMAC and insert",
            reference=reference,
            ours=statistics.median(pair[1] for pair in pairs),
            unit="ms",
            goal=GOAL,
        )
    ]


def _median_ms(view: View, prefix: str) -> float:
    times = []
    for n in range(EVENTS):
        request = _request(f"{prefix}-{n}")
        began = time.perf_counter()
        response = view(request)
        times.append((time.perf_counter() - began) * 1000)
        if response.status_code != 202:
            raise RuntimeError(f"answered {response.status_code}: {response.content!r}")
    return statistics.median(times)


def _request(event_id: str) -> HttpRequest:
    body = json.dumps(
        {
            "type": "order.placed",
            "timestamp": datetime.now(UTC).isoformat(),
            "data": {"id": f"order_{event_id}", "order_id": f"order_{event_id}"},
        }
    ).encode()
    stamp = str(int(time.time()))
    signature = base64.b64encode(_sign(event_id, stamp, body)).decode()
    return RequestFactory().post(
        "/api/hooks/x",
        data=body,
        content_type="application/json",
        headers={
            "webhook-id": event_id,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{signature}",
        },
    )


def _sign(event_id: str, stamp: str, body: bytes) -> bytes:
    return hmac.new(
        KEY, b".".join((event_id.encode(), stamp.encode(), body)), hashlib.sha256
    ).digest()


def _our_view() -> View:
    from integrations.webhooks.views import hook
    from tests.factories import ConnectionFactory, FlowFactory

    secret = "whsec_" + base64.b64encode(KEY).decode()
    shop = ConnectionFactory(credentials={"secret_key": "sk", "hook_secret": secret})
    FlowFactory(live=True, source=shop)
    token = shop.hook_token
    return lambda request: hook(request, token)


def _bare_view() -> View:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (id varchar(200) PRIMARY KEY, body text)")

    def view(request: HttpRequest) -> HttpResponse:
        sent = base64.b64decode(request.headers["webhook-signature"].removeprefix("v1,"))
        wanted = _sign(
            request.headers["webhook-id"], request.headers["webhook-timestamp"], request.body
        )
        if not hmac.compare_digest(sent, wanted):
            return HttpResponse(status=401)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bare VALUES (%s, %s)",
                [request.headers["webhook-id"], request.body.decode()],
            )
        return HttpResponse(status=202)

    return view
