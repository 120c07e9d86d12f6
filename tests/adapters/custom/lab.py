"""Mappings to try things on, and an ERP of few words that remembers what it was asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.adapters.custom.adapter import open_adapter
from integrations.adapters.custom.mapping import load_mapping
from integrations.errors import NeedsOperator
from integrations.http import Session
from integrations.records import ExchangeRecord
from integrations.sandbox.erps.custom import mapping
from integrations.standin import Request, Response, StandIn

PLAIN, ODD = mapping("plain"), mapping("odd")

# The smallest mapping there is; tests add sections to it.
SMALL = """\
mapping: 1
title: Tiny
auth: {kind: none}
formats: {currency: EUR}
test:
  call: {path: /me}
"""


def mistakes_in(text: str) -> str:
    """What the loader says of a mapping; "" for a good one."""
    try:
        load_mapping(text)
    except NeedsOperator as exc:
        assert exc.reason == "bad_mapping"
        return exc.message
    return ""


def line_of(text: str, part: str) -> int:
    """The line on which a part of the text stands first."""
    return text[: text.index(part)].count("\n") + 1


class Echo(StandIn):
    """Answers what it was told to, in turn (the last one for ever), and keeps the requests."""

    def __init__(self, *answers: Response) -> None:
        super().__init__()
        self.answers, self.asked = list(answers), list[Request]()

    def unknown_route(self, request: Request) -> Response:
        self.asked.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@dataclass
class Kept:
    """A recorder that keeps what it is given."""

    exchanges: list[ExchangeRecord] = field(default_factory=list)

    def record(self, exchange: ExchangeRecord) -> None:
        self.exchanges.append(exchange)


def adapter_on(
    url: str,
    text: str,
    secrets: Mapping[str, str] | None = None,
    *,
    recorder: Kept | None = None,
    **settings: str,
) -> Any:
    known = dict(secrets or {})
    session = Session(
        base_url=url,
        allow_private=True,
        recorder=recorder or Kept(),
        secrets=tuple(known.values()),
    )
    return open_adapter(session, {"mapping": text, **settings}, known)
