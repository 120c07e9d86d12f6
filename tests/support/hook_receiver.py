"""A receiver of Standard Webhooks that checks each signature with an independent library."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from integrations.standin import Request, Response, StandIn, route

HOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


@dataclass(frozen=True)
class Received:
    """One message; `bodies` has the text of every delivery of it."""

    id: str
    type: str
    data: dict[str, str]
    bodies: list[str] = field(default_factory=list)


class HookReceiver(StandIn):
    """Keeps a message once by its id: 202 stored, 200 already known, 401 bad signature."""

    def __init__(self, *, port: int = 0, secret: str = HOOK_SECRET) -> None:
        super().__init__(port=port)
        self.secret = secret
        self.messages: dict[str, Received] = {}

    @property
    def hook_url(self) -> str:
        return f"{self.url}/api/hooks/a-token"

    @route("POST", "/api/hooks/a-token", "hook")
    def take(self, request: Request) -> Response:
        signed = {name: request.headers.get(name, "") for name in HEADERS}
        try:
            message = Webhook(self.secret).verify(request.body, signed)
        except WebhookVerificationError:
            return Response(401, {"code": "bad_signature"})
        known = self.messages.get(signed["webhook-id"])
        if known:
            known.bodies.append(request.body.decode())
            return Response(200, {"stored": False})
        self.messages[signed["webhook-id"]] = Received(
            signed["webhook-id"], message["type"], message["data"], [request.body.decode()]
        )
        return Response(202, {"stored": True})

    def forget(self) -> None:
        """Starts over: no messages, no faults, the right secret."""
        with self.lock:
            self.messages.clear()
            self.log.clear()
            self.secret = HOOK_SECRET
        self.dials.clear()

    def about(self, order_id: str, event_type: str = "") -> list[Received]:
        """Messages about one order, oldest first."""
        with self.lock:
            return [
                message
                for message in self.messages.values()
                if message.data.get("order_id") == order_id and event_type in {"", message.type}
            ]

    def await_about(self, order_id: str, event_type: str, *, timeout_s: float = 20) -> Received:
        """The first such message, waited for."""
        wait_until(lambda: self.about(order_id, event_type), timeout_s=timeout_s)
        return self.about(order_id, event_type)[0]


def wait_until(condition: Callable[[], Any], *, timeout_s: float = 20) -> Any:
    """Returns what `condition` returns once that is true; fails the test after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"nothing came within {timeout_s} s")
