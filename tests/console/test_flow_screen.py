"""The screen of a flow: its schedule, and applying a plan on a press."""

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from integrations.models import Flow, PlannedChange, Run, User
from tests.factories import ConnectionFactory, FlowFactory, RunFactory, auditor, integration_admin

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Client]


@pytest.fixture
def flow() -> Flow:
    made: Flow = FlowFactory(
        kind="products",
        mode="assisted",
        source=ConnectionFactory(erp=True),
        target=ConnectionFactory(),
    )
    return made


def page_of(flow: Flow) -> str:
    return reverse("admin:integrations_flow_change", args=[flow.pk])


def test_saved_schedule_says_when_the_flow_runs_next(signed_in: SignedIn, flow: Flow) -> None:
    signed_in(integration_admin()).post(page_of(flow), {"schedule": "*/15 * * * *"})

    flow.refresh_from_db()
    assert flow.schedule == "*/15 * * * *"
    assert flow.next_run_at is not None


def test_schedule_that_is_none_is_refused_at_the_field(signed_in: SignedIn, flow: Flow) -> None:
    answer = signed_in(integration_admin()).post(page_of(flow), {"schedule": "every hour"})

    assert "is not a schedule" in answer.content.decode()
    flow.refresh_from_db()
    assert flow.schedule == ""


def test_newest_plan_is_applied_on_a_press(signed_in: SignedIn, flow: Flow) -> None:
    plan = RunFactory(flow=flow, mode="assisted")
    client = signed_in(integration_admin())
    assert "Apply the newest plan" in client.get(page_of(flow)).content.decode()

    client.post(
        reverse("admin:integrations_flow_changelist"),
        {"action": "apply_plan", "_selected_action": [flow.pk]},
    )

    assert Run.objects.get(applies=plan).state == "running"


def test_flow_that_writes_by_itself_has_no_plan_to_apply(signed_in: SignedIn, flow: Flow) -> None:
    Flow.objects.filter(pk=flow.pk).update(mode="live")

    page = signed_in(integration_admin()).get(page_of(flow)).content.decode()

    assert 'value="apply_plan"' not in page.split("Last runs")[0]


def test_settings_of_the_kind_are_offered_checked_and_saved(
    signed_in: SignedIn, flow: Flow
) -> None:
    client = signed_in(integration_admin())
    assert "Currency of the list prices" in client.get(page_of(flow)).content.decode()

    refused = client.post(page_of(flow), {"schedule": "", "setting_currency": "Euro"})
    client.post(page_of(flow), {"schedule": "", "setting_currency": "eur"})

    flow.refresh_from_db()
    assert "a currency of three letters" in refused.content.decode()
    assert flow.settings == {"currency": "EUR"}


def test_auditor_reads_the_settings(signed_in: SignedIn, flow: Flow) -> None:
    Flow.objects.filter(pk=flow.pk).update(settings={"currency": "EUR"})

    page = signed_in(auditor()).get(page_of(flow))

    assert page.status_code == 200
    assert "currency" in page.content.decode()


# ---------------------------------------------------------------- going live


@pytest.fixture
def left_out(flow: Flow) -> Run:
    run = RunFactory(flow=flow, mode="assisted", skipped=3, finished_at=timezone.now())
    texts = ["no price for SAW-1", "no price for SAW-2", "sells in <b>no</b> 'XTS': add it & wait"]
    PlannedChange.objects.bulk_create(
        PlannedChange(run=run, number=n, action="skip", ref=f"p{n}", label=f"Part {n}", reason=text)
        for n, text in enumerate(texts, start=1)
    )
    return run


def leading_out(page: str) -> list[tuple[str, str]]:
    """(where it leads, its words) of the links to records of a run."""
    found = re.findall(r'<a href="(/admin/integrations/run/[^"]*[?]plan=[^"]*)">([^<]*)</a>', page)
    return [(html.unescape(url), words) for url, words in found]


def test_reasons_of_what_a_plan_leaves_out_lead_to_their_records(
    signed_in: SignedIn, flow: Flow, left_out: Run
) -> None:
    client = signed_in(integration_admin())
    asked = {"action": "change_mode", "_selected_action": [flow.pk]}

    own = client.get(page_of(flow)).content.decode()
    asking = client.post(reverse("admin:integrations_flow_changelist"), asked).content.decode()

    assert [words for _, words in leading_out(own)] == ["2 records", "1 record"]
    assert leading_out(asking) == leading_out(own)
    for url, words in leading_out(own):
        listed = client.get(url).context["plan"].rows
        assert len(listed) == int(words.split()[0])
    assert "<b>no</b>" not in own


def test_clean_plan_says_that_the_flow_may_go_live(signed_in: SignedIn, flow: Flow) -> None:
    RunFactory(flow=flow, mode="assisted", finished_at=timezone.now())

    page = signed_in(integration_admin()).get(page_of(flow)).content.decode()

    assert "it may go live" in page
    assert leading_out(page) == []
