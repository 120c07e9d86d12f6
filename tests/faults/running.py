"""Runs the suite's own command for its tests, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.faults.mutations import ROOT
from tests.support import postgres


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    output: str


def run(*arguments: str, template: str) -> Ran:
    """What `python -m tests.faults` came to with these arguments."""
    command = [sys.executable, "-m", "tests.faults", *arguments, "--template", template]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return Ran(ran.returncode, ran.stdout + ran.stderr)


@contextmanager
def template_database() -> Iterator[str]:
    """A migrated database that the suite copies, made by a process of its own.

    This process keeps the settings and connections of the tests.
    """
    name = f"test_faults_template_{os.getpid()}"
    command = [sys.executable, "-m", "tests.faults", "--make-template", name]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    try:
        yield name
    finally:
        postgres.drop(name)
