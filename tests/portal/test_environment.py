"""Settings come from the environment, and a bad one is named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "x" * 50,
    "CREDENTIAL_KEYS": "c2l4dGVlbiBieXRlcyBrZXkgc2l4dGVlbiBieXRlcyE=",
    "DATABASE_URL": "postgres://portal@127.0.0.1:5432/portal",
    "BASE_URL": "https://portal.example",
    "ALERT_EMAILS": "ops@example.com",
}


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check --deploy` in a process of its own, with only these variables."""
    return subprocess.run(
        [
            sys.executable,
            "manage.py",
            "check",
            "--tag",
            "security",
            "--fail-level",
            "ERROR",
            "--deploy",
        ],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        text=True,
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "value", "form"),
    [
        ("DEBUG", "maybe", "true or false"),
        ("ENGINE_LEASE_S", "soon", "a number of seconds above 0"),
        ("HOOK_MAX_BYTES", "-1", "a whole number"),
        ("DATABASE_URL", "oracle://x", "postgres://user:password@host:port/name"),
        ("LOG_FORMAT", "xml", "plain or json"),
        ("SECRET_KEY_FILE", "/no/such/file", "the path of a readable file"),
    ],
)
def test_a_bad_value_names_the_variable_and_the_accepted_form(
    name: str, value: str, form: str
) -> None:
    done = start(**{name: value})

    assert done.returncode != 0
    assert name in done.stderr
    assert form in done.stderr


def test_an_error_never_shows_the_value() -> None:
    assert "hunter2" not in start(DATABASE_URL="mysql://portal:hunter2@db/x").stderr


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        ("SECRET_KEY", "SECRET_KEY must be your own"),
        ("CREDENTIAL_KEYS", "CREDENTIAL_KEYS must hold at least one Fernet key"),
        ("DATABASE_URL", "production needs PostgreSQL"),
        ("BASE_URL", "BASE_URL must start with https://"),
    ],
)
def test_production_refuses_to_start_on_defaults(missing: str, says: str) -> None:
    done = start(**{name: value for name, value in PRODUCTION.items() if name != missing})

    assert done.returncode != 0
    assert says in done.stderr


def test_production_starts_when_everything_is_set() -> None:
    done = start(**PRODUCTION)

    assert done.returncode == 0, done.stderr
