"""Exit codes and streams as a shell sees them."""

import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.slow


def _run(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_what_worked_exits_0_and_writes_to_stdout() -> None:
    ended = _run("generate_key")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(ended.stdout.strip()) == 44


def test_what_is_refused_exits_1_and_says_so_on_stderr() -> None:
    secret = "secret_key=@/nowhere"
    common = ["--kind", "medusa", "--name", "x", "--url", "https://x.example"]

    ended = _run("connection", "add", *common, "--secret", secret)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert "/nowhere cannot be read" in ended.stderr


@pytest.mark.parametrize("words", [["jobs", "requeue"], ["flow", "set-mode", "1", "sideways"]])
def test_wrong_usage_exits_2(words: list[str]) -> None:
    ended = _run(*words)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert "usage:" in ended.stderr
