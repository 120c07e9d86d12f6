"""How many jobs of each resource one process runs right now.

A resource may have half of a process's threads, rounded up: a remote that lets every call
wait for its timeout then never holds them all, and jobs of other remotes start at once.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Crowd:
    """Counts the jobs of a process by resource.

    `on_room` hears when a job went over to another resource. At its end no one needs to: its
    thread looks for the next one anyway.
    """

    def __init__(self, *, most: int, on_room: Callable[[], None]) -> None:
        self._most, self._on_room = most, on_room
        self._lock = threading.Lock()
        self._running: Counter[int] = Counter()

    def full(self) -> set[int]:
        """Resources of which this process starts no further job now."""
        with self._lock:
            return {one for one, running in self._running.items() if running >= self._most}

    def enter(self, resource_id: int | None) -> bool:
        """Counts one job more; False, and nothing counted, where that is too many."""
        if resource_id is None:
            return True
        with self._lock:
            if self._running[resource_id] >= self._most:
                return False
            self._running[resource_id] += 1
        return True

    def leave(self, resource_id: int | None) -> None:
        """One job less."""
        if resource_id is None:
            return
        with self._lock:
            self._running[resource_id] -= 1
            if not self._running[resource_id]:
                del self._running[resource_id]

    def tell_of_room(self) -> None:
        self._on_room()


class Seat:
    """One job's place in the crowd, on one resource at a time. Giving up twice does no harm."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._resource_id: int | None = None

    def full_resources(self) -> set[int]:
        """Those on which there is no place."""
        return self._crowd.full()

    def take(self, resource_id: int) -> bool:
        """Takes a place on the resource; False where too many of its jobs run here."""
        if not self._crowd.enter(resource_id):
            return False
        self._resource_id = resource_id
        return True

    @contextmanager
    def changing(self, resource_id: int | None) -> Iterator[bool]:
        """Goes over to another resource; whether there is a place on it.

        The former place is given up at the end of the block, when the slot is free, too.
        """
        former, is_room = self._resource_id, self._crowd.enter(resource_id)
        self._resource_id = resource_id if is_room else None
        try:
            yield is_room
        finally:
            self._crowd.leave(former)
            self._crowd.tell_of_room()

    def give_up(self) -> None:
        self._crowd.leave(self._resource_id)
        self._resource_id = None


def alone() -> Crowd:
    """The crowd of a single thread."""
    return Crowd(most=1, on_room=lambda: None)
