"""Options of the form KEY=VALUE, whose value may lie in a file."""

import sys
from collections.abc import Callable
from pathlib import Path

from django.core.management.base import CommandError


def pairs_of(option: str, given: list[str], *, read: Callable[[str], str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not key or not equals:
            # The text is not repeated: it may be a secret.
            raise CommandError(f"{option} expects KEY=VALUE.", returncode=2)
        pairs[key] = read(value)
    return pairs


def secret_of(value: str) -> str:
    """`-` reads a line of the standard input, `@FILE` a file, without the line's end."""
    if value == "-":
        return sys.stdin.readline().strip()
    return text_of(value).strip() if value.startswith("@") else value


def text_of(value: str) -> str:
    """`@FILE` reads a file, as it is."""
    if not value.startswith("@"):
        return value
    try:
        return Path(value[1:]).read_text("utf-8")
    except OSError as exc:
        raise CommandError(f"{value[1:]} cannot be read: {exc.strerror}.") from exc
