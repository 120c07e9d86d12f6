"""The page of a run: its plan, filtered and as a file; its progress; what is pressed there."""

import csv
import io
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integrations.models import PlannedChange, Run, User
from tests.factories import (
    ConnectionFactory,
    FlowFactory,
    RunFactory,
    auditor,
    integration_admin,
    sales_rep,
)

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Client]


@pytest.fixture
def run() -> Run:
    flow = FlowFactory(
        kind="products",
        mode="assisted",
        source=ConnectionFactory(erp=True),
        target=ConnectionFactory(),
    )
    made: Run = RunFactory(flow=flow, mode="assisted", read=300, created=1, changed=251, skipped=1)
    rows = [planned(made, n, "change", ref=f"p{n}", label=f"Part {n}") for n in range(1, 252)]
    rows += [
        planned(
            made,
            252,
            "create",
            ref="drl",
            label="Drill",
            changes=[["title", "", "Drill"], ["DRL price EUR", "", "=19.9+1"]],
        ),
        planned(made, 253, "skip", ref="saw", label="Saw", reason="no price for SAW-1"),
    ]
    PlannedChange.objects.bulk_create(rows)
    return made


def planned(run: Run, number: int, action: str, **more: object) -> PlannedChange:
    return PlannedChange(**{"run": run, "number": number, "action": action, **more})


def page(client: Client, run: Run, query: str = "") -> str:
    url = reverse("admin:integrations_run_change", args=[run.pk])
    return client.get(url + query).content.decode()


def lines(client: Client, run: Run, query: str = "") -> list[list[str]]:
    answer = client.get(reverse("admin:integrations_run_plan", args=[run.pk]) + query)
    assert answer["Content-Type"].startswith("text/csv")
    text = b"".join(answer.streaming_content).decode()
    return list(csv.reader(io.StringIO(text)))


def test_plan_is_paged_by_its_numbers(signed_in: SignedIn, run: Run) -> None:
    client = signed_in(auditor())

    first = page(client, run)
    second = page(client, run, "?plan=all&after=100")

    assert "Part 100 <" in first
    assert "Part 101 <" not in first
    assert "after=100" in first
    assert "Part 101 <" in second


def test_plan_is_filtered_by_what_and_by_words(signed_in: SignedIn, run: Run) -> None:
    client = signed_in(auditor())

    created = page(client, run, "?plan=create")
    found = page(client, run, "?q=saw-1")

    assert "Drill" in created
    assert "Part 1 <" not in created
    assert "no price for SAW-1" in found
    assert "Part 1 <" not in found
    assert "Nothing fits “zebra”" in page(client, run, "?q=zebra")


def test_changes_are_shown_field_by_field(signed_in: SignedIn, run: Run) -> None:
    PlannedChange.objects.filter(ref="p1").update(changes=[["title", "Old bolt", "Bolt"]])

    shown = page(signed_in(auditor()), run)

    assert "title: <del>Old bolt</del> → <ins>Bolt</ins>" in shown


def test_page_costs_the_same_however_long_the_plan_is(signed_in: SignedIn, run: Run) -> None:
    client = signed_in(auditor())
    page(client, run)  # fills caches
    with CaptureQueriesContext(connection) as few:
        page(client, run)
    more = [planned(run, n, "skip", ref=f"x{n}", label="More") for n in range(1000, 2000)]
    PlannedChange.objects.bulk_create(more)

    with CaptureQueriesContext(connection) as many:
        page(client, run)

    assert len(many) == len(few)


def test_page_costs_the_same_for_a_plan_of_many_rows_as_for_one_of_two(
    signed_in: SignedIn, run: Run
) -> None:
    client, short = signed_in(auditor()), RunFactory(flow=run.flow, mode="assisted", changed=2)
    rows = [planned(short, n, "change", ref=f"p{n}", changes=[["title", "", "x"]]) for n in (1, 2)]
    PlannedChange.objects.bulk_create(rows)
    page(client, short)  # fills caches

    with CaptureQueriesContext(connection) as few:
        assert "Part" not in page(client, short)
    with CaptureQueriesContext(connection) as many:
        assert "Part 100 <" in page(client, run)

    assert len(many) == len(few)


def test_file_has_a_line_per_field_and_runs_no_formula(signed_in: SignedIn, run: Run) -> None:
    client = signed_in(auditor())
    rows = lines(client, run, "?plan=create")

    assert rows == [
        ["number", "what", "id", "record", "why", "field", "before", "after"],
        ["252", "create", "drl", "Drill", "", "title", "", "Drill"],
        ["252", "create", "drl", "Drill", "", "DRL price EUR", "", "'=19.9+1"],
    ]
    assert len(lines(client, run)) == 1 + 251 + 2 + 1


def test_file_is_for_those_who_may_see_runs(signed_in: SignedIn, run: Run) -> None:
    url = reverse("admin:integrations_run_plan", args=[run.pk])

    assert signed_in(sales_rep()).get(url).status_code == 403
    assert Client().get(url).status_code == 302


def test_run_at_work_tells_its_progress_and_can_be_watched(signed_in: SignedIn, run: Run) -> None:
    Run.objects.update(state="running", finished_at=None, expected=600)
    client = signed_in(integration_admin())
    url = reverse("admin:integrations_run_change", args=[run.pk])

    plain, watched = client.get(url), client.get(url + "?watch=1")

    assert "300 of about 600" in plain.content.decode()
    assert "Refresh" not in plain
    assert watched["Refresh"] == "5"
    assert "Cancel…" in plain.content.decode()


def test_run_is_cancelled_by_a_press_with_a_reason(signed_in: SignedIn, run: Run) -> None:
    Run.objects.update(state="running", finished_at=None)
    client = signed_in(integration_admin())
    asked = {"action": "cancel", "_selected_action": [run.pk]}

    client.post(reverse("admin:integrations_run_changelist"), asked)
    run.refresh_from_db()
    assert run.state == "running"

    confirmed = {**asked, "confirmed": "1", "reason": "wrong list"}
    client.post(reverse("admin:integrations_run_changelist"), confirmed)
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert "wrong list" in page(client, run)


def test_mass_removal_is_allowed_by_a_press(signed_in: SignedIn, run: Run) -> None:
    Run.objects.update(removed=290)
    client = signed_in(integration_admin())
    assert "Allow the removals…" in page(client, run)
    press = {
        "action": "allow",
        "_selected_action": [run.pk],
        "confirmed": "1",
        "reason": "we gave up screws",
    }

    client.post(reverse("admin:integrations_run_changelist"), press)

    run.refresh_from_db()
    assert run.removals_allowed_by
    shown = page(client, run)
    assert "said that so many removals are meant" in shown
    assert "we gave up screws" in shown


def test_list_is_filtered_by_flow(signed_in: SignedIn, run: Run) -> None:
    other = RunFactory()
    client = signed_in(auditor())

    listed = client.get(reverse("admin:integrations_run_changelist"), {"flow": run.flow_id})

    shown = listed.context["cl"].result_list
    assert [one.pk for one in shown] == [run.pk] != [other.pk]


def test_auditor_presses_nothing(signed_in: SignedIn, run: Run) -> None:
    Run.objects.update(removed=290)

    shown = page(signed_in(auditor()), run)

    assert "Allow the removals…" not in shown
    assert "Apply this plan…" not in shown
