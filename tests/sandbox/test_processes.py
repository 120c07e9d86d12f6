"""Programs that are started beside us end as whole trees, and say why they ended."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from integrations.sandbox.processes import (
    Processes,
    StageFailed,
    Stopped,
    first_line,
    stoppable,
    wait_for,
)

PARENT = textwrap.dedent(
    """
    import signal, subprocess, sys, time
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print(child.pid, flush=True)
    time.sleep(600)
    """
)
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"


def test_a_program_is_ended_with_its_children(tmp_path: Path) -> None:
    with Processes(folder=tmp_path) as processes:
        program = processes.start("parent", [sys.executable, "-c", PARENT], reads_output=True)
        grandchild = int(first_line(program))
        assert psutil.pid_exists(grandchild)

    assert not program.is_running
    assert not _is_alive(grandchild)


def test_a_program_that_ignores_the_request_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.sandbox.processes.STOP_S", 0.3)
    with Processes(folder=tmp_path) as processes:
        command = [sys.executable, "-c", STUBBORN + PARENT]
        program = processes.start("stubborn", command, reads_output=True)
        grandchild = int(first_line(program))

    assert not program.is_running
    assert not _is_alive(grandchild)


def test_everything_is_stopped_also_when_the_block_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Processes(folder=tmp_path) as processes:
        program = processes.start("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"])
        raise ZeroDivisionError

    assert not program.is_running


def test_a_program_that_ends_while_starting_says_why(tmp_path: Path) -> None:
    with Processes(folder=tmp_path) as processes:
        program = processes.start(
            "broken", [sys.executable, "-c", "raise SystemExit('no such port')"], reads_output=True
        )

        with pytest.raises(StageFailed, match="broken ended while starting:\nno such port"):
            first_line(program)


def test_waiting_ends_when_a_program_has_ended(tmp_path: Path) -> None:
    with Processes(folder=tmp_path) as processes:
        program = processes.start("worker", [sys.executable, "-c", "raise SystemExit('out of it')"])

        with pytest.raises(StageFailed, match="worker ended:\nout of it"):
            wait_for("never", lambda: False, while_running=[program])


def test_waiting_has_an_end_and_says_for_what() -> None:
    with pytest.raises(StageFailed, match="the moon is blue"):
        wait_for("the moon is blue", lambda: False, timeout_s=0.05, every_s=0.01)


MIDDLE = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from integrations.sandbox.processes import Processes
    with Processes(folder=Path(sys.argv[1])) as processes:
        program = processes.start("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"])
        print(program.process.pid, flush=True)
        time.sleep(600)
    """
)


def test_programs_end_also_when_their_starter_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", MIDDLE, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as middle:
        assert middle.stdout is not None
        sleeper = int(middle.stdout.readline())
        middle.kill()

    wait_for("the sleeper ends", lambda: not _is_alive(sleeper), timeout_s=5)


def test_a_second_signal_does_not_cut_off_the_cleaning_up() -> None:
    cleaned = False
    with pytest.raises(Stopped), stoppable():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            cleaned = True

    assert cleaned


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
