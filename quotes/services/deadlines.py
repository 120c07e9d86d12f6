"""By when sales has promised to answer a request."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings


def due_anew(now: datetime) -> dict[str, Any]:
    """Fields of a request that waits for sales from now on: nobody was told that it is late."""
    return {
        "answer_due_at": now + timedelta(hours=settings.QUOTE_ANSWER_DUE_H),
        "overdue_told_at": None,
        "overdue_raised_at": None,
    }
