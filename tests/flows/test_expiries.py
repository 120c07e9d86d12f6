"""A key that runs out soon is told before orders stop."""

from datetime import UTC, datetime

import pytest

from integrations.flows.expiries import tell_expiring
from integrations.models import Issue
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "is_told"),
    [
        ("2026-12-11", True),
        ("2026-11-20", True),
        ("2026-12-12", False),
        ("", False),
        ("soon", False),
    ],
)
def test_key_is_told_two_weeks_before_its_day(day: str, is_told: bool) -> None:
    erp = make.ConnectionFactory(erp=True, settings={"api_key_expires_on": day})

    told = tell_expiring(NOW)

    assert [issue.connection for issue in told] == ([erp] if is_told else [])


def test_told_once_and_over_when_a_later_day_is_entered() -> None:
    erp = make.ConnectionFactory(erp=True, settings={"api_key_expires_on": "2026-12-01"})
    tell_expiring(NOW)
    tell_expiring(NOW)
    [issue] = Issue.objects.all()
    assert "2026-12-01" in issue.title

    erp.settings = {"api_key_expires_on": "2027-02-28"}
    erp.save()
    tell_expiring(NOW)

    issue.refresh_from_db()
    assert issue.state == Issue.State.RESOLVED
