"""The checks of “Test connection”: each is tried by itself, and one that fails hides no other."""

import logging
from collections.abc import Callable
from typing import NamedTuple

from integrations.adapters.misreading import OF_SHAPE, misread
from integrations.errors import PortalError
from integrations.records import Check

logger = logging.getLogger(__name__)

_USUAL_HINT = "Try again; look at the last exchange of this connection if it stays so."


class Probe(NamedTuple):
    """One thing to try, with the name its check has when it raises."""

    name: str
    run: Callable[[], Check]


def tried(probe: Probe, *, title: str) -> Check:
    """The check of a probe, also when it raises. `title` is what the ERP is called."""
    try:
        return probe.run()
    except PortalError as exc:
        return _failed(probe.name, exc)
    except OF_SHAPE as exc:
        logger.exception("check_failed erp=%s check=%s", title, probe.name)
        return _failed(probe.name, misread(exc, title=title))


def _failed(name: str, exc: PortalError) -> Check:
    words = getattr(exc, "remote_words", "")
    detail = exc.message if words in exc.message else f"{exc.message} ({words})"
    return Check(name=name, ok=False, detail=detail, hint=exc.hint or _USUAL_HINT)


def no_rounding_product(what_fits: str) -> Check:
    """Good, and worth a hint."""
    return Check(
        name="rounding_product",
        ok=True,
        detail="Not set.",
        hint="An order that comes out a cent or more apart waits for a person: enter "
        f"'rounding_product_ref', {what_fits}.",
    )
