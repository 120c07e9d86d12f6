"""Reads environment variables, once, with a type and an error that names the variable.

django-environ does the parsing; this adds two things: a value that cannot be parsed
raises `ImproperlyConfigured` with the variable's name and the accepted form (never the
value, which may be a secret), and `secret()` also reads `<NAME>_FILE`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

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


def secret(name: str, default: str = "") -> str:
    """A secret from `<name>`, or from the file that `<name>_FILE` points to."""
    file = _env.str(f"{name}_FILE", default="")
    if not file:
        return text(name, default)
    return str(
        _read(f"{name}_FILE", "the path of a readable file", lambda: Path(file).read_text().strip())
    )


def database_url(name: str, default: str) -> dict[str, Any]:
    form = "sqlite:///file or postgres://user:password@host:port/name"
    found: dict[str, Any] = _read(name, form, lambda: _env.db_url(name, default=default))
    if found.get("ENGINE") not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
        raise ImproperlyConfigured(f"{name} is not usable: expected {form}.")
    return found


def mail_url(name: str, default: str) -> dict[str, Any]:
    form = "smtp://user:password@host:port, smtp+tls://…, consolemail:// or filemail:///folder"
    return dict(_read(name, form, lambda: _env.email_url(name, default=default)))


def load_dotenv(path: Path) -> None:
    """Reads `.env` beside manage.py if there is one; real variables win."""
    if path.is_file():
        environ.Env.read_env(str(path))
