"""No fence stops a sender that had decided to send: what it doubled is found by the next sweep."""

from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.faults.flow_cells import StalledKeyless, run_killed_repair, run_stalled_keyless

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


def test_second_order_of_a_stalled_sender_is_cancelled_and_told(
    django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> None:
    with django_db_blocker.unblock():
        outcome = run_stalled_keyless("untouched", tmp_path)

    assert outcome == StalledKeyless(doubled=True, found=True, repaired=True, told=True)


def test_second_order_that_somebody_worked_with_is_left_to_a_person_who_is_told(
    django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> None:
    with django_db_blocker.unblock():
        outcome = run_stalled_keyless("touched", tmp_path)

    assert outcome == StalledKeyless(doubled=True, found=True, repaired=False, told=True)


@pytest.mark.parametrize("point", ["checked/settle", "sent/settle", "sent/tell", "recorded/tell"])
def test_worker_killed_while_repairing_repairs_and_tells_once(
    point: str, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> None:
    with django_db_blocker.unblock():
        outcome = run_killed_repair(point, tmp_path)

    assert outcome == StalledKeyless(doubled=True, found=True, repaired=True, told=True)
