"""`manage.py sandbox`."""

import json
import signal
import subprocess
import sys

import requests
from django.conf import settings

SANDBOX = [sys.executable, str(settings.BASE_DIR / "manage.py"), "sandbox"]


def test_the_sandbox_answers_until_it_is_stopped() -> None:
    with subprocess.Popen([*SANDBOX, "--json"], stdout=subprocess.PIPE, text=True) as sandbox:
        assert sandbox.stdout is not None
        remotes = json.loads(sandbox.stdout.readline())
        store = f"{remotes['shop']['url']}/store/products"
        key = {"x-publishable-api-key": remotes["shop"]["publishable_key"]}

        erp = requests.get(f"{remotes['erp']['url']}/web/version", timeout=5)
        shop = requests.get(store, headers=key, timeout=5)
        sandbox.send_signal(signal.SIGTERM)

        assert sandbox.wait(timeout=10) == 0
        assert (erp.status_code, shop.status_code) == (200, 200)
        assert len(remotes["shop"]["customers"]) == 3


def test_only_the_erp_is_started_beside_a_real_storefront() -> None:
    command = [*SANDBOX, "--json", "--without-shop"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sandbox:
        assert sandbox.stdout is not None
        remotes = json.loads(sandbox.stdout.readline())
        sandbox.send_signal(signal.SIGINT)

        assert sandbox.wait(timeout=10) == 0
        assert remotes["shop"] is None
        assert remotes["erp"]["customers"]
