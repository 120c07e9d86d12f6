"""Runs Typst over quote.typ: a sheet in, a PDF out. The one module that knows Typst.

Typst keeps threads. A process that was forked from one that had typeset before has lost them
and would wait for them for ever (seen with 0.15.2), so there the work goes to a fresh process.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import cast

import typst

from quotes.documents.glyphs import FONTS
from quotes.documents.sheet import Sheet

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE / "quote.typ"
TIMEOUT_S = 60
FRESH = "from quotes.documents.typesetting import serve; serve()"
_processes: set[int] = set()  # that typeset: this one, and those it was forked from


class NotTypeset(Exception):
    """Typst refused or gave up; the message is its own."""


def typeset(sheet: Sheet, *, issued_on: date) -> bytes:
    """The PDF/UA-1 of a sheet, dated midnight UTC of that day. Raises NotTypeset."""
    midnight = datetime.combine(issued_on, time(), tzinfo=UTC)
    content, dated = json.dumps(sheet, default=asdict), int(midnight.timestamp())
    if _processes - {os.getpid()}:
        return _in_fresh_process(content, dated)
    _processes.add(os.getpid())
    return _here(content, dated)


def serve() -> None:
    """The fresh process: `{content, dated}` on stdin, the PDF or the complaint on stdout."""
    try:
        sys.stdout.buffer.write(_here(**json.load(sys.stdin)))
    except NotTypeset as refused:
        sys.stdout.buffer.write(str(refused).encode())
        sys.exit(1)


def _here(content: str, dated: int) -> bytes:
    try:
        compiler = typst.Compiler(
            TEMPLATE, root=HERE, font_paths=fonts(), sys_inputs={"sheet": content}
        )
        pdf = compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=dated)
    except typst.TypstError as error:
        raise NotTypeset(error.message) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a panic in Rust is no Exception
            raise
        raise NotTypeset("the typesetter gave up on a text") from error
    return cast(bytes, pdf)


def _in_fresh_process(content: str, dated: int) -> bytes:
    finished = subprocess.run(  # noqa: S603 - our own interpreter, a constant program
        [sys.executable, "-c", FRESH],
        input=json.dumps({"content": content, "dated": dated}).encode(),
        stdout=subprocess.PIPE,
        cwd=HERE.parents[1],
        timeout=TIMEOUT_S,
        check=False,
    )
    if finished.returncode != 0:
        raise NotTypeset(finished.stdout.decode() or "the typesetter ended early")
    return finished.stdout


@cache
def fonts() -> typst.Fonts:
    """Ours alone: the same paper on every machine, whatever is installed there."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
