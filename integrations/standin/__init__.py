"""Base of every stand-in server: a real HTTP server on a free port, routing, a recording
log that is the truth of what the "remote" did, and fault dials.

A stand-in speaks its vendor's wire protocol; this base knows none. It shares no code with
the logic under test: it imports nothing of ours.

Dials (`dials.set(...)`, or POST /_standin/dials with the same JSON) hit calls whose route
name matches `only` (glob, default all) and count down `times` (None: until cleared):

    delay         do the work at once, answer only after `seconds`
    lose_answer   do the work, then close the socket without an answer
    slow_commit   do the work, but only after `seconds` (the caller may have gone)
    stall         do nothing, keep the socket open for `seconds`, then close it
    throttle      429 with Retry-After: `seconds`, no work
    busy          503 with Retry-After: `seconds`, no work
    fail          500, no work
    maintenance   503 with an HTML page, no work
    truncate      do the work, send half of the answer, then close the socket
    expire_token  tokens given out so far count no more, see `StandIn.expire_tokens`
    skew          a Date header that is `seconds` off
    shrink_pages  at most `size` rows on a page, see `StandIn.page_of`

Others hold until they are cleared, whatever is called:

    drop_field         `field` ("entity.name") is gone, see `StandIn.fields`
    rename_field       … is there under another name
    retype_field       … is there with another type or length
    repeat_callbacks   each message to others goes out `size` times more
    reorder_callbacks  messages of `seconds` are gathered and go out last first
    delay_callbacks    each message goes out `seconds` late
    lose_callbacks     no message goes out
"""

from integrations.standin import paper
from integrations.standin.callbacks import Callbacks
from integrations.standin.dials import FAULTS, OF_CALLBACKS, OF_FIELDS, Dial, Dials
from integrations.standin.server import LogEntry, Request, Response, StandIn, route

__all__ = [
    "FAULTS",
    "OF_CALLBACKS",
    "OF_FIELDS",
    "Callbacks",
    "Dial",
    "Dials",
    "LogEntry",
    "Request",
    "Response",
    "StandIn",
    "paper",
    "route",
]
