"""A relay between the store's plugin and the portal: the network, good or bad, at one address.

    relay.target = "http://…/api/hooks/…"   where deliveries go; "" swallows them
    relay.copies = 3                        each delivery arrives three times, two at once
    relay.hold(); …; relay.release()        those held arrive in reverse order
    relay.stop(); …; relay.start()          the portal cannot be reached meanwhile

The store keeps one address and one secret while portals come and go behind it.
"""

from concurrent.futures import ThreadPoolExecutor

import requests

from integrations.standin import Request, Response, StandIn, route
from tests.support.hook_receiver import wait_until

SIGNED = ("content-type", "webhook-id", "webhook-timestamp", "webhook-signature")
TIMEOUT_S = 30


class Relay(StandIn):
    """Passes each delivery on byte for byte and answers what the portal answered."""

    def __init__(self) -> None:
        super().__init__()
        self.target = ""
        self.copies = 1
        self._held: list[Request] | None = None

    @property
    def hook_url(self) -> str:
        return f"{self.url}/api/hooks/relay"

    def start_anew(self) -> None:
        """Reachable and good, but leading nowhere; a delivery under way ends first."""
        self.stop()
        with self.lock:
            self.target, self.copies, self._held = "", 1, None
        self.start()

    def hold(self) -> None:
        """From now on deliveries are accepted and kept back."""
        self._held = []

    def await_held(self, order_id: str, event_type: str) -> None:
        """Waits until such a message is among those kept back."""
        wait_until(
            lambda: any(
                message["type"] == event_type and message["data"].get("order_id") == order_id
                for message in [request.json() for request in self._held or []]
            )
        )

    def release(self) -> None:
        """Passes on what was kept back, the newest first."""
        held, self._held = self._held or [], None
        for request in reversed(held):
            self._pass_on(request)

    @route("POST", "/api/hooks/relay", "delivery")
    def take(self, request: Request) -> Response:
        if self._held is not None:
            self._held.append(request)
            return Response(202, {})
        return Response(self._pass_on(request), {})

    def _pass_on(self, request: Request) -> int:
        if not self.target:
            return 202
        with ThreadPoolExecutor(max_workers=2) as several:
            return max(several.map(self._send, [request] * self.copies))

    def _send(self, request: Request) -> int:
        headers = {name: request.headers[name] for name in SIGNED if name in request.headers}
        sent = requests.post(self.target, data=request.body, headers=headers, timeout=TIMEOUT_S)
        return sent.status_code
