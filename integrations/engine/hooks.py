"""Tells others what happened, without letting them stop the engine.

A hook runs in the transaction of what it is told of, in a savepoint of its own: when it
fails, what it wrote is taken back, and the move it was told of stands. Otherwise one broken
hook would repeat its job for ever, and in a claim keep every other job from starting.
"""

import logging
from collections.abc import Callable

from django.db import transaction

from integrations.engine.outage import is_database_away
from integrations.redact import redact_text

logger = logging.getLogger(__name__)


def agrees(hook: Callable[..., bool] | None, *asked: object) -> bool:
    """Whether the hook says yes; no hook does, one that fails does not.

    Raises only what says that our database is away, as `tell` does.
    """
    if hook is None:
        return True
    answers: list[bool] = []
    failure = tell(lambda: answers.append(hook(*asked)), name=_name_of(hook))
    return not failure and answers == [True]


def tell(hook: Callable[..., object], *told: object, name: str = "") -> str:
    """Calls the hook; returns what went wrong in words, empty when nothing did.

    Raises only what says that our database is away: then the whole transaction is lost.
    """
    try:
        with transaction.atomic():
            hook(*told)
    except Exception as exc:  # whatever somebody else's code raises
        if is_database_away(exc):
            raise
        name = name or _name_of(hook)
        logger.exception("hook_failed hook=%s", name)
        return redact_text(f"Internal error in {name}: {exc!r}").replace("\x00", "")
    return ""


def _name_of(hook: Callable[..., object]) -> str:
    return str(getattr(hook, "__qualname__", repr(hook)))
