"""How a buyer gets in: codes by e-mail, hand-overs from the storefront, links in mails.

None of these rows lets anybody in who reads them: tokens are kept as hashes only, and a code
is computed from the row's salt and the portal's SECRET_KEY.
"""

import uuid
from datetime import datetime

from django.db import models

from quotes.signin import policies


class SignInCode(models.Model):
    """One code that was asked for. Whether its address is known is not told by the row.

    `handle` ties it to the browser that asked: nobody else can use up its tries.
    """

    class Purpose(models.TextChoices):
        SIGN_IN = "sign_in", "Sign in"
        VERIFY_EMAIL = "verify_email", "Verify an e-mail address"

    handle = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    email = models.EmailField()  # normalised, see policies.normal_email
    purpose = models.CharField(max_length=16, choices=Purpose.choices, default=Purpose.SIGN_IN)
    language = models.CharField(max_length=8, default="en")
    salt = models.CharField(max_length=43)
    tries_left = models.PositiveSmallIntegerField(default=policies.TRIES)
    ip_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["email", "created_at"], name="code_by_email"),
            models.Index(fields=["ip_digest", "created_at"], name="code_by_ip"),
            models.Index(fields=["created_at"], name="code_by_age"),
        ]
        constraints = [
            models.CheckConstraint(
                name="code_purpose_known",
                condition=models.Q(purpose__in=["sign_in", "verify_email"]),
            ),
            models.CheckConstraint(
                name="code_tries_within_bounds",
                condition=models.Q(tries_left__gte=0, tries_left__lte=policies.TRIES),
            ),
            models.CheckConstraint(
                name="code_expires_after_it_was_made",
                condition=models.Q(expires_at__gt=models.F("created_at")),
            ),
            models.CheckConstraint(
                name="code_used_before_it_expired",
                condition=models.Q(used_at__isnull=True)
                | models.Q(used_at__lt=models.F("expires_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} code {self.pk}"


class HandoverToken(models.Model):
    """One signed request of the storefront to let one of its customers in, once, soon."""

    token_hash = models.CharField(max_length=64, unique=True)
    buyer = models.ForeignKey(
        "integrations.Buyer", on_delete=models.CASCADE, related_name="handovers"
    )
    storefront = models.ForeignKey(
        "integrations.Connection", on_delete=models.CASCADE, related_name="handovers"
    )
    message_id = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["created_at"], name="handover_by_age")]
        constraints = [
            models.UniqueConstraint(
                fields=["storefront", "message_id"], name="handover_once_per_message"
            ),
            models.CheckConstraint(
                name="handover_expires_after_it_was_made",
                condition=models.Q(expires_at__gt=models.F("created_at")),
            ),
            models.CheckConstraint(
                name="handover_used_before_it_expired",
                condition=models.Q(used_at__isnull=True)
                | models.Q(used_at__lt=models.F("expires_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"hand-over {self.pk}"


class PortalToken(models.Model):
    """What makes a link in a mail work: for one purpose, one subject, one person, until then.

    `subject_kind` and `subject_id` name the row the link is about ("rfq", "12"); whoever reads
    the mailbox of `email` has it.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=40)
    email = models.EmailField()
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="portal_token_by_subject"),
            models.Index(fields=["expires_at"], name="portal_token_by_expiry"),
        ]
        constraints = [
            models.CheckConstraint(
                name="portal_token_has_a_purpose",
                condition=~models.Q(purpose="")
                & ~models.Q(subject_kind="")
                & ~models.Q(subject_id=""),
            ),
            models.CheckConstraint(
                name="portal_token_is_for_one_person",
                condition=~models.Q(email=""),
            ),
            models.CheckConstraint(
                name="portal_token_expires_after_it_was_made",
                condition=models.Q(expires_at__gt=models.F("created_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} link {self.pk}"

    def is_open(self, now: datetime) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and now < self.expires_at
