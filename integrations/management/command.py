"""The shape all our commands share: verbs, `--json`, honest exit codes.

0: done. 1: failed or refused, with the sentence on stderr. 2: wrong usage. A verb parses,
calls one service and returns an Answer; nothing here or there ever prints a secret.
"""

import getpass
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.errors import PortalError


class Refused(CommandError):
    """What a service refused, as one sentence on stderr; exit code 1."""


class Misused(CommandError):
    """Words that contradict each other in a way that argparse cannot see; exit code 2."""

    def __init__(self, text: str) -> None:
        super().__init__(f"usage: {text}", returncode=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a verb found: `rows` for programs, `lines` for people.

    With a `refusal` both are printed and the command then fails with that sentence.
    """

    rows: Any
    lines: Sequence[str] = field(default=())
    refusal: str = ""


Verb = Callable[[dict[str, Any]], Answer]


class PortalCommand(BaseCommand):
    """Runs one verb, prints its answer as text or as JSON, turns our errors into Refused.

    A verb that takes long tells people how it goes by `options["say"](line)`.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        verb: Verb = options["run"]
        options["say"] = _nothing if options["json"] else self.stdout.write
        try:
            answer = verb(options)
        except PortalError as exc:
            raise Refused(sentence(exc)) from exc
        if options["json"]:
            self.stdout.write(json.dumps(answer.rows, indent=2, default=str))
        else:
            for line in answer.lines:
                self.stdout.write(line)
        if answer.refusal:
            raise Refused(answer.refusal)


def _nothing(line: str) -> None:
    """What a verb says while it works, where a program reads the end only."""


def add_verb(verbs: Any, name: str, run: Verb, *, help: str) -> CommandParser:
    """A sub-parser that runs `run`; every verb understands --json."""
    parser: CommandParser = verbs.add_parser(name, help=help, description=help)
    add_json(parser)
    parser.set_defaults(run=run)
    return parser


def add_json(parser: CommandParser) -> None:
    parser.add_argument("--json", action="store_true", help="Print JSON for programs.")


def sentence(error: PortalError) -> str:
    """The error's message, the remote's own words, and what to do."""
    words = getattr(error, "remote_words", "")
    return " ".join(part for part in (error.message, words, error.hint) if part)


def command_actor() -> str:
    """Who history says it was: the user of the operating system, at the command line."""
    return f"{getpass.getuser()} (command line)"[:120]


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Columns as wide as their widest text; the last one runs free."""
    texts = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[n]) for row in texts) for n in range(len(head) - 1)]
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
        for row in texts
    ]
