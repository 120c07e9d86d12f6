"""Who handles which inbound event. Flows register their handlers; the inbox asks here."""

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from integrations.engine.models import SyncJob
from integrations.models import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a handler made of an event. `state` is one of Event.State; `note` says why."""

    state: Event.State = Event.State.HANDLED
    note: str = ""
    job: SyncJob | None = None


IGNORED_TYPE = Outcome(state=Event.State.IGNORED, note="nothing here waits for this type")

# Runs in the transaction that stores the event, so it only writes rows and starts jobs;
# remote calls belong into the job.
Handler = Callable[[Event], Outcome]

_handlers: list[tuple[str, str, Handler]] = []


def register(role: str, pattern: str, handler: Handler) -> None:
    """`handler` gets events of connections in `role` whose type fits `pattern` (glob)."""
    entry = (role, pattern, handler)
    if entry not in _handlers:
        _handlers.append(entry)


def dispatch(event: Event) -> Outcome:
    """The outcome of the first handler that fits."""
    for role, pattern, handler in _handlers:
        if event.connection.role == role and fnmatchcase(event.type, pattern):
            return handler(event)
    return IGNORED_TYPE
