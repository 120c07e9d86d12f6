"""One mail and one signed webhook per cause, whatever fails how often."""

import base64
import json
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from integrations.engine import limits
from integrations.engine.models import Canary, JobState, SyncJob
from integrations.engine.runner import drain
from integrations.errors import AuthFailed
from integrations.flows import alerts
from integrations.gateways import connections
from integrations.models import Alert
from integrations.standin import Request, Response, StandIn, route
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)

KEY = b"0123456789abcdef0123456789abcdef"
SECRET = "whsec_" + base64.b64encode(KEY).decode()


class Receiver(StandIn):
    """Takes alerts and keeps what came."""

    def __init__(self):
        super().__init__()
        self.taken: list[Request] = []

    @route("POST", "/alerts", "alerts")
    def take(self, request):
        self.taken.append(request)
        return Response(json={})


@pytest.fixture
def receiver(settings):
    settings.DEBUG = True  # the receiver listens on this machine
    settings.ALERT_EMAILS = ["support@company.example"]
    settings.ALERT_WEBHOOK_SECRET = SECRET
    with Receiver() as server:
        settings.ALERT_WEBHOOK_URL = f"{server.url}/alerts?team=ops"
        yield server


def test_two_failures_of_one_cause_send_one_mail_and_one_webhook(receiver):
    alerts.raise_alert("sku:1", "SKU 1 has no counterpart", "Add a link.")
    alerts.raise_alert("sku:1", "SKU 1 has no counterpart", "Add a link.")

    drain("batch")

    assert [message.subject for message in mail.outbox] == ["[ERP Portal] SKU 1 has no counterpart"]
    assert len(receiver.taken) == 1
    assert set(Alert.objects.values_list("channel", "state")) == {
        ("mail", "sent"),
        ("webhook", "sent"),
    }


def test_webhook_is_signed_so_that_the_standard_library_accepts_it(receiver):
    alerts.raise_alert("sku:1", "SKU 1 has no counterpart", "Add a link.")

    drain("batch")

    call = receiver.taken[0]
    said = Webhook(SECRET).verify(call.body, dict(call.headers))
    assert said["data"]["cause"] == "sku:1"
    assert json.loads(call.body)["type"] == "alert.raised"


def test_cause_that_went_away_and_came_back_is_told_again(receiver):
    for _ in range(2):
        alerts.raise_alert("sku:1", "SKU 1 has no counterpart", "Add a link.")
        drain("batch")
        alerts.close_alert("sku:1")

    assert len(mail.outbox) == 2
    assert len(receiver.taken) == 2


def test_receiver_that_is_down_delays_the_webhook_and_loses_nothing(receiver, settings):
    receiver.dials.set("fail", times=1)
    alerts.raise_alert("sku:1", "SKU 1 has no counterpart", "Add a link.")

    drain("batch")
    SyncJob.objects.filter(state=JobState.QUEUED).update(due_at=timezone.now())
    drain("batch")

    assert len(receiver.taken) == 1
    assert len(mail.outbox) == 1


def test_refused_credentials_are_told_and_a_pause_by_a_person_is_not(receiver):
    refused, resting = make.ConnectionFactory(), make.ConnectionFactory()

    limits.note_outcome(refused.resource_id, AuthFailed("The remote refused the credentials."))
    connections.pause_connection(resting, actor="olga.operator", reason="stock count")
    drain("batch")

    assert [message.subject for message in mail.outbox] == [
        f"[ERP Portal] {refused.resource.name} is paused: its credentials were refused"
    ]
    assert "sk_test" not in mail.outbox[0].body
    connections.resume_connection(refused, actor="olga.operator")
    alerts.close_ended_pauses()
    assert not Alert.objects.filter(closed_at=None).exists()


def test_lane_that_does_not_answer_is_told_even_when_it_would_send_the_alert(receiver):
    Canary.objects.create(lane="batch", beaten_at=timezone.now() - timedelta(hours=1))

    alerts.check_workers()
    alerts.check_workers()

    wait_for(lambda: len(receiver.taken) == 1 and len(mail.outbox) == 1)
    Canary.objects.update(beaten_at=timezone.now())
    alerts.check_workers()
    assert not Alert.objects.filter(closed_at=None).exists()


def wait_for(condition, timeout_s=5):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)
