"""What each planned fault does to the world, and how it ends."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from tests.faults.nemesis.schedule import Fault
from tests.faults.nemesis.world import World

End = Callable[[], object]

STALL_S = 4.0
SLOW_S = 2.0
THROTTLE_S = 1.0
COPIES = 3


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a fault. `end` takes it back; `words` say whom it hit, if anybody."""

    words: str
    end: End
    was_done: bool = True


def _nothing() -> None:
    """A fault that needs no end."""


def do(fault: Fault, world: World) -> Done:
    """Does it now; the caller calls `end` when its time is over."""
    return _DEEDS[fault.what](fault, world)


def _kill(fault: Fault, world: World) -> Done:
    victim = _victim(fault, world)
    if victim is None:
        return Done("nobody there", _nothing, was_done=False)
    with contextlib.suppress(psutil.NoSuchProcess):
        victim.kill()
    return Done(f"pid {victim.pid}", _nothing)


def _stop(fault: Fault, world: World) -> Done:
    victim = _victim(fault, world)
    if victim is None:
        return Done("nobody there", _nothing, was_done=False)
    with contextlib.suppress(psutil.NoSuchProcess):
        victim.suspend()
    return Done(f"pid {victim.pid}", lambda: _resume(victim))


def _resume(victim: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        victim.resume()


def _victim(fault: Fault, world: World) -> psutil.Process | None:
    return world.crew.find(fault.which, tree=fault.tree, lane=fault.lane, place=fault.place)


def _postgres(fault: Fault, world: World) -> Done:
    world.postgres.stop("immediate" if fault.which == "immediate" else "fast")
    return Done("", world.postgres.start)


def _redis(fault: Fault, world: World) -> Done:
    if world.redis is None:
        return Done("no Redis in this run", _nothing, was_done=False)
    if fault.which == "flush":
        world.redis.flush()
        return Done("", _nothing)
    world.redis.stop()
    return Done("", world.redis.start)


def _erp(fault: Fault, world: World) -> Done:
    if fault.which == "refuse":
        world.erp.stop()
        return Done("", world.erp.start)
    world.erp.dials.set(fault.which, seconds=_answer_s(fault.which), only=fault.only)
    return Done("", world.erp.dials.clear)


def _shop(fault: Fault, world: World) -> Done:
    world.shop.dials.set(fault.which, seconds=_answer_s(fault.which), only=fault.only)
    return Done("", world.shop.dials.clear)


def _answer_s(dial: str) -> float:
    return {"stall": STALL_S, "slow_commit": SLOW_S}.get(dial, THROTTLE_S)


def _events(fault: Fault, world: World) -> Done:
    hooks = world.shop.hooks
    setting, on, off = {
        "doubled": ("copies", COPIES, 1),
        "reordered": ("reverse", True, False),
        "lost": ("drop", True, False),
    }[fault.which]
    hooks.configure(**{setting: on})
    return Done("", lambda: hooks.configure(**{setting: off}))


_DEEDS: dict[str, Callable[[Fault, World], Done]] = {
    "kill": _kill,
    "stop": _stop,
    "postgres": _postgres,
    "redis": _redis,
    "erp": _erp,
    "shop": _shop,
    "events": _events,
}
