"""The points at which a test may hit a process are named where they are reached."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from integrations.engine import faults

ROOT = Path(__file__).resolve().parents[2] / "integrations"
REACHED = re.compile(
    r"faults\.reach, \"(\w+)\"|faults\.reach\(\"(\w+)\"|_checkpoint\(ctx, \"(\w+)\""
)


def end_of_child(body: Callable[[], None]) -> int:
    """What became of a process that did `body`: its status as waitpid tells it."""
    pid = os.fork()
    if pid == 0:
        body()
        os._exit(0)
    _, status = os.waitpid(pid, os.WUNTRACED)
    if os.WIFSTOPPED(status):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return status


def test_every_point_is_reached_somewhere_and_described() -> None:
    found = {
        name
        for file in ROOT.rglob("*.py")
        for names in REACHED.findall(file.read_text("utf-8"))
        for name in names
        if name
    }

    assert found == set(faults.POINTS)


@pytest.mark.parametrize("reached", [("sent", "create"), ("sent", "")])
def test_armed_point_kills_the_process(reached: tuple[str, str]) -> None:
    def body() -> None:
        faults.arm("sent:kill")
        faults.reach(*reached)

    assert os.WTERMSIG(end_of_child(body)) == signal.SIGKILL


def test_armed_point_of_one_step_stops_the_process_there_only() -> None:
    def body() -> None:
        faults.arm("sent/create:stop")
        faults.reach("sent", "note")
        faults.reach("sent")
        faults.reach("recorded", "create")
        faults.reach("sent", "create")

    assert os.WSTOPSIG(end_of_child(body)) == signal.SIGSTOP


def test_fault_with_a_mark_happens_once_in_all_processes(tmp_path: Path) -> None:
    def body() -> None:
        faults.arm("sent:kill", str(tmp_path / "mark"))
        faults.reach("sent")

    assert [os.WIFSIGNALED(end_of_child(body)) for _ in range(2)] == [True, False]


def test_process_that_is_not_armed_goes_on() -> None:
    def body() -> None:
        faults.arm("sent:kill")
        faults.arm("")
        faults.reach("sent")

    assert end_of_child(body) == 0


def test_unknown_action_is_refused() -> None:
    with pytest.raises(KeyError):
        faults.arm("sent:explode")
