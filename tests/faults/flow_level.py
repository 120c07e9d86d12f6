"""The cells above the engine: what becomes of a double that the matrix counts as found.

The engine knows no order, so it can only count a double at a remote without keys. That the
next sweep finds it, cancels the newer order if nobody touched it and tells the operator is
shown by journeys against such a remote. They are named here and run with the matrix.
"""

import os
import subprocess
import sys
from collections.abc import Sequence

# Ids of tests, as pytest takes them: "tests/journeys/test_….py".
FLOW_LEVEL: tuple[str, ...] = ("tests/faults/test_stalled_keyless.py",)


def run(tests: Sequence[str] = FLOW_LEVEL) -> tuple[bool, list[str]]:
    """Whether these tests failed, and what to say about them."""
    if not tests:
        return False, ["no test is named"]
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-n", "0", *tests]
    environment = {name: value for name, value in os.environ.items() if name not in _OURS}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True)
    return ran.returncode != 0, ran.stdout.splitlines()[-20:]


_OURS = ("DATABASE_URL", "ENGINE_EXTRA_KINDS")
