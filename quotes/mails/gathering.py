"""What is written in a thread, told to the other side in one mail for all that came close together.

The first word waits QUOTE_MESSAGE_WAIT_S; whatever is written until then is in the same mail. A
word is told in one mail only: it is marked with the job before that sends anything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.start import start_job
from quotes.mails import for_sales, requests, sending
from quotes.mails.letters import Letter
from quotes.models import Message, Rfq

TELL_WORDS, HEAR_WORDS = "tell_of_words", "hear_of_words"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """From whom to whom: the mail, and the words that it is still to tell."""

    mail: str
    letter: Callable[..., Letter]
    untold: Callable[[int], QuerySet[Message]]


_WAYS = {
    TELL_WORDS: _Way(mail="said", letter=requests.said, untold=requests.untold),
    HEAR_WORDS: _Way(
        mail="sales_heard", letter=for_sales.for_sales_heard, untold=for_sales.unheard
    ),
}


def start(rfq: Rfq, *, now: datetime, kind: str = TELL_WORDS) -> None:
    """Sees to it that untold words are told soon, in the transaction of a new one."""
    start_job(
        kind,
        key=f"words:{rfq.pk}" if kind == TELL_WORDS else f"heard:{rfq.pk}",
        payload={"rfq": rfq.pk},
        resources={},
        actor="portal",
        due_at=now + timedelta(seconds=settings.QUOTE_MESSAGE_WAIT_S),
    )


def _gather(ctx: StepContext, kind: str) -> dict[str, Any]:
    """Repeating it before anything is sent takes newer words along."""
    return {"words": _WAYS[kind].untold(ctx.payload["rfq"]).update(told_in=ctx.job_id)}


def _send(ctx: StepContext, kind: str) -> dict[str, Any]:
    rfq = Rfq.objects.filter(pk=ctx.payload["rfq"]).first()
    if rfq is None or not rfq.messages.filter(told_in=ctx.job_id).exists():
        return {"sent": False, "why": "everything was told already"}
    way = _WAYS[kind]
    return sending.deliver(ctx, way.mail, rfq, partial(way.letter, rfq, told_in=ctx.job_id))


def declare() -> None:
    """Makes the job kinds known to this process."""
    for kind in _WAYS:
        steps = [
            StepSpec("gather", partial(_gather, kind=kind), on=None),
            StepSpec("send", partial(_send, kind=kind), on=None),
        ]
        # coalesce: a word that comes before the mail is written is in it
        register(JobKind(kind, steps, lane="batch", coalesce=True))
