"""`manage.py sandbox`."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from django.conf import settings

pytestmark = pytest.mark.slow

SANDBOX = [sys.executable, str(settings.BASE_DIR / "manage.py"), "sandbox", "--json"]


@contextmanager
def running(*more: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The command and what it printed; ended in any case, also by a failing test."""
    with subprocess.Popen([*SANDBOX, *more], stdout=subprocess.PIPE, text=True) as sandbox:
        try:
            assert sandbox.stdout is not None
            yield sandbox, json.loads(sandbox.stdout.readline())
        finally:
            sandbox.kill()


def test_the_sandbox_answers_until_it_is_stopped() -> None:
    with running() as (sandbox, remotes):
        store = f"{remotes['shop']['url']}/store/products"
        key = {"x-publishable-api-key": remotes["shop"]["publishable_key"]}

        erp = requests.get(f"{remotes['erp']['url']}/web/version", timeout=5)
        shop = requests.get(store, headers=key, timeout=5)
        sandbox.send_signal(signal.SIGTERM)

        assert sandbox.wait(timeout=10) == 0
        assert (erp.status_code, shop.status_code) == (200, 200)
        assert len(remotes["shop"]["customers"]) == 3


def test_only_the_erp_is_started_beside_a_real_storefront() -> None:
    with running("--without-shop") as (sandbox, remotes):
        sandbox.send_signal(signal.SIGINT)

        assert sandbox.wait(timeout=10) == 0
        assert remotes["shop"] is None
        assert remotes["erp"]["customers"]
