"""A real web process, and a sender that tells it of an order until it is told to stop."""

import base64
import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from standardwebhooks.webhooks import Webhook

from integrations.models import Connection
from tests.factories import ConnectionFactory
from tests.support.processes import ROOT, wait_for

SECRET = "whsec_" + base64.b64encode(b"the secret of the sender").decode()
GRANIAN = ("-m", "granian", "--interface", "wsgi", "--no-ws", "--workers-kill-timeout", "3")
TIMEOUT_S = 10


class Sender:
    """Sends one event, again and again the same."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._connection: Connection = ConnectionFactory(
            credentials={"secret_key": "sk", "hook_secret": SECRET}
        )
        moment = datetime.now(UTC)
        message = {"type": "fault.order", "timestamp": moment.isoformat(), "data": dict(told)}
        self._body = json.dumps(message)
        self._headers = {
            "content-type": "application/json",
            "webhook-id": "msg_1",
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": Webhook(SECRET).sign("msg_1", moment, self._body),
        }

    def send(self, address: str) -> int:
        """The status of the answer, 0 for none."""
        url = f"{address}/api/hooks/{self._connection.hook_token}"
        try:
            sent = requests.post(url, data=self._body, headers=self._headers, timeout=TIMEOUT_S)
        except requests.exceptions.RequestException:
            return 0
        return sent.status_code


@contextmanager
def serving(environment: Mapping[str, str], folder: Path) -> Iterator[str]:
    """The address of a web process that runs inside the block."""
    port = _free_port()
    command = [sys.executable, *GRANIAN, "--host", "127.0.0.1", "--port", str(port)]
    with (folder / f"web-{port}.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "erp_portal.wsgi:application"],
            cwd=ROOT,
            env=dict(environment),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: _answers(address), "the web process does not answer")
        yield address
    finally:
        process.terminate()
        process.wait(TIMEOUT_S)


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/healthz", timeout=TIMEOUT_S).ok
    except requests.exceptions.RequestException:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
