"""What sales writes in a thread, told to the buyer in one mail for all that came close together.

The first word waits QUOTE_MESSAGE_WAIT_S; whatever is written until then is in the same mail. A
word is told in one mail only: it is marked with the job before that sends anything.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings

from integrations.engine.declare import JobKind, StepContext, StepSpec, register
from integrations.engine.start import start_job
from quotes.mails import sending
from quotes.mails.requests import said, untold
from quotes.models import Rfq

TELL_WORDS = "tell_of_words"


def start(rfq: Rfq, *, now: datetime) -> None:
    """Sees to it that untold words of sales are told soon, in the transaction of a new one."""
    start_job(
        TELL_WORDS,
        key=f"words:{rfq.pk}",
        payload={"rfq": rfq.pk},
        resources={},
        actor="portal",
        due_at=now + timedelta(seconds=settings.QUOTE_MESSAGE_WAIT_S),
    )


def _gather(ctx: StepContext) -> dict[str, Any]:
    """Repeating it before anything is sent takes newer words along."""
    return {"words": untold(ctx.payload["rfq"]).update(told_in=ctx.job_id)}


def _send(ctx: StepContext) -> dict[str, Any]:
    rfq = Rfq.objects.filter(pk=ctx.payload["rfq"]).first()
    if rfq is None or not rfq.messages.filter(told_in=ctx.job_id).exists():
        return {"sent": False, "why": "everything was told already"}
    return sending.deliver(ctx, "said", rfq, partial(said, rfq, told_in=ctx.job_id))


def declare() -> None:
    """Makes the job kind known to this process."""
    # coalesce: a word that comes before the mail is written is in it
    steps = [StepSpec("gather", _gather, on=None), StepSpec("send", _send, on=None)]
    register(JobKind(TELL_WORDS, steps, lane="batch", coalesce=True))
