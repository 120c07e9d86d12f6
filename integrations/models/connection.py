"""One configured remote system."""

import hmac
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone

from integrations import secrets

HOOK_TOKEN = "hook_token"  # noqa: S105 the name of an entry, not a secret


class Connection(models.Model):
    """A remote with its address, settings and sealed credentials.

    Connections to one account of a vendor that counts requests per account share a resource.

    `kind` is a word of the adapter registry, not a choice list: a new vendor needs no
    migration. Rate limit, breaker and pause live in the engine's `resource`. Make new ones
    with `integrations.gateways.connections.add_connection`.
    """

    class Role(models.TextChoices):
        STOREFRONT = "storefront", "Storefront"
        ERP = "erp", "ERP"
        CRM = "crm", "CRM"
        PORTAL = "portal", "This portal"

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=40)
    role = models.CharField(max_length=12, choices=Role.choices)
    base_url = models.CharField(max_length=300)
    settings = models.JSONField(default=dict, blank=True)
    sealed_credentials = models.TextField(blank=True, editable=False)
    hook_token_hash = models.CharField(max_length=64, unique=True, editable=False)
    allow_private_addresses = models.BooleanField(
        default=False, help_text="Allow an address inside your own network (10.x, 192.168.x …)."
    )
    verify_tls = models.BooleanField(default=True)
    resource = models.ForeignKey(
        "engine.Resource", on_delete=models.PROTECT, related_name="connections", editable=False
    )
    last_test = models.JSONField(default=dict, blank=True, editable=False)
    # what `gateways.field_shapes` compares: the accepted types, and what changed since
    field_shapes = models.JSONField(default=dict, blank=True, editable=False)
    last_tested_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]
        permissions = [("test_connections", "Can test, pause and resume connections")]
        constraints = [
            models.CheckConstraint(
                name="connection_role_known",
                condition=models.Q(role__in=["storefront", "erp", "crm", "portal"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def credentials(self) -> dict[str, str]:
        """The adapter's secrets in clear; never log, show or export them."""
        opened = secrets.unseal(self.sealed_credentials)
        opened.pop(HOOK_TOKEN, None)
        return opened

    @property
    def hook_token(self) -> str:
        """The secret part of the address this remote calls."""
        return secrets.unseal(self.sealed_credentials).get(HOOK_TOKEN, "")

    @property
    def subscription_secret(self) -> str:
        """What a remote that we asked to call us has to send back: the hook address alone is
        in its logs, too. Another one for each hook address."""
        return hmac.new(self.hook_token.encode(), b"subscription", "sha256").hexdigest()

    @property
    def hook_path(self) -> str:
        return reverse("hook", args=[self.hook_token])

    def seal_credentials(self, values: dict[str, str], *, hook_token: str | None = None) -> None:
        """Replaces the sealed credentials (not saved); keeps the hook token unless given one."""
        token = hook_token or self.hook_token or secrets.new_token()
        self.sealed_credentials = secrets.seal({**values, HOOK_TOKEN: token})
        self.hook_token_hash = secrets.token_hash(token)

    def setting(self, name: str, default: str = "") -> str:
        found: Any = self.settings.get(name, default)
        return str(found)
