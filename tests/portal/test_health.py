"""Probes of a load balancer: plain HTTP, by IP address, whatever the host is called."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def in_production(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["portal.example.com"]


@pytest.mark.django_db
@pytest.mark.usefixtures("in_production")
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_is_answered_over_plain_http_and_by_ip(path: str) -> None:
    answer = Client().get(path, headers={"host": "10.0.0.7:8000"})

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


@pytest.mark.usefixtures("in_production")
def test_everything_else_is_not() -> None:
    client = Client()

    by_ip = client.get("/admin/login/", headers={"host": "10.0.0.7"})
    by_name = client.get("/admin/login/", headers={"host": "portal.example.com"})

    assert by_ip.status_code == 400
    assert by_name.headers["Location"] == "https://portal.example.com/admin/login/"


def test_without_a_database_the_process_lives_but_is_not_ready() -> None:
    script = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "print(*(Client().get(path).status_code for path in ('/healthz', '/readyz')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=True,
        env={
            "PATH": os.environ["PATH"],
            "DOTENV": "off",
            "DJANGO_SETTINGS_MODULE": "erp_portal.settings",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        },
    )

    assert done.stdout.split() == ["200", "503"]
