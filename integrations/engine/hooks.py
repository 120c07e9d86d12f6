"""Tells others what happened, without letting them stop the engine.

A hook runs in the transaction of what it is told of, in a savepoint of its own: when it
fails, what it wrote is taken back, and the move it was told of stands. Otherwise one broken
hook would repeat its job for ever, and in a claim keep every other job from starting.
"""

import logging
from collections.abc import Callable

from django.db import transaction

from integrations.engine.outage import DATABASE_AWAY
from integrations.redact import redact_text

logger = logging.getLogger(__name__)


def tell(hook: Callable[..., object], *told: object) -> str:
    """Calls the hook; returns what went wrong in words, empty when nothing did.

    Raises only what says that our database is away: then the whole transaction is lost.
    """
    try:
        with transaction.atomic():
            hook(*told)
    except DATABASE_AWAY:
        raise
    except Exception as exc:  # whatever somebody else's code raises
        name = getattr(hook, "__qualname__", repr(hook))
        logger.exception("hook_failed hook=%s", name)
        return redact_text(f"Internal error in {name}: {exc!r}").replace("\x00", "")
    return ""
