"""What Django raises when our own database does not answer: an outage, not a bug."""

from django.db import InterfaceError, OperationalError

DATABASE_AWAY = (OperationalError, InterfaceError)
