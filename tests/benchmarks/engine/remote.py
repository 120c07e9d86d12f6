"""The server that the steps of both sides post to, as the benchmark sees it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

SERVER = [sys.executable, str(Path(__file__).parent / "server.py")]
LOAD_CLIENTS = 2
LOAD_S = 1.5


@dataclass(frozen=True, slots=True)
class Post:
    """One POST of a step: when it came here, and when its step began in its process."""

    came: float
    job: str
    step: int
    began: float
    pid: int


class Remote:
    """Talks to the server process."""

    def __init__(self, url: str) -> None:
        self.url = url

    def posts(self) -> list[Post]:
        """What came since the last reset, in order of arrival."""
        with urlopen(f"{self.url}/_report", timeout=30) as answer:  # noqa: S310 our own server
            rows = json.load(answer)
        return [
            Post(came, body["job"], body["step"], body["began"], body["pid"]) for came, body in rows
        ]

    def count(self) -> int:
        with urlopen(f"{self.url}/_count", timeout=30) as answer:  # noqa: S310 our own server
            return int(json.load(answer))

    def reset(self) -> None:
        urlopen(Request(f"{self.url}/_reset", data=b"", method="POST"), timeout=30).close()  # noqa: S310

    def ceiling(self) -> float:
        """POSTs per second that this server answers at most, over kept connections."""
        command = [*SERVER, "load", self.url, str(LOAD_S)]
        clients = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            for _ in range(LOAD_CLIENTS)
        ]
        found = sum(float(client.communicate()[0]) for client in clients)
        self.reset()
        return found


@contextmanager
def running_remote() -> Iterator[Remote]:
    with subprocess.Popen([*SERVER, "serve"], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield Remote(server.stdout.readline().strip())
        finally:
            server.terminate()
