"""The faults that are switched on in a stand-in, set by tests, over HTTP or from the console."""

import fnmatch
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

# Every stand-in has these.
USUAL = (
    "delay",
    "lose_answer",
    "slow_commit",
    "stall",
    "throttle",
    "busy",
    "fail",
    "maintenance",
    "truncate",
    "skew",
)
# These only a stand-in that names them in `StandIn.vendor_dials`.
OF_CALLBACKS = ("repeat_callbacks", "reorder_callbacks", "delay_callbacks", "lose_callbacks")
OF_FIELDS = ("drop_field", "rename_field", "retype_field")
OF_SOME = ("expire_token", "shrink_pages", *OF_FIELDS, *OF_CALLBACKS)
FAULTS = (*USUAL, *OF_SOME)

_NOT_OF_CALLS = {*OF_FIELDS, *OF_CALLBACKS}


@dataclass
class Dial:
    fault: str
    seconds: float
    times: int | None
    only: str
    size: int
    field: str


class Dials:
    """Thread-safe. `changed` is called after every change, without a lock held."""

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self._lock = threading.Lock()
        self._dials: list[Dial] = []
        self._changed = changed

    def set(
        self,
        fault: str,
        *,
        seconds: float = 1,
        times: int | None = None,
        only: str = "*",
        size: int = 1,
        field: str = "",
    ) -> None:
        if fault not in FAULTS:
            raise ValueError(f"unknown fault {fault!r}; known: {', '.join(FAULTS)}")
        with self._lock:
            self._dials.append(Dial(fault, float(seconds), times, only, size, field))
        self._changed()

    def clear(self) -> None:
        with self._lock:
            self._dials.clear()
        self._changed()

    def shown(self) -> list[dict[str, Any]]:
        """What is set, in the words of `set`; the oldest first."""
        with self._lock:
            return [asdict(dial) for dial in self._dials]

    def take(self, route: str) -> Dial | None:
        """The first dial that fits this route; one with `times` is used up by one."""
        with self._lock:
            fits = (
                dial
                for dial in self._dials
                if dial.fault not in _NOT_OF_CALLS and fnmatch.fnmatch(route, dial.only)
            )
            return self._used(next(fits, None))

    def take_callback(self) -> dict[str, Dial]:
        """The dials that hit the callback about to be sent, by fault."""
        with self._lock:
            found = {dial.fault: dial for dial in self._dials if dial.fault in OF_CALLBACKS}
            for dial in found.values():
                self._used(dial)
            return found

    def fields_changed(self) -> dict[str, str]:
        """The fault that hits each field; the last one where there are several."""
        with self._lock:
            return {one.field: one.fault for one in self._dials if one.fault in OF_FIELDS}

    def _used(self, dial: Dial | None) -> Dial | None:
        if dial is not None and dial.times is not None:
            dial.times -= 1
            if dial.times <= 0:
                self._dials.remove(dial)
        return dial
