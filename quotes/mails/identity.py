"""What makes a mail the same one when it has to be sent again."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import salted_hmac

_SALT = "quotes.mails.identity"


def message_id(*parts: object) -> str:
    """The Message-ID of the mail that these parts name: the same for the same ones, and nobody
    learns them from it."""
    name = "\x1f".join(map(str, parts))
    digest = salted_hmac(_SALT, name, algorithm="sha256").hexdigest()[:40]
    return f"<{digest}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}>"
