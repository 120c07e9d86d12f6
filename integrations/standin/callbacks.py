"""What a stand-in tells others of its own accord, and the faults on that way."""

import threading
from collections.abc import Callable

from integrations.standin.dials import Dials

Deliver = Callable[[], object]


class Callbacks:
    """Sends at once, unless a dial says twice, late, last first, or never.

    What is held goes out by itself after the dial's `seconds`; `flush` does not wait for that.
    """

    def __init__(self, dials: Dials) -> None:
        self._dials = dials
        self._lock = threading.Lock()
        self._held: list[Deliver] = []
        self._late: list[Deliver] = []

    def send(self, deliver: Deliver) -> None:
        """Calls `deliver`, here or later in a thread of its own."""
        faults = self._dials.take_callback()
        if "lose_callbacks" in faults:
            return
        repeat = faults.get("repeat_callbacks")
        copies = [deliver] * (1 + repeat.size if repeat else 1)
        for name, kept in (("reorder_callbacks", self._held), ("delay_callbacks", self._late)):
            if name in faults:
                self._hold(copies, kept, faults[name].seconds)
                return
        for one in copies:
            one()

    def flush(self) -> None:
        """Sends what is held: the late ones in their order, the gathered ones last first."""
        with self._lock:
            due = [*self._late, *reversed(self._held)]
            self._late.clear()
            self._held.clear()
        for deliver in due:
            deliver()

    def _hold(self, copies: list[Deliver], kept: list[Deliver], seconds: float) -> None:
        with self._lock:
            kept.extend(copies)
        timer = threading.Timer(seconds, self.flush)
        timer.daemon = True
        timer.start()
