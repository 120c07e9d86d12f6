"""Repeated writes that only a stalled sender explains: shown in a column of their own.

A process that is stopped between its last look at the lease and the send goes on with that
send when it continues, whoever has taken its job meanwhile. Where the remote enforces no key
of ours nothing can hold it back.
"""

from collections.abc import Sequence

from integrations.engine.models import Attempt
from tests.faults.nemesis.killers import Happened

KINDS = ("record_payment", "write_shipment")


def is_explained(order_id: str, happened: Sequence[Happened]) -> bool:
    """Whether a process was stopped during a try that was taken away from it."""
    tries = Attempt.objects.filter(
        step__job__key__in=(f"order:{order_id}", f"shipments:{order_id}"),
        step__job__kind__in=KINDS,
        outcome=Attempt.CRASHED,
    )
    stops = [one for one in happened if one.fault.what == "stop"]
    return any(
        one.began <= (attempt.finished_at or one.ended) and one.ended >= attempt.started_at
        for attempt in tries
        for one in stops
    )
