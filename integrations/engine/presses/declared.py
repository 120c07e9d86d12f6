"""Which verbs can be pressed for many rows. The engine's own are here; flows add theirs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from integrations.engine import verbs
from integrations.engine.models import SyncJob
from integrations.errors import PortalError


@dataclass(frozen=True, slots=True, kw_only=True)
class PressVerb:
    """A verb for rows of one table.

    `press` gets the row, `actor`, `reason` and the options of the press. What it raises of
    `refusals` skips the row with that sentence; anything else counts as failed. `does` is
    what is on the button, `done` what the row is afterwards.
    """

    name: str
    does: str
    done: str
    rows: Callable[[], QuerySet[Any]]
    press: Callable[..., object]
    refusals: tuple[type[Exception], ...] = field(default=(PortalError,))


_verbs: dict[str, PressVerb] = {}


def register(verb: PressVerb) -> PressVerb:
    """Makes a verb known to this process. The same name again replaces it."""
    _verbs[verb.name] = verb
    return verb


def verb_named(name: str) -> PressVerb:
    """The verb of that name; LookupError if this process does not know it."""
    try:
        return _verbs[name]
    except KeyError as exc:
        raise LookupError(f"No verb named {name} can be pressed here.") from exc


def known(name: str) -> PressVerb | None:
    """The verb of that name, where one wants to show an old press and not to press."""
    return _verbs.get(name)


def _jobs() -> QuerySet[SyncJob]:
    return SyncJob.objects.all()


for _name, _does, _done, _press in (
    ("requeue_jobs", "Requeue jobs", "requeued", verbs.requeue),
    ("hold_jobs", "Hold jobs", "held", verbs.hold),
    ("release_jobs", "Release jobs", "released", verbs.release),
    ("cancel_jobs", "Cancel jobs", "cancelled or ending", verbs.cancel),
    ("skip_step", "Skip a step", "gone on without that step", verbs.skip_step),
):
    register(PressVerb(name=_name, does=_does, done=_done, rows=_jobs, press=_press))
