"""The first page says how old each kind of data is, and colours what its schedule forbids."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from integrations.admin.ages import age_of
from integrations.models import Flow, User
from tests.factories import ConnectionFactory, FlowFactory, operator, sales_rep

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def flow(**fields: object) -> Flow:
    made: Flow = FlowFactory(
        **{
            "kind": "stock",
            "mode": "live",
            "schedule": "*/5 * * * *",
            "source": ConnectionFactory(erp=True),
            "target": ConnectionFactory(),
            **fields,
        }
    )
    return made


@pytest.mark.parametrize(
    ("schedule", "minutes", "tone"),
    [
        ("*/5 * * * *", 9, "success"),
        ("*/5 * * * *", 16, "warning"),
        ("*/5 * * * *", 30, "danger"),
        ("0 2 * * *", 23 * 60, "success"),
        ("0 2 * * *", 30 * 60, "warning"),
        ("0 2 * * *", 80 * 60, "danger"),
        ("", 23 * 60, "success"),
        ("", 80 * 60, "danger"),
    ],
)
def test_colour_is_that_of_the_schedule(schedule: str, minutes: int, tone: str) -> None:
    covered = NOW - timedelta(minutes=minutes)

    age = age_of(flow(schedule=schedule, covered_until=covered), now=NOW)

    assert age.tone == tone
    assert ("by its schedule" in age.detail) == (tone != "success")


def test_live_flow_that_never_read_everything_is_told() -> None:
    assert age_of(flow(), now=NOW).words == "never read"


def test_shadow_has_written_nothing_yet() -> None:
    assert age_of(flow(mode="shadow"), now=NOW).words == "nothing written yet"


def test_paused_schedule_is_named() -> None:
    paused = flow(is_paused=True, covered_until=NOW - timedelta(hours=2))

    assert age_of(paused, now=NOW).detail.startswith("Its schedule is paused.")


def test_first_page_counts_what_is_old(signed_in: Callable[[User], Client]) -> None:
    flow(covered_until=timezone.now() - timedelta(hours=2))
    flow(kind="products", schedule="0 2 * * *", covered_until=timezone.now())

    page = signed_in(operator()).get(reverse("admin:index")).content.decode()

    assert "kind of data is old" in page
    assert "Stock in Shop" in page
    assert "2 h old" in page or "120 min old" in page


def test_sales_do_not_see_it(signed_in: Callable[[User], Client]) -> None:
    flow(covered_until=timezone.now() - timedelta(hours=2))

    page = signed_in(sales_rep()).get(reverse("admin:index")).content.decode()

    assert "Age of the data" not in page
