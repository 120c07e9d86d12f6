"""The plugin's part: signed webhooks, kept and sent again until they are taken.

Signed here with its own few lines, apart from the code that verifies. Faults are switched on
with `drop`, `copies` and `reverse`.
"""

import base64
import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.adapters.medusa.sandbox.ids import new_id, now
from integrations.standin import Dial, Dials

RETRY_S = 0.5
TIMEOUT_S = 10
HELD_S = 0.3


@dataclass
class Message:
    """One event on its way. `status` is the receiver's last answer, 0 when there was none."""

    id: str
    type: str
    body: bytes
    due_at: float = 0
    more_copies: int = 0
    is_last_first: bool = False
    status: int | None = None
    sent: int = 0
    is_done: bool = False
    created_at: str = field(default_factory=now)
    delivered_at: str | None = None


@dataclass
class Hooks:
    """Sends in the order of the events, each until it is answered with 2xx.

    `drop`: what happens now is never sent. `copies`: how often each event is sent.
    `reverse`: events of a short while are gathered and sent last first. The dials of the
    stand-in (`repeat_callbacks` and its like) come on top.
    """

    url: str = ""
    secret: str = ""
    drop: bool = False
    copies: int = 1
    reverse: bool = False
    dials: Dials = field(default_factory=Dials)
    messages: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None

    # -- life

    def start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        thread, self._thread = self._thread, None
        with self._wake:
            self._wake.notify_all()
        if thread is not None:
            thread.join(TIMEOUT_S)

    def configure(self, **settings: Any) -> None:
        """Sets url, secret, drop, copies, reverse."""
        with self._wake:
            for name, value in settings.items():
                if name not in {"url", "secret", "drop", "copies", "reverse"}:
                    raise ValueError(f"webhooks have no setting {name!r}")
                setattr(self, name, value)
            self._wake.notify_all()

    # -- sending

    def emit(self, type: str, data: Mapping[str, str]) -> None:
        """Keeps an event for sending; returns at once."""
        faults = self.dials.take_callback()
        if self.drop or "lose_callbacks" in faults:
            return
        body = json.dumps({"type": type, "timestamp": now(), "data": data}).encode()
        with self._wake:
            message = Message(new_id("msg"), type, body)
            if "repeat_callbacks" in faults:
                message.more_copies = faults["repeat_callbacks"].size
            message.is_last_first = "reorder_callbacks" in faults
            held_s = max((one.seconds for one in faults.values() if _holds(one)), default=0)
            message.due_at = time.monotonic() + max(held_s, HELD_S if self.reverse else 0)
            self.messages.append(message)
            self._wake.notify_all()

    def wait(self, timeout_s: float = 10) -> bool:
        """Until every event was taken by the receiver; False when that did not happen."""
        deadline = time.monotonic() + timeout_s
        with self._wake:
            while any(not one.is_done for one in self.messages):
                if not self._wake.wait(max(0.0, deadline - time.monotonic())):
                    return False
        return True

    def summary(self) -> dict[str, Any]:
        """What waits, as the plugin tells it; an error is told until its event was taken."""
        with self._wake:
            waiting = [one for one in self.messages if not one.is_done]
            taken = [one.delivered_at for one in self.messages if one.delivered_at]
            refused = [one.status for one in waiting if one.sent]
        return {
            "pending": len(waiting),
            "oldest_pending_at": min((one.created_at for one in waiting), default=None),
            "last_delivered_at": max(taken, default=None),
            "last_error": _words_for(refused[-1]) if refused else None,
        }

    def _run(self) -> None:
        me = threading.current_thread()
        while self._thread is me:
            message = self._next()
            if message is None:
                continue
            statuses = [self._send(message) for _ in range(self.copies + message.more_copies)]
            with self._wake:
                message.status = statuses[-1]
                message.sent += len(statuses)
                message.is_done = any(200 <= status < 300 for status in statuses)
                message.delivered_at = now() if message.is_done else None
                message.due_at = time.monotonic() + RETRY_S
                self._wake.notify_all()

    def _next(self) -> Message | None:
        """The next event that is due; waits a little when there is none."""
        with self._wake:
            moment = time.monotonic()
            waiting = [one for one in self.messages if not one.is_done]
            due = [one for one in waiting if one.due_at <= moment]
            is_last_first = self.reverse or any(one.is_last_first for one in waiting)
            if self.url and due and not is_last_first:
                return due[0]
            if self.url and due and len(due) == len(waiting):
                return due[-1]
            soonest = min((one.due_at - moment for one in waiting), default=RETRY_S)
            self._wake.wait(min(max(soonest, 0.01), RETRY_S))
        return None

    def _send(self, message: Message) -> int:
        request = urllib.request.Request(  # noqa: S310 the address comes from the test or demo
            self.url, data=message.body, headers=self.headers(message), method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            refused.close()
            return refused.code
        except OSError:
            return 0

    def headers(self, message: Message) -> dict[str, str]:
        """As Standard Webhooks asks: HMAC-SHA256 over id, time and body."""
        stamp = str(int(time.time()))
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        signed = b".".join((message.id.encode(), stamp.encode(), message.body))
        digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return {
            "Content-Type": "application/json",
            "User-Agent": "medusa-stand-in",
            "webhook-id": message.id,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{digest}",
        }


def _holds(dial: Dial) -> bool:
    return dial.fault in {"reorder_callbacks", "delay_callbacks"}


def _words_for(status: int | None) -> str:
    return f"The portal answered {status}." if status else "The portal did not answer."
