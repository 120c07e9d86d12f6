"""Limits of a resource, shared through the database by workers and web processes alike."""

import logging
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from integrations.engine import bucket, clock, hooks, sql
from integrations.engine.breaker import Breaker, after_failure, after_success
from integrations.engine.models import BreakerState, Resource, Slot
from integrations.engine.retry import OUTAGE, bounded_retry_after
from integrations.errors import AuthFailed, Kind, PortalError, Throttled, kind_of

logger = logging.getLogger(__name__)

# The remote is there and talks to us, whatever it says.
ANSWERED = (None, Kind.CONFLICT, Kind.REJECTED, Kind.THROTTLED, Kind.AUTH_FAILED)
RAISE_LIMIT_AFTER_S = 10.0
PausedHook = Callable[[Resource], None]
_paused_hooks: list[PausedHook] = []
_noted = threading.local()
CREDENTIALS_REFUSED = "The credentials were refused."


class Glance(StrEnum):
    """How a resource looked a moment ago, from the most to the least that has to be done."""

    CLOSED = "closed"  # paused, or asked us to wait
    OPEN = "open"  # may be called, and every answer counts
    CALM = "calm"  # one more good answer changes nothing
    FREE = "free"  # calm, and without a rate limit
    NONE = ""  # no resource


# A glance in SQL, of the resource of a row of engine_syncjob.
GLANCE = """(
    SELECT CASE
        WHEN r.paused OR r.not_before > {now} THEN 'closed'
        WHEN r.breaker_state <> 'closed' OR r.failures > 0 OR r.running_limit < r.max_running
            THEN 'open'
        WHEN r.rate_per_s > 0 OR r.not_before IS NOT NULL THEN 'calm'
        ELSE 'free' END
    FROM engine_resource r WHERE r.id = engine_syncjob.resource_id)"""
FRESH_S = 0.2  # how long a glance spares another look before a call …
CALM_S = 1.0  # … and after a good one
_glance = threading.local()


def remember(resource_id: int | None, glance: Glance) -> None:
    """Keeps, for this thread, how the resource of its job just looked."""
    _glance.seen = (resource_id, glance, time.monotonic())


def _remembers(resource_id: int, *glances: Glance, within_s: float) -> bool:
    seen_id, glance, at = getattr(_glance, "seen", (None, Glance.NONE, 0.0))
    return seen_id == resource_id and glance in glances and time.monotonic() - at < within_s


class RateLimited(Throttled):
    """Our own rate limit, not the remote's word: it does not lower the concurrency."""


def create_resource(
    name: str, *, rate_per_s: float = 0.0, burst: int = 10, max_running: int = 4
) -> Resource:
    """A resource with its slots. `rate_per_s` 0 means no rate limit."""
    with transaction.atomic():
        resource = Resource.objects.create(
            name=name, rate_per_s=rate_per_s, burst=burst, tokens=burst
        )
        resize(resource.pk, max_running=max_running)
    resource.refresh_from_db()
    return resource


@transaction.atomic
def shared_resource(name: str, *, max_running: int) -> Resource:
    """The resource of that name, made with so many slots where there is none yet."""
    resource, is_new = Resource.objects.get_or_create(name=name)
    if is_new:
        resize(resource.pk, max_running=max_running)
        resource.refresh_from_db()
    return resource


@transaction.atomic
def resize(resource_id: int, *, max_running: int) -> None:
    """Changes how many jobs may run on the resource at once. Repeating it changes nothing."""
    if max_running < 1:
        raise ValueError("A resource runs at least one job; pause it to run none.")
    Resource.objects.filter(pk=resource_id).update(
        max_running=max_running, running_limit=max_running
    )
    Slot.objects.bulk_create(
        [Slot(resource_id=resource_id, n=n) for n in range(1, max_running + 1)],
        ignore_conflicts=True,
    )
    Slot.objects.filter(resource_id=resource_id, n__gt=max_running, job=None).delete()


def on_paused(hook: PausedHook) -> None:
    """Registers what else happens when a resource is paused, in the same transaction."""
    _paused_hooks.append(hook)


@transaction.atomic
def pause(resource_id: int, reason: str, actor: str) -> bool:
    """Stops claiming jobs of the resource. True if it was not paused before.

    A step that saw it open a moment ago may still send one call.
    """
    remember(None, Glance.NONE)
    fresh = Resource.objects.filter(pk=resource_id, paused=False).update(
        paused=True, pause_reason=reason[:300], paused_by=actor, paused_at=clock.now()
    )
    if not fresh:
        return False
    resource = Resource.objects.get(pk=resource_id)
    logger.warning("resource_paused resource=%s actor=%s", resource_id, actor)
    for hook in _paused_hooks:
        hooks.tell(hook, resource)
    return True


def resume(resource_id: int, reason: str, actor: str) -> bool:
    """Lets jobs of the resource be claimed again, its breaker closed. True if it was paused."""
    resumed = Resource.objects.filter(pk=resource_id, paused=True).update(
        paused=False,
        pause_reason="",
        paused_by="",
        paused_at=None,
        not_before=None,
        recovered_at=clock.now(),
        breaker_state=BreakerState.CLOSED,
        failures=0,
        open_for_s=0.0,
        open_until=None,
        probe_until=None,
    )
    if resumed:
        logger.info("resource_resumed resource=%s actor=%s %s", resource_id, actor, reason)
    return bool(resumed)


def take_token(resource_id: int, *, longest_wait_s: float = 10.0) -> None:
    """Takes one token for one request and waits its turn; call it outside transactions.

    Raises Throttled when the remote asked us to wait, and RateLimited when the turn would
    come later than `longest_wait_s` (the token is then not taken).
    """
    if _remembers(resource_id, Glance.FREE, within_s=FRESH_S) or _purse.takes(resource_id):
        return
    with _purse.being_filled(resource_id):
        if _purse.takes(resource_id):
            return  # another thread has just drawn some
        wait_s, spare = _reserve(resource_id, longest_wait_s)
        if wait_s <= 0:
            _purse.put(resource_id, spare)
    if wait_s > 0:
        time.sleep(wait_s)
        _purse.put(resource_id, spare)


def seems_usable(resource_id: int) -> bool:
    """Whether this thread saw a moment ago that the resource may be called."""
    return _remembers(resource_id, Glance.OPEN, Glance.CALM, Glance.FREE, within_s=FRESH_S)


class _Purse:
    """Tokens that this process drew a moment ago and has not used: fast remotes need many.

    They spoil quickly, so that a remote that asks us to wait is obeyed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[int, tuple[int, float]] = {}
        self._filling: dict[int, threading.Lock] = {}

    def being_filled(self, resource_id: int) -> threading.Lock:
        """Held by the one thread that draws for all of them."""
        with self._lock:
            return self._filling.setdefault(resource_id, threading.Lock())

    def takes(self, resource_id: int) -> bool:
        with self._lock:
            left, at = self._tokens.get(resource_id, (0, 0.0))
            if not left or time.monotonic() - at > FRESH_S:
                return False
            self._tokens[resource_id] = (left - 1, at)
        return True

    def put(self, resource_id: int, tokens: int) -> None:
        with self._lock:
            self._tokens[resource_id] = (tokens, time.monotonic())

    def empty(self, resource_id: int) -> None:
        with self._lock:
            self._tokens.pop(resource_id, None)


_purse = _Purse()
DRAWN_S = 0.05  # the tokens of so many seconds are drawn at once


def _at_once(resource: Resource) -> int:
    return max(1, min(int(resource.rate_per_s * DRAWN_S), resource.burst))


@transaction.atomic
def _reserve(resource_id: int, longest_wait_s: float) -> tuple[float, int]:
    """Draws tokens; how long to wait for them, and how many there are beside the first."""
    if not _remembers(resource_id, Glance.CALM, within_s=FRESH_S):
        limits = Resource.objects.values_list("rate_per_s", "not_before").get(pk=resource_id)
        if limits == (0, None):
            return 0.0, 0
    sql.rows("SELECT 1 FROM {unhurried}", [])  # tokens are no harm when a crash brings them back
    resource = Resource.objects.select_for_update().get(pk=resource_id)
    now = clock.now()
    if resource.not_before is not None:
        rest_s = (resource.not_before - now).total_seconds()
        if rest_s > 0:
            # Nothing was sent: the wish to wait is known and must not be counted again.
            raise RateLimited(f"{resource.name} asked us to wait.", retry_after_s=rest_s)
        Resource.objects.filter(pk=resource_id).update(not_before=None)
    if not resource.rate_per_s:
        return 0.0, 0
    drawn = bucket.draw(
        _at_once(resource),
        tokens=resource.tokens,
        tokens_at=resource.tokens_at,
        now=now,
        rate_per_s=resource.rate_per_s,
        burst=resource.burst,
    )
    if drawn.wait_s > longest_wait_s:
        raise RateLimited(
            f"The rate limit of {resource.name} is used up.", retry_after_s=drawn.wait_s
        )
    Resource.objects.filter(pk=resource_id).update(tokens=drawn.tokens, tokens_at=now)
    return drawn.wait_s, _at_once(resource) - 1


def note_outcome(resource_id: int, error: BaseException | None) -> None:
    """Tells the resource how a call or a step ended (None: well): breaker, waiting, pause.

    Whoever makes a call may note it; the runner notes the step. An error is counted once,
    however many notice it on its way up.
    """
    if error is None:
        if _remembers(resource_id, Glance.CALM, Glance.FREE, within_s=CALM_S):
            return
        if _is_calm(resource_id):
            return  # the usual case costs one read at most, and no lock
    elif _was_noted(error) or isinstance(error, RateLimited):
        return
    remember(None, Glance.NONE)
    _purse.empty(resource_id)
    with transaction.atomic():
        resource = Resource.objects.select_for_update().get(pk=resource_id)
        changes = _changes(resource, error, now=clock.now())
        if changes:
            Resource.objects.filter(pk=resource_id).update(**changes)
        if isinstance(error, AuthFailed):
            pause(resource_id, CREDENTIALS_REFUSED, "engine")


def note_recovery(resource_id: int, *, failed_at: datetime) -> None:
    """Tells the resource that a job which met an outage at `failed_at` got through now.

    Others that wait because of the outage then go on at once, also when the breaker never
    opened. Writes nothing when a recovery since then is known.
    """
    unknown = Q(recovered_at=None) | Q(recovered_at__lt=failed_at)
    Resource.objects.filter(unknown, pk=resource_id).update(recovered_at=clock.now())


def _was_noted(error: BaseException) -> bool:
    """Whether this thread noted the error, or one of the same kind that caused it, just before."""
    if not isinstance(error, PortalError):
        return False  # a bug; nobody but the runner notes it
    last = getattr(_noted, "last", None)
    noted = last() if last is not None else None
    _noted.last = weakref.ref(error)
    causes = (error, error.__cause__)
    return noted is not None and noted in causes and kind_of(noted) == kind_of(error)


def _is_calm(resource_id: int) -> bool:
    calm = Q(breaker_state=BreakerState.CLOSED, failures=0, running_limit__gte=F("max_running"))
    return Resource.objects.filter(calm, pk=resource_id).exists()


def _changes(resource: Resource, error: BaseException | None, *, now: datetime) -> dict[str, Any]:
    kind = None if error is None else kind_of(error)
    before = _breaker_of(resource)
    after = before
    if kind in OUTAGE:
        after = after_failure(
            before,
            now=now,
            threshold=int(settings.ENGINE["breaker_failures"]),
            longest_open_s=settings.ENGINE["breaker_open_s"],
        )
    elif kind in ANSWERED:
        after = after_success(before)
    changes = {} if after == before else asdict(after)
    if (
        kind not in OUTAGE
        and kind not in ANSWERED
        and before.breaker_state == BreakerState.HALF_OPEN
    ):
        changes["probe_until"] = now  # it learned nothing; let another one probe
    if after.breaker_state == BreakerState.CLOSED != before.breaker_state:
        changes["recovered_at"] = now
    return {**changes, **_concurrency(resource, error, now=now)}


def _concurrency(
    resource: Resource, error: BaseException | None, *, now: datetime
) -> dict[str, Any]:
    """Halved by a throttle, raised by one after quiet seconds."""
    if isinstance(error, Throttled):
        wait = timedelta(seconds=bounded_retry_after(error.retry_after_s))
        not_before = max(resource.not_before or now, now + wait)
        halved = max(1, resource.running_limit // 2)
        return {"not_before": not_before, "running_limit": halved, "limited_at": now}
    quiet_s = (now - (resource.limited_at or now)).total_seconds()
    may_rise = error is None and resource.running_limit < resource.max_running
    if may_rise and quiet_s >= RAISE_LIMIT_AFTER_S:
        return {"running_limit": resource.running_limit + 1, "limited_at": now}
    return {}


def usable(now: datetime) -> Q:
    """Resources that may be called at all: not paused, not asked to wait."""
    return Q(paused=False) & (Q(not_before=None) | Q(not_before__lte=now))


def available(now: datetime, *, spares_first: bool = False) -> QuerySet[Resource]:
    """Resources that let a job start: usable, breaker closed or its probe due, a slot free."""
    passes = (
        Q(breaker_state=BreakerState.CLOSED)
        | Q(breaker_state=BreakerState.OPEN, open_until__lte=now)
        | Q(breaker_state=BreakerState.HALF_OPEN, probe_until__lte=now)
    )
    free = Slot.objects.filter(resource=OuterRef("pk"), job=None, n__lte=OuterRef("running_limit"))
    if spares_first:
        free = free.filter(Q(n__gt=1) | Q(resource__running_limit=1))
    return Resource.objects.filter(usable(now), passes, Exists(free))


_TAKE_SLOT = """
    UPDATE engine_slot SET job_id = %s WHERE id = (
        SELECT id FROM engine_slot
        WHERE resource_id = %s AND job_id IS NULL AND n >= %s AND n <= %s
        ORDER BY n LIMIT 1 {skip_locked})"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What entering an available resource needs to know of it."""

    resource_id: int
    is_closed: bool  # its breaker: whoever enters is its probe
    running_limit: int


def door_of(resource: Resource) -> Door:
    return Door(
        resource_id=resource.pk,
        is_closed=resource.breaker_state != BreakerState.CLOSED,
        running_limit=resource.running_limit,
    )


def enter(door: Door, job_id: int, *, probe_s: float, spares_first: bool) -> bool:
    """Takes a slot of an available resource for the job, and its probe where one is due.

    False if somebody was faster. With `spares_first` the first slot is left to more urgent
    work. The caller holds a transaction and gives up the job's former slot first.
    """
    if sql.write(*entering(door, job_id, spares_first=spares_first)) != 1:
        return False
    if not door.is_closed or _take_probe(door.resource_id, probe_s):
        return True
    Slot.objects.filter(resource=door.resource_id, job_id=job_id).update(job=None)
    return False


def entering(door: Door, job_id: int, *, spares_first: bool) -> sql.Statement:
    """What takes the slot alone: enough for a door whose breaker is closed."""
    first = 2 if spares_first and door.running_limit > 1 else 1
    return _TAKE_SLOT, [job_id, door.resource_id, first, door.running_limit]


def _take_probe(resource_id: int, probe_s: float) -> bool:
    now = clock.now()
    due = Q(breaker_state=BreakerState.OPEN, open_until__lte=now) | Q(
        breaker_state=BreakerState.HALF_OPEN, probe_until__lte=now
    )
    taken = Resource.objects.filter(due, pk=resource_id).update(
        breaker_state=BreakerState.HALF_OPEN, probe_until=now + timedelta(seconds=probe_s)
    )
    return taken == 1


def _breaker_of(resource: Resource) -> Breaker:
    return Breaker(**{field.name: getattr(resource, field.name) for field in fields(Breaker)})
