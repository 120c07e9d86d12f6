"""Settings come from the environment, and a bad one is named."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from erp_portal import environment

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
        env={"PATH": os.environ["PATH"], "DOTENV": "off", **environment},
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
        ("LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING, ERROR or CRITICAL"),
        ("CREDENTIAL_KEYS", "my-password", "Fernet keys separated by commas"),
        ("ALERT_WEBHOOK_URL", "chat.example.com/hook", "begins with https://"),
        ("ALERT_WEBHOOK_SECRET", "c2l4dGVlbiBieXRlcyBrZXk=", "whsec_ and the Base64"),
        ("ALERT_WEBHOOK_SECRET", "whsec_no base64", "whsec_ and the Base64"),
        ("ALERT_WEBHOOK_URL", "https://chat.example.com/hook", "without ALERT_WEBHOOK_SECRET"),
        ("SECRET_KEY_FILE", "/no/such/file", "the path of a readable file"),
        ("PORTAL_TIME_ZONE", "Berlin", "the IANA name of a time zone"),
        ("PORTAL_CURRENCIES", "EUR,euro", "ISO currency codes"),
    ],
)
@pytest.mark.slow
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
@pytest.mark.slow
def test_production_refuses_to_start_on_defaults(missing: str, says: str) -> None:
    done = start(**{name: value for name, value in PRODUCTION.items() if name != missing})

    assert done.returncode != 0
    assert says in done.stderr


def test_production_starts_when_everything_is_set() -> None:
    done = start(**PRODUCTION)

    assert done.returncode == 0, done.stderr


def test_the_example_file_lists_every_setting_and_no_other() -> None:
    read = set(
        re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "erp_portal/settings.py").read_text())
    )
    listed = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert {name.removesuffix("_FILE") for name in listed} == read | {"MEDUSA_DATABASE_URL"}


def test_what_the_example_file_sets_is_the_default() -> None:
    example = dict(
        re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    )

    assert effective(**example) == effective()


def effective(**environment: str) -> str:
    """All settings that hold plain values, as a process with these variables has them."""
    script = (
        "from erp_portal import settings\n"
        "print({name: value for name, value in sorted(vars(settings).items())"
        " if name.isupper() and isinstance(value, (bool, int, float, str, dict, list))"
        " and name not in ('UNFOLD',)})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DOTENV": "off", **environment},
        text=True,
        capture_output=True,
        check=True,
    )
    return done.stdout


def test_mail_over_implicit_tls_is_sent_that_way() -> None:
    told = effective(EMAIL_URL="smtp+ssl://me:secret@mail.example.com:465")

    assert "'EMAIL_USE_SSL': True" in told
    assert "'EMAIL_USE_TLS': False" in told


def test_a_file_of_variables_is_read_unless_switched_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FROM_A_FILE", "so that it is forgotten after the test")
    monkeypatch.delenv("FROM_A_FILE")
    (tmp_path / ".env").write_text("FROM_A_FILE=yes\n")

    environment.load_dotenv(tmp_path / ".env")
    assert "FROM_A_FILE" not in os.environ  # these tests run with DOTENV=off

    monkeypatch.setenv("DOTENV", "on")
    environment.load_dotenv(tmp_path / ".env")
    assert os.environ["FROM_A_FILE"] == "yes"
