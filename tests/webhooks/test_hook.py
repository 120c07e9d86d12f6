"""The inbox: what a sender is told, and what is kept. The reference library signs."""

import base64
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings
from standardwebhooks.webhooks import Webhook

from integrations.adapters import callbacks
from integrations.engine.models import SyncJob
from integrations.models import Connection, Event, Flow, Order
from tests.factories import ConnectionFactory, FlowFactory

ROOT = Path(__file__).resolve().parents[2]
SECRET = "whsec_" + base64.b64encode(b"one secret of 24 bytes..").decode()
NEXT_SECRET = "whsec_" + base64.b64encode(b"the secret that is next.").decode()

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Connection:
    """A storefront whose orders flow is live."""
    flow = FlowFactory(
        live=True,
        source=ConnectionFactory(credentials={"secret_key": "sk", "hook_secret": SECRET}),
    )
    return flow.source


def post(
    shop: Connection,
    *,
    body: bytes | None = None,
    event_id: str = "msg_1",
    secret: str = SECRET,
    at: datetime | None = None,
    token: str = "",
    **data: Any,
) -> Any:
    message = {
        "type": data.pop("type", "order.placed"),
        "timestamp": datetime.now(UTC).isoformat(),
        "data": {"id": "order_1", "order_id": "order_1", **data},
    }
    raw = body if body is not None else json.dumps(message).encode()
    at = at or datetime.now(UTC)
    return Client().post(
        f"/api/hooks/{token or shop.hook_token}",
        data=raw,
        content_type="application/json",
        headers={
            "webhook-id": event_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign(event_id, at, raw.decode()),
        },
    )


def test_a_signed_event_is_stored_and_becomes_one_job(shop: Connection) -> None:
    answer = post(shop)

    assert answer.status_code == 202
    event = Event.objects.get()
    assert (event.type, event.subject, event.state) == ("order.placed", "order_1", "handled")
    assert Order.objects.get().storefront_ref == "order_1"
    assert SyncJob.objects.get().kind == "push_order"


def test_a_repeated_id_is_answered_200_and_starts_no_second_job(shop: Connection) -> None:
    answers = [post(shop).status_code for _ in range(3)]

    assert answers == [202, 200, 200]
    assert Event.objects.get().repeats == 2
    assert SyncJob.objects.count() == 1


def test_two_events_of_one_order_start_one_push(shop: Connection) -> None:
    post(shop, event_id="msg_1")
    post(shop, event_id="msg_2")

    assert Event.objects.count() == 2
    assert SyncJob.objects.filter(kind="push_order").count() == 1


def test_a_bad_signature_is_401_and_nothing_is_stored(shop: Connection) -> None:
    answer = post(shop, secret=NEXT_SECRET)

    assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
    assert not Event.objects.exists()


def test_both_secrets_are_good_while_one_replaces_the_other(shop: Connection) -> None:
    shop.seal_credentials({"secret_key": "sk", "hook_secret": f"{NEXT_SECRET} {SECRET}"})
    shop.save()

    assert post(shop, event_id="msg_1", secret=SECRET).status_code == 202
    assert post(shop, event_id="msg_2", secret=NEXT_SECRET).status_code == 202


@pytest.mark.parametrize("offset", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_a_delivery_outside_the_time_window_is_401(shop: Connection, offset: timedelta) -> None:
    assert post(shop, at=datetime.now(UTC) + offset).status_code == 401
    assert not Event.objects.exists()


def test_an_unknown_token_is_404(shop: Connection) -> None:
    assert post(shop, token="nobody-lives-here").status_code == 404


def test_an_oversized_body_is_413_whatever_its_signature(
    shop: Connection, settings: Settings
) -> None:
    settings.HOOK_MAX_BYTES = 1000

    answer = post(shop, body=b"x" * 1001)

    assert answer.status_code == 413
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "body", [b"not json", b"[]", b"{}", b'{"type": "order.placed"}', b'{"type": 5, "data": {}}']
)
def test_a_signed_body_that_is_no_message_is_400(shop: Connection, body: bytes) -> None:
    answer = post(shop, body=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert answer.json()["request_id"]
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "told",
    [
        {"type": "x" * 81},
        {"order_id": "o" * 129},
        {"event_id": "m" * 201},
        {"order_id": "order\x00"},
        {"order_id": "order_\ud800"},
        {"total": float("inf")},
    ],
    ids=["type", "subject", "id", "nul", "half a character", "no number"],
)
def test_what_the_tables_cannot_hold_is_400_on_every_database(
    shop: Connection, told: dict[str, Any]
) -> None:
    answer = post(shop, **told)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert not Event.objects.exists()


def test_a_payload_that_the_database_refuses_is_400_and_not_our_failure(
    shop: Connection,
) -> None:
    answer = post(shop, note="NUL\x00")

    taken_by = {"postgresql": 400, "sqlite": 202}
    assert answer.status_code == taken_by[connection.vendor]


def test_events_are_no_longer_than_their_columns() -> None:
    columns = {
        name: Event._meta.get_field(name).max_length for name in ("event_id", "type", "subject")
    }

    assert columns == {
        "event_id": callbacks.LONGEST_ID,
        "type": callbacks.LONGEST_TYPE,
        "subject": callbacks.LONGEST_SUBJECT,
    }


def test_only_post_is_taken(shop: Connection) -> None:
    assert Client().get(f"/api/hooks/{shop.hook_token}").status_code == 405


def test_an_event_while_the_flow_is_off_is_kept_and_starts_nothing(shop: Connection) -> None:
    Flow.objects.update(mode="off")

    assert post(shop).status_code == 202
    assert Event.objects.get().state == "stored"
    assert not SyncJob.objects.exists()


def test_an_event_of_an_unknown_type_is_kept_and_ignored(shop: Connection) -> None:
    assert post(shop, type="region.updated").status_code == 202
    assert Event.objects.get().state == "ignored"


def test_our_own_shipment_coming_back_is_recognised_as_an_echo(shop: Connection) -> None:
    post(shop, type="shipment.created")

    assert Event.objects.get().note.startswith("echo")
    assert not SyncJob.objects.exists()


def test_the_hook_token_is_not_stored_in_clear(shop: Connection) -> None:
    row = Connection.objects.filter(pk=shop.pk).values().get()

    assert shop.hook_token not in repr(row)


@pytest.mark.parametrize("status", [400, 401, 404, 405, 413])
def test_no_log_line_names_the_hook_token(
    status: int, shop: Connection, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.HOOK_MAX_BYTES = 1000
    refused = {
        400: lambda: post(shop, body=b"not json"),
        401: lambda: post(shop, secret=NEXT_SECRET),
        404: lambda: post(shop, token=f"{shop.hook_token}x"),
        405: lambda: Client().get(f"/api/hooks/{shop.hook_token}"),
        413: lambda: post(shop, body=b"x" * 1001),
    }

    assert refused[status]().status_code == status

    assert "/api/hooks/•••" in caplog.text
    assert shop.hook_token not in caplog.text


def test_while_the_database_is_away_the_sender_is_asked_to_come_back() -> None:
    """In a process of its own, whose database is a port where nobody listens."""
    script = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "answer = Client().post('/api/hooks/some-token', data=b'{}', content_type='text/plain')\n"
        "print(answer.status_code, answer['Retry-After'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "erp_portal.settings",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
            "ALLOWED_HOSTS": "testserver",
            "DOTENV": "off",
        },
    )

    assert done.stdout.split() == ["503", "5"], done.stderr
    assert "/api/hooks/•••" in done.stderr
    assert "some-token" not in done.stderr
