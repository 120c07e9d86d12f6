"""Rules between settings that no single variable shows; run by `manage.py check`."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


@register(Tags.security)
def database_fits(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Production needs PostgreSQL: SQLite takes one writer and one worker tree."""
    if settings.DEBUG or not settings.ON_SQLITE:
        return []
    return [
        Error(
            "SQLite is for trying the portal; production needs PostgreSQL.",
            hint="Set DATABASE_URL=postgres://user:password@host:port/name.",
            id="portal.E001",
        )
    ]


@register(Tags.security)
def base_url_is_https(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Links in mails and hook addresses must not lead over plain HTTP in production."""
    if settings.DEBUG or settings.BASE_URL.startswith("https://"):
        return []
    return [
        Error(
            "BASE_URL must start with https:// when DEBUG=false.",
            hint="Set BASE_URL to the address people and remotes reach the portal at.",
            id="portal.E002",
        )
    ]


@register
def engine_times_fit(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """A lease must outlive a few heartbeats, and django-q2's retry its own timeout."""
    found: list[CheckMessage] = []
    engine = settings.ENGINE
    if engine["lease_s"] < 3 * engine["heartbeat_s"]:
        found.append(
            Error(
                "ENGINE_LEASE_S must be at least three times ENGINE_HEARTBEAT_S.",
                hint="A lease that ends between two heartbeats is taken from a living worker.",
                id="portal.E003",
            )
        )
    cluster: dict[str, Any] = settings.Q_CLUSTER
    if cluster["retry"] <= cluster["timeout"]:
        found.append(
            Error(
                "Q_RETRY_S must be longer than Q_TIMEOUT_S.",
                hint="Otherwise every long task is started a second time while it runs.",
                id="portal.E004",
            )
        )
    return found


@register
def alerts_reach_somebody(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """In production somebody should hear of a stuck order."""
    if settings.DEBUG or settings.ALERT_EMAILS or settings.ALERT_WEBHOOK_URL:
        return []
    return [
        Warning(
            "Nobody is told when something is stuck.",
            hint="Set ALERT_EMAILS or ALERT_WEBHOOK_URL.",
            id="portal.W001",
        )
    ]


@register(Tags.security)
def alert_hook_is_signed(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Without a secret no alert could be sent, which nobody would notice before the first one."""
    if not settings.ALERT_WEBHOOK_URL or settings.ALERT_WEBHOOK_SECRET:
        return []
    return [
        Error(
            "ALERT_WEBHOOK_URL is set without ALERT_WEBHOOK_SECRET.",
            hint="Set ALERT_WEBHOOK_SECRET to the receiver's secret (whsec_…).",
            id="portal.E005",
        )
    ]
