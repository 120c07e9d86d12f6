"""Named points at which a test may kill or stop this process. Does nothing otherwise.

ENGINE_FAULT names one point and what happens there, `sent:kill` or `checked/create:stop`
(the part after the slash is the step). With ENGINE_FAULT_MARK, the path of a file that does
not exist yet, it happens once in all processes together: who creates the file is hit.

    event_committed an inbound event is committed, its sender not answered yet
    started         a job is committed by the process that asked for it
    claimed         a job is leased, nothing of it done
    intent          a step's intent is committed, its `do` not called
    checked         between the fence check and the send
    sent            `do` returned, its result not recorded
    recorded        the result is recorded, the job not finished
    finished        the job is finished, the next wake-up not read
    undo_intent     the try of an undo is committed, `undo` not called
    undo_sent       `undo` returned, not recorded
    undone          the undo is recorded, the job not finished
    swept           the beat gave an expired lease back
    pressed         a batch of a bulk press is pressed, not committed
    press_committed a batch of a bulk press is committed, the next not begun
    cluster_killed  the watchdog ended a cluster and has not started the next
"""

import os
import signal

_point, _, _action = os.environ.get("ENGINE_FAULT", "").partition(":")
_mark = os.environ.get("ENGINE_FAULT_MARK", "")
_SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}


def reach(point: str, step: str = "") -> None:
    """Marks a point; `step` narrows it to one step."""
    if _point and _point in {point, f"{point}/{step}"} and _first():
        os.kill(os.getpid(), _SIGNALS[_action])


def _first() -> bool:
    if not _mark:
        return True
    try:
        os.close(os.open(_mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True
