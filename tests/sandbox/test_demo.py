"""`manage.py demo` as a person starts it: in a process of its own."""

import fcntl
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from django.conf import settings

DEMO = [sys.executable, str(settings.BASE_DIR / "manage.py"), "demo"]


def _environment(**more: str) -> dict[str, str]:
    return {**os.environ, **more}


def _demo(*words: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*DEMO, *(str(word) for word in words)],
        env=_environment(**environment),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _left_running(folder: Path) -> list[str]:
    """Programs that work on this demo's database, once it has settled."""
    deadline = time.monotonic() + 3  # a killed one may still be listed for a moment
    while (left := _running(folder)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def _running(folder: Path) -> list[str]:
    found = []
    for process in psutil.process_iter():
        try:
            if str(folder) in process.environ().get("DATABASE_URL", ""):
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


@pytest.mark.slow
def test_every_system_agrees_also_when_an_answer_is_lost_and_events_repeat(
    tmp_path: Path,
) -> None:
    ended = _demo("--once", "--json", "--faults", "--folder", tmp_path)

    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert (told["ok"], told["problems"], told["lost_answers"]) == (True, [], 1)
    assert [view["orders"] for view in told["systems"].values()] == [1, 1, 1]
    assert {view["gross_total"] for view in told["systems"].values()} == {"214.17"}
    assert told["systems"]["portal"]["state"] == "paid"
    assert told["held"]["reason"] == "customer_unlinked"
    assert told["events"]["repeats"] > told["events"]["stored"] > 0
    assert told["jobs"]["push_order"] == {"done": 2, "parked": 1}
    assert _left_running(tmp_path) == []


@pytest.mark.slow
def test_a_stopped_demo_leaves_nothing_running(tmp_path: Path) -> None:
    demo = subprocess.Popen(
        [*DEMO, "--folder", str(tmp_path)],
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert demo.stdout is not None
    lines = []
    for line in demo.stdout:
        lines.append(line)
        if "The portal runs at" in line:
            break
    assert len(_running(tmp_path)) > 3

    demo.send_signal(signal.SIGTERM)
    rest, _ = demo.communicate(timeout=60)

    assert "everything is down" in rest
    assert _left_running(tmp_path) == []


@pytest.mark.slow
def test_a_second_demo_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with (tmp_path / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = _demo("--once", "--folder", tmp_path)

    assert ended.returncode == 1
    assert "A demo runs in" in ended.stderr
    assert "--folder" in ended.stderr


@pytest.mark.slow
def test_the_database_and_the_alerts_of_the_real_portal_are_left_alone(tmp_path: Path) -> None:
    real = tmp_path / "real.sqlite3"
    portal = {"DATABASE_URL": f"sqlite:///{real}", "ALERT_EMAILS": "ops@example.com"}

    ended = _demo("--once", "--json", "--folder", tmp_path / "demo", **portal)

    assert ended.returncode == 0, ended.stderr
    assert not real.exists()
    assert f"data is in sqlite:///{tmp_path}/demo/portal.sqlite3" in ended.stderr
    with sqlite3.connect(tmp_path / "demo" / "portal.sqlite3") as demo:
        mailed = "SELECT count(*) FROM integrations_alert WHERE channel = 'mail'"
        assert demo.execute(mailed).fetchone() == (0,)


@pytest.mark.slow
def test_a_named_database_that_holds_tables_is_refused_unchanged(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "books.sqlite3") as books:
        books.execute("CREATE TABLE ledger (id)")
    named = f"sqlite:///{tmp_path}/books.sqlite3"

    ended = _demo("--once", "--folder", tmp_path / "demo", "--database", named)

    assert ended.returncode == 1
    assert "This database holds tables already." in ended.stderr
    tables = books.execute("SELECT name FROM sqlite_master").fetchall()
    assert tables == [("ledger",)]


@pytest.mark.parametrize("name", ["manage.py", "portal.sqlite3"])
@pytest.mark.slow
def test_a_folder_that_is_no_demos_is_refused_unchanged(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("precious")

    ended = _demo("--once", "--folder", tmp_path)

    assert ended.returncode == 1
    assert "is not the folder of a demo" in ended.stderr
    assert [file.name for file in tmp_path.iterdir()] == [name]


@pytest.mark.slow
def test_what_a_real_storefront_needs_is_said_before_anything_starts(tmp_path: Path) -> None:
    ended = _demo("--once", "--medusa", "real", "--folder", tmp_path, PATH="/nowhere")

    assert ended.returncode == 1
    assert "there is no `node`" in ended.stderr
    assert not (tmp_path / "logs").exists()


@pytest.mark.slow
def test_production_is_refused(tmp_path: Path) -> None:
    ended = _demo(
        "--once",
        "--folder",
        tmp_path,
        DEBUG="false",
        SECRET_KEY="0123456789" * 4,
        CREDENTIAL_KEYS="MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        BASE_URL="https://portal.example",
    )

    assert ended.returncode == 1
    assert not (tmp_path / "logs").exists()
