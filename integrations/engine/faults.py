"""Named points at which a test may kill or stop this process. Does nothing otherwise.

ENGINE_FAULT names one point and what happens there, `sent:kill` or `checked/create:stop`.
The part after the slash narrows a point of a step to the step of that name, `claimed` to
the state in which the job was claimed (`running`, `compensating`). With ENGINE_FAULT_MARK,
the path of a file that does not exist yet, it happens once in all processes together: who
creates the file is hit.
"""

import os
import signal
import threading
from dataclasses import dataclass

POINTS = {
    "event_handled": "an inbound event and its job are written, not committed",
    "event_committed": "an inbound event is committed, its sender not answered yet",
    "started": "a job is committed by the process that asked for it",
    "claiming": "a job's lease is written, not committed",
    "claimed": "a job is leased, nothing of it done",
    "slot_changed": "a job has left one resource for another, its next step not begun",
    "intent": "a step's intent is committed, its `do` not called",
    "looked": "`find` returned, nothing done about it",
    "checked": "between the fence check and the send",
    "sent": "`do` returned, its result not recorded",
    "recorded": "the result is recorded, and with it what follows in the same transaction",
    "settling": "it is recorded that the look came too early; the job is given back",
    "failed": "a failed try and what follows from it are recorded",
    "given_back": "a job is given back between two steps",
    "finished": "this run of the job has ended, the next is not claimed",
    "undo_intent": "the intent to undo a step is committed, its `undo` not called",
    "undo_checked": "between the fence check of an undo and its send",
    "undo_sent": "`undo` returned, not recorded",
    "undone": "the undoing is recorded, the job goes on back",
    "sweeping": "expired leases are given back, not committed",
    "swept": "expired leases are given back",
    "pressed": "a batch of a bulk press is pressed, not committed",
    "press_committed": "a batch of a bulk press is committed, the next not begun",
    "cluster_stuck": "the watchdog found a cluster stuck and has not ended it",
    "cluster_killed": "the watchdog ended a cluster and has not started the next",
}
_SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    point: str
    signal: signal.Signals
    mark: str


_armed: _Fault | None = None


def arm(fault: str, mark: str = "") -> None:
    """Arms this process as the two variables do at its start; an empty `fault` disarms it."""
    global _armed
    point, _, action = fault.partition(":")
    _armed = _Fault(point=point, signal=_SIGNALS[action], mark=mark) if fault else None


def reach(point: str, step: str = "") -> None:
    """Marks a point; `step` narrows it to one step."""
    fault = _armed
    if fault and fault.point in {point, f"{point}/{step}"} and _is_first(fault.mark):
        # To the whole process, but taken by this thread: another one that takes it would let
        # this one run on for a moment, and send.
        signal.pthread_kill(threading.get_ident(), fault.signal)


def _is_first(mark: str) -> bool:
    if not mark:
        return True
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


arm(os.environ.get("ENGINE_FAULT", ""), os.environ.get("ENGINE_FAULT_MARK", ""))
