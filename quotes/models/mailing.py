"""That a mail is to be sent, and that the mail server took it."""

from django.db import models


class Mailing(models.Model):
    """One mail in one language, written down before it is handed to the mail server.

    Without `sent_at` it is in doubt: the next try sends it again under the same `message_id`.
    """

    message_id = models.CharField(max_length=200, unique=True)
    mail = models.CharField(max_length=40)
    language = models.CharField(max_length=8)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    tried_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="mailing_has_an_id", condition=~models.Q(message_id=""))
        ]
        indexes = [models.Index(fields=["tried_at"], name="mailing_by_age")]

    def __str__(self) -> str:
        return f"{self.mail} {self.message_id}"
