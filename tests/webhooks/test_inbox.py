"""Events whose handler failed are tried again, each in its turn."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.engine import beat
from integrations.models import Connection, Event
from integrations.webhooks import handlers, inbox
from tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db
TYPE = "visit.noted"


@pytest.fixture
def unhandled() -> Iterator[set[str]]:
    """Subjects whose event our handler cannot handle yet."""
    subjects: set[str] = set()

    def handle(event: Event) -> handlers.Outcome:
        if event.subject in subjects:
            raise ValueError(f"no idea what \x00 {event.subject} is")
        return handlers.Outcome()

    handlers.register("storefront", TYPE, handle)
    yield subjects
    handlers._handlers.remove(("storefront", TYPE, handle))


@pytest.fixture
def shop() -> Connection:
    return ConnectionFactory()


def failed(shop: Connection, subject: str, *, minutes_ago: int = 1) -> Event:
    return Event.objects.create(
        connection=shop,
        event_id=f"msg_{subject}",
        type=TYPE,
        subject=subject,
        digest="",
        state=Event.State.FAILED,
        handled_at=timezone.now() - timedelta(minutes=minutes_ago),
    )


def test_a_failed_event_is_handled_when_its_handler_is_mended(
    shop: Connection, unhandled: set[str]
) -> None:
    event = failed(shop, "order_1")

    assert inbox.redispatch() == 1

    event.refresh_from_db()
    assert event.state == Event.State.HANDLED


def test_events_that_fail_again_let_newer_ones_pass(shop: Connection, unhandled: set[str]) -> None:
    for number in range(3):
        unhandled.add(failed(shop, f"bad_{number}", minutes_ago=9).subject)
    good = failed(shop, "good")

    for _ in range(2):
        inbox.redispatch(limit=3)

    good.refresh_from_db()
    assert good.state == Event.State.HANDLED
    assert Event.objects.filter(state=Event.State.FAILED).count() == 3


def test_the_beat_tries_failed_events_again() -> None:
    duty = beat._registered["redispatch_events"]

    assert duty.function is inbox.redispatch
