"""Programs of our own beside us: started in their own sessions, stopped as whole trees.

    with Processes(folder=Path("var/demo")) as processes:
        worker = processes.start("worker", [sys.executable, "manage.py", "worker"])
        wait_for("the worker is alive", is_alive, while_running=[worker])

Leaving the block stops everything, newest first, whatever happened inside; if we are killed,
they end by themselves.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Any, Self

import psutil

from integrations.errors import NeedsOperator, PortalError
from integrations.sandbox import tied

STOP_S = 15
KILLED_S = 5
TAIL_LINES = 15


class StageFailed(PortalError):
    """A program did not start, ended, or something did not happen in time."""


@dataclass(frozen=True, slots=True)
class Program:
    """A started program and where its words go."""

    name: str
    process: "subprocess.Popen[str]"
    log: Path

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def last_words(self) -> str:
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return "\n".join(lines[-TAIL_LINES:])


class Processes:
    """All programs of one stage. `folder` takes their logs, `<name>.log` each."""

    def __init__(self, *, folder: Path) -> None:
        self.folder = folder
        self._programs: list[Program] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        reads_output: bool = False,
    ) -> Program:
        """Starts `command`; with `reads_output` its stdout is for us, else it goes to the log."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / f"{name}.log"
        with log.open("w") as out:
            process = subprocess.Popen(  # noqa: S603 our own programs, no shell
                [sys.executable, tied.__file__, str(os.getpid()), *command],
                env=dict(os.environ) | dict(env or {}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if reads_output else out,
                stderr=out,
                text=True,
                start_new_session=True,  # Ctrl-C reaches us alone; we stop them in order
            )
        program = Program(name, process, log)
        self._programs.append(program)
        return program

    def stop(self) -> None:
        """Ends every program with all its children: asked first, killed after a while."""
        while self._programs:
            end_tree(self._programs.pop().process)


def end_tree(process: "subprocess.Popen[str]") -> None:
    """Asks the first process to end, waits for it, then kills what is left of its tree."""
    members = _members(process.pid)
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_S)
    for member in members:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # whoever was started meanwhile
    process.wait()
    psutil.wait_procs(members, timeout=KILLED_S)
    if process.stdout is not None:
        process.stdout.close()


def _members(pid: int) -> list[psutil.Process]:
    try:
        leader = psutil.Process(pid)
        return [*leader.children(recursive=True), leader]
    except psutil.NoSuchProcess:
        return []


def first_line(program: Program) -> str:
    """The first line a program prints. Raises StageFailed with its last words if it ends."""
    stream: IO[str] | None = program.process.stdout
    line = stream.readline() if stream is not None else ""
    if not line:
        program.process.wait()
        raise StageFailed(f"{program.name} ended while starting:\n{program.last_words()}")
    return line


def wait_for(
    what: str,
    question: Callable[[], object],
    *,
    timeout_s: float = 30,
    every_s: float = 0.1,
    while_running: Sequence[Program] = (),
) -> None:
    """Asks until the answer is true. Raises StageFailed in time, or when a program has ended."""
    deadline = time.monotonic() + timeout_s
    while not question():
        for program in while_running:
            if not program.is_running:
                raise StageFailed(f"{program.name} ended:\n{program.last_words()}")
        if time.monotonic() > deadline:
            raise StageFailed(f"This did not happen within {timeout_s:.0f} s: {what}.")
        time.sleep(every_s)


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _not_again(number: int, frame: FrameType | None) -> None:
    """Not SIG_IGN: the programs that cleaning up starts would inherit that."""


def require_free(port: int) -> None:
    """Raises NeedsOperator when somebody listens there already."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise NeedsOperator(
                f"Port {port} is taken.", reason="port_taken", hint="Choose another with --port."
            )


class Stopped(BaseException):
    """Somebody asked this program to end: Ctrl-C, SIGTERM or a closed terminal."""


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Inside, SIGTERM, SIGHUP and Ctrl-C raise Stopped once; what is cleaned up is not cut off."""
    before: dict[int, Any] = {}

    def stop(number: int, frame: FrameType | None) -> None:
        for one in before:
            signal.signal(one, _not_again)
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
