"""Runs a command the way a shell does: its text, its words on stderr, its exit code."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError


@dataclass(frozen=True)
class Said:
    """What one call of a command printed and how it ended."""

    out: str
    refusal: str
    code: int

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Say = Callable[..., Said]


@pytest.fixture
def say() -> Say:
    def say_it(*words: object) -> Said:
        out = io.StringIO()
        try:
            call_command(*(str(word) for word in words), stdout=out)
        except CommandError as exc:
            return Said(out.getvalue(), str(exc), exc.returncode)
        return Said(out.getvalue(), "", 0)

    return say_it
