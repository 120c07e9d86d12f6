"""Files on the disk that no request has any more: put aside, and removed some weeks later.

They are left by a process that died between the content and its row, and by rows that were
deleted. A running upload is never touched: its file is far younger than OLD. What is put aside
comes back if a row has it after all, as when a database was restored late.
"""

import logging
import os
import re
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings

from integrations.engine import beat
from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.start import start_job
from quotes.models import Attachment

logger = logging.getLogger(__name__)

SWEEP = "sweep_files"
EVERY_S = 6 * 3600.0
OLD = timedelta(days=1)  # far longer than an upload can take
KEPT = timedelta(days=30)
A_BATCH = 500
ASIDE = "aside"
_NAME = re.compile(r"[0-9a-f]{48}")


def start_sweep() -> int:
    """Starts a sweep unless one is under way. None as long as there is no folder to look into."""
    if not Path(settings.ATTACHMENT_ROOT).is_dir():
        return 0
    start_job(
        SWEEP, key=SWEEP, payload={}, resources={}, actor="beat", dedupe_key=SWEEP, priority=200
    )
    return 1


def sweep(ctx: StepContext) -> Mapping[str, Any]:
    """Looks through all of the folder; repeating it finds less. Touches no file of another name."""
    root, counts = Path(settings.ATTACHMENT_ROOT), {"aside": 0, "back": 0, "removed": 0}
    for names in _batches(_old_files(root)):
        ctx.checkpoint()
        for path in _without_row(names):
            counts["aside"] += _put_aside(path, root)
    for names in _batches(_files_in(root / ASIDE)):
        ctx.checkpoint()
        gone = set(_without_row(names))
        for path in names:
            if path not in gone:
                counts["back"] += _bring_back(path, root)
            elif _age_s(path) > KEPT.total_seconds():
                path.unlink(missing_ok=True)
                counts["removed"] += 1
                logger.info("leftover_file_removed file=%s", path.name)
    return counts


def _old_files(root: Path) -> Iterator[Path]:
    folders = (one for one in root.iterdir() if one.is_dir() and len(one.name) == 2)
    for folder in folders:
        for path in _files_in(folder):
            if path.name.startswith(folder.name) and _age_s(path) > OLD.total_seconds():
                yield path


def _files_in(folder: Path) -> Iterator[Path]:
    """Those with a name as the portal gives them; links to elsewhere are none."""
    if folder.is_dir():
        with os.scandir(folder) as entries:
            for entry in entries:
                if _NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                    yield Path(entry.path)


def _batches(paths: Iterator[Path]) -> Iterator[list[Path]]:
    while some := list(islice(paths, A_BATCH)):
        yield some


def _age_s(path: Path) -> float:
    """Seconds since it was written or put aside, by the clock of this machine; none for one that
    is gone."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _without_row(paths: list[Path]) -> list[Path]:
    known = Attachment.objects.filter(stored_as__in=[path.name for path in paths])
    names = set(known.values_list("stored_as", flat=True))
    return [path for path in paths if path.name not in names]


def _put_aside(path: Path, root: Path) -> bool:
    (root / ASIDE).mkdir(mode=0o700, exist_ok=True)
    try:
        os.utime(path)  # it is kept from now on
        path.rename(root / ASIDE / path.name)
    except FileNotFoundError:  # another sweep was faster
        return False
    logger.warning("leftover_file_put_aside file=%s", path.name)
    return True


def _bring_back(path: Path, root: Path) -> bool:
    home = root / path.name[:2]
    home.mkdir(mode=0o700, exist_ok=True)
    try:
        path.rename(home / path.name)
    except FileNotFoundError:
        return False
    logger.warning("leftover_file_brought_back file=%s", path.name)
    return True


def register_all() -> None:
    """Makes the job known and has the beat start it. Safe to repeat."""
    register(JobKind(SWEEP, [StepSpec("sweep", sweep, on=None)], lane="batch"))
    beat.register("quote_files", EVERY_S, start_sweep)
