"""One press for many rows: what matched is written down, and a job of the batch lane presses it.

    presses.register(PressVerb(name="requeue_jobs", ...))
    press = presses.open_press("requeue_jobs", rows, matched="parked jobs", actor=…, reason=…)

The members are frozen by one statement (`INSERT … SELECT`), however many they are: nothing is
loaded, and a row that enters or leaves the filter later changes nothing. A bound on the ids
with the filter asked again would not do: a job that parks once more would match once more.
"""

from integrations.engine.presses.declared import PressVerb, known, register, verb_named
from integrations.engine.presses.opening import AT_ONCE, open_press, stop_press
from integrations.engine.presses.work import forget_old, press_batch, resume_left

__all__ = [
    "AT_ONCE",
    "PressVerb",
    "forget_old",
    "known",
    "open_press",
    "press_batch",
    "register",
    "resume_left",
    "stop_press",
    "verb_named",
]
