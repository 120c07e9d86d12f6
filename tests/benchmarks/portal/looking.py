"""A browser's side: how long until the first byte of a page comes from a real web process."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet

from integrations.sandbox.storefront.postgres import free_port
from tests.benchmarks.portal.rows import SECRET_KEY, Shown
from tests.faults.web import GRANIAN
from tests.support.processes import ROOT, wait_for

BARE, SIGNED_IN = "bare", "bare, signed in"
WARM = 20


def first_byte_ms(
    database_url: str, shown: Shown, *, looks: int, folder: Path
) -> dict[str, list[float]]:
    """Each page's times, in turns with the bare one's, so that both have the same weather."""
    pages = {
        BARE: "/portal/bare",
        SIGNED_IN: "/portal/bare-signed-in",
        "list of quotes": "/portal/quotes",
        "a quote": f"/portal/quotes/{shown.quote}",
        "signing a quote": f"/portal/quotes/{shown.quote}/2/accept",
        "list of requests": "/portal/requests",
        "a request": f"/portal/requests/{shown.request}",
        "list of orders": "/portal/orders",
        "first page": "/portal/",
        "an order": f"/portal/orders/{shown.order}",
    }
    times: dict[str, list[float]] = {name: [] for name in pages}
    with _serving(database_url, folder) as port:
        browser = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for turn in range(looks + WARM):
            for name, path in pages.items():
                cookie = "" if name == BARE else f"sessionid={shown.session}"
                taken = _look(browser, path, cookie)
                if turn >= WARM:
                    times[name].append(taken)
        browser.close()
    return times


def _look(browser: http.client.HTTPConnection, path: str, cookie: str) -> float:
    began = time.perf_counter()
    browser.request("GET", path, headers={"Cookie": cookie} if cookie else {})
    answer = browser.getresponse()
    taken = (time.perf_counter() - began) * 1000
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    return taken


@contextmanager
def _serving(database_url: str, folder: Path) -> Iterator[int]:
    """The port of the web process, set up as in production but for the redirect to HTTPS."""
    port = free_port()
    command = [sys.executable, *GRANIAN, "--host", "127.0.0.1", "--port", str(port)]
    settings = {
        "DATABASE_URL": database_url,
        "DEBUG": "false",
        "SECRET_KEY": SECRET_KEY,
        "CREDENTIAL_KEYS": Fernet.generate_key().decode(),
        "BASE_URL": "https://portal.example",
        "SECURE_SSL_REDIRECT": "false",
        "LOG_LEVEL": "ERROR",
    }
    log = (folder / "web.log").open("wb")
    process = subprocess.Popen(
        [*command, "--blocking-threads", "1", "tests.benchmarks.portal.app:application"],
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        wait_for(lambda: _answers(port), f"the web process does not answer, see {log.name}")
        yield port
    finally:
        process.terminate()
        process.wait(10)
        log.close()


def _answers(port: int) -> bool:
    browser = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        browser.request("GET", "/healthz")
        return browser.getresponse().status == 200
    except OSError:
        return False
    finally:
        browser.close()
