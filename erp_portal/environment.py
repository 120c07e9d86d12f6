"""Reads environment variables, once, with a type and an error that names the variable.

django-environ does the parsing; this adds two things: a value that cannot be parsed
raises `ImproperlyConfigured` with the variable's name and the accepted form (never the
value, which may be a secret), and `secret()` also reads `<NAME>_FILE`.
"""

import base64
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from moneyed import CURRENCIES

_env = environ.Env()


def _read(name: str, form: str, parse: Callable[[], Any]) -> Any:
    try:
        return parse()
    except Exception as exc:
        raise ImproperlyConfigured(f"{name} is not usable: expected {form}.") from exc


def text(name: str, default: str = "") -> str:
    return str(_read(name, "a text", lambda: _env.str(name, default=default)))


def flag(name: str, default: bool) -> bool:
    def parse() -> bool:
        raw = _env.str(name, default="true" if default else "false").strip().lower()
        if raw not in {"true", "false", "1", "0", "yes", "no", "on", "off"}:
            raise ValueError
        return raw in {"true", "1", "yes", "on"}

    return bool(_read(name, "true or false", parse))


def number(name: str, default: int, *, minimum: int = 0) -> int:
    def parse() -> int:
        found = int(_env.str(name, default=str(default)))
        if found < minimum:
            raise ValueError
        return found

    return int(_read(name, f"a whole number of at least {minimum}", parse))


def seconds(name: str, default: float) -> float:
    def parse() -> float:
        found = float(_env.str(name, default=str(default)))
        if found <= 0:
            raise ValueError
        return found

    return float(_read(name, "a number of seconds above 0", parse))


def words(name: str, default: list[str]) -> list[str]:
    return list(_read(name, "texts separated by commas", lambda: _env.list(name, default=default)))


def pairs(name: str) -> dict[str, str]:
    """`key=value` separated by commas; empty when it is not set."""

    def parse() -> dict[str, str]:
        parts = [one.partition("=") for one in _env.list(name, default=[])]
        if not all(key.strip() and value.strip() for key, _, value in parts):
            raise ValueError
        return {key.strip(): value.strip() for key, _, value in parts}

    return dict(_read(name, "key=value, separated by commas", parse))


def choice(name: str, default: str, choices: Sequence[str]) -> str:
    """One of `choices`, in whatever case it was written."""
    spellings = {one.lower(): one for one in choices}
    form = f"{', '.join(choices[:-1])} or {choices[-1]}"
    found = _read(name, form, lambda: spellings[_env.str(name, default=default).strip().lower()])
    return str(found)


def http_url(name: str) -> str:
    """An absolute http(s) address, or "" when it is not set."""

    def parse() -> str:
        found = _env.str(name, default="").strip()
        parts = urlsplit(found)
        if found and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError
        return str(found)

    return str(_read(name, "an address that begins with https:// or http://", parse))


def time_zone(name: str, default: str) -> ZoneInfo:
    form = "the IANA name of a time zone, such as Europe/Berlin"
    found = _read(name, form, lambda: ZoneInfo(_env.str(name, default=default).strip()))
    return cast(ZoneInfo, found)


def currencies(name: str, default: list[str]) -> list[str]:
    """ISO codes, at least one."""

    def parse() -> list[str]:
        found = [code.strip() for code in _env.list(name, default=default)]
        if not found or not set(found) <= set(CURRENCIES):
            raise ValueError
        return found

    return list(_read(name, "ISO currency codes, such as EUR,USD", parse))


def secret(name: str, default: str = "") -> str:
    """A secret from `<name>`, or from the file that `<name>_FILE` points to."""
    file = _env.str(f"{name}_FILE", default="")
    if not file:
        return text(name, default)
    return str(
        _read(f"{name}_FILE", "the path of a readable file", lambda: Path(file).read_text().strip())
    )


def fernet_keys(name: str) -> list[str]:
    """Fernet keys, newest first; none when it is not set. Also reads `<name>_FILE`."""
    given = [key.strip() for key in secret(name).split(",") if key.strip()]
    form = "Fernet keys separated by commas (`python manage.py generate_key` prints one)"
    _read(name, form, lambda: [Fernet(key) for key in given])
    return given


def webhook_secret(name: str) -> str:
    """A Standard Webhooks secret, or "" when it is not set. Also reads `<name>_FILE`."""
    given = secret(name)

    def check() -> None:
        encoded = given.removeprefix("whsec_")
        if given and (encoded == given or len(base64.b64decode(encoded, validate=True)) < 16):
            raise ValueError

    _read(name, "whsec_ and the Base64 of 16 bytes or more", check)
    return given


def database_url(name: str, default: str) -> dict[str, Any]:
    form = "sqlite:///file or postgres://user:password@host:port/name"
    found: dict[str, Any] = _read(name, form, lambda: _env.db_url(name, default=default))
    if found.get("ENGINE") not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
        raise ImproperlyConfigured(f"{name} is not usable: expected {form}.")
    return found


def mail_url(name: str, default: str) -> dict[str, Any]:
    form = "smtp+tls://user:password@host:port, smtp+ssl://…, consolemail:// or filemail:///folder"
    return dict(_read(name, form, lambda: _env.email_url(name, default=default)))


def load_dotenv(path: Path) -> None:
    """Reads `.env` beside manage.py if there is one; real variables win.

    `DOTENV=off` leaves it unread, for tests and for whoever sets every variable elsewhere.
    """
    if flag("DOTENV", default=True) and path.is_file():
        environ.Env.read_env(str(path))
