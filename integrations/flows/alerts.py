"""Tells people outside the console that something needs them, once per cause.

`raise_alert` writes one row per channel and starts a job that sends it; until `close_alert`
the same cause says nothing more. Both belong into the transaction of what happened, and the
sending never does: a mail server that is down delays the mail and nothing else.

The webhook is signed as Standard Webhooks describes; its id stays the same for every try.
"""

import base64
import hashlib
import hmac
import logging
import smtplib
from datetime import timedelta
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.utils import timezone

from integrations.engine import beat, limits
from integrations.engine.declare import JobKind, StepContext, StepSpec, is_known, register
from integrations.engine.models import Canary, Resource, SyncJob
from integrations.engine.retry import RetryPolicy
from integrations.engine.start import start_job
from integrations.errors import NeedsOperator, NotSent, RemoteError
from integrations.http import Limits, Session, dumps
from integrations.models import Alert

logger = logging.getLogger(__name__)

MAIL, WEBHOOK = "mail", "webhook"
SEND_ALERT, LANE = "send_alert", "batch"
CHECK_EVERY_S = 10.0
PAUSED = "paused:"


@transaction.atomic
def raise_alert(cause: str, subject: str, body: str) -> list[Alert]:
    """Tells once per open cause on every configured channel; returns what is new.

    `cause` is a stable word such as "paused:3". `subject` and `body` must hold no
    secret and no more of a buyer than is needed to find the order.
    """
    raised = []
    for channel in _channels():
        alert, is_new = Alert.objects.get_or_create(
            cause=cause[:200],
            channel=channel,
            closed_at=None,
            defaults={"subject": subject[:300], "body": body},
        )
        if is_new:
            _start_sending(alert)
            raised.append(alert)
    return raised


def close_alert(cause: str) -> None:
    """The cause is gone: the next time it appears people are told again."""
    Alert.objects.filter(cause=cause[:200], closed_at=None).update(closed_at=timezone.now())


def check_workers() -> None:
    """Raises an alert for each lane whose canary does not return, closes it when it does.

    Run by the beat. Where the lane that sends alerts is the stuck one, a thread sends it.
    """
    now, stale = timezone.now(), timedelta(seconds=settings.ENGINE["canary_stale_s"])
    for canary in Canary.objects.filter(beaten_at__isnull=False):
        cause = f"worker:{canary.lane}:stuck"
        if canary.beaten_at and canary.beaten_at > now - stale:
            close_alert(cause)
            continue
        for alert in raise_alert(cause, *_stuck(canary)):
            if canary.lane == LANE:
                Thread(target=_deliver_quietly, args=[alert], daemon=True).start()


def close_ended_pauses() -> None:
    """Closes the alerts of connections that work again. Run by the beat."""
    paused = {
        _pause_cause(pk) for pk in Resource.objects.filter(paused=True).values_list("pk", flat=True)
    }
    ended = Alert.objects.filter(closed_at=None, cause__startswith=PAUSED).exclude(cause__in=paused)
    ended.update(closed_at=timezone.now())


def declare() -> None:
    """Makes the job kind and the hooks known to this process. Called once, at start."""
    if not is_known(SEND_ALERT):
        limits.on_paused(_tell_of_pause)
        beat.register("check_workers", CHECK_EVERY_S, check_workers)
        beat.register("close_alerts", CHECK_EVERY_S, close_ended_pauses)
    register(
        JobKind(
            SEND_ALERT,
            [StepSpec("send", _send, on=None)],
            lane=LANE,
            retry=RetryPolicy(give_up_after_s=6 * 3600.0),
            on_parked=_note_given_up,
        )
    )


# ---------------------------------------------------------------- what raises alerts


def _tell_of_pause(resource: Resource) -> None:
    """Only the engine's own pause is news; a person who pauses knows it."""
    if resource.paused_by != "engine":
        return
    raise_alert(
        _pause_cause(resource.pk),
        f"{resource.name} is paused: its credentials were refused",
        f"{resource.pause_reason}\n\nIts jobs wait and nothing is lost. Enter new credentials in "
        f"the console and press “Test connection”: {settings.BASE_URL}/admin/",
    )


def _pause_cause(resource_id: int) -> str:
    return f"{PAUSED}{resource_id}"


def _stuck(canary: Canary) -> tuple[str, str]:
    return (
        f"The worker of lane {canary.lane} does not answer",
        f"Nothing has come back from lane {canary.lane} since "
        f"{canary.beaten_at:%Y-%m-%d %H:%M} UTC. Its jobs wait and nothing is lost. "
        "Look at the log of `manage.py worker` and restart it.",
    )


# ---------------------------------------------------------------- sending


def _channels() -> list[str]:
    found = []
    if settings.ALERT_EMAILS:
        found.append(MAIL)
    if settings.ALERT_WEBHOOK_URL:
        found.append(WEBHOOK)
    return found


def _start_sending(alert: Alert) -> None:
    start_job(
        SEND_ALERT,
        key=f"alert:{alert.pk}",
        payload={"alert": alert.pk},
        resources={},
        actor="alerts",
    )


def _send(ctx: StepContext) -> dict[str, Any]:
    alert = Alert.objects.get(pk=ctx.payload["alert"])
    if alert.state == Alert.State.SENT:
        return {"sent": False, "why": "already sent"}
    if alert.closed_at is not None:
        return {"sent": False, "why": "its cause was gone before it could be sent"}
    ctx.checkpoint()
    _deliver(alert)
    return {"sent": True}


def _deliver(alert: Alert) -> None:
    """Sends one alert and notes it on its row. Raises a RemoteError or NeedsOperator."""
    try:
        _SENDERS[alert.channel](alert)
    except (RemoteError, NeedsOperator) as exc:
        Alert.objects.filter(pk=alert.pk).update(
            attempts=alert.attempts + 1, error=exc.message[:300]
        )
        raise
    Alert.objects.filter(pk=alert.pk).update(
        state=Alert.State.SENT, attempts=alert.attempts + 1, error="", sent_at=timezone.now()
    )
    logger.info("alert_sent alert=%s channel=%s cause=%s", alert.pk, alert.channel, alert.cause)


def _deliver_quietly(alert: Alert) -> None:
    try:
        _deliver(alert)
    except (RemoteError, NeedsOperator) as exc:
        logger.warning("alert_not_sent alert=%s error=%s", alert.pk, exc.message)
    finally:
        connection.close()


def _note_given_up(job: SyncJob) -> None:
    Alert.objects.filter(pk=job.payload["alert"]).update(state=Alert.State.FAILED)


def _mail(alert: Alert) -> None:
    message = EmailMessage(
        subject=f"[ERP Portal] {alert.subject}", body=alert.body, to=settings.ALERT_EMAILS
    )
    try:
        message.send()
    except (smtplib.SMTPException, OSError) as exc:
        raise NotSent(f"The mail server did not take the alert: {type(exc).__name__}.") from exc


def _post(alert: Alert) -> None:
    body = dumps(
        {
            "type": "alert.raised",
            "timestamp": alert.created_at.isoformat(),
            "data": {"cause": alert.cause, "subject": alert.subject, "body": alert.body},
        }
    ).encode()
    address = urlsplit(settings.ALERT_WEBHOOK_URL)
    path = f"{address.path}?{address.query}" if address.query else address.path
    session = Session(
        base_url=f"{address.scheme}://{address.netloc}",
        limits=Limits(
            connect_s=settings.HTTP_CONNECT_TIMEOUT_S, read_s=settings.HTTP_READ_TIMEOUT_S
        ),
        allow_private=settings.DEBUG,
    )
    headers = {"Content-Type": "application/json", **signed_headers(f"alert_{alert.pk}", body)}
    try:
        session.call("POST", path, writes=True, body=body, headers=headers)
    finally:
        session.close()


def signed_headers(message_id: str, body: bytes) -> dict[str, str]:
    """The three Standard-Webhooks headers. Raises NeedsOperator without a usable secret."""
    stamp = str(int(timezone.now().timestamp()))
    signed = b".".join((message_id.encode(), stamp.encode(), body))
    mac = hmac.new(_signing_key(), signed, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


def _signing_key() -> bytes:
    try:
        key = base64.b64decode(settings.ALERT_WEBHOOK_SECRET.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if len(key) < 16:
        raise NeedsOperator(
            "ALERT_WEBHOOK_SECRET is missing or not whsec_ and Base64.",
            reason="alert_secret_unusable",
            hint="Set ALERT_WEBHOOK_SECRET to the receiver's secret (whsec_…) and restart.",
        )
    return key


_SENDERS = {MAIL: _mail, WEBHOOK: _post}
