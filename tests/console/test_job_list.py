"""The job list stays usable when there are very many jobs: it counts, sorts and looks up little."""

import pytest
from django.urls import reverse

from integrations.admin.paging import COUNTED
from integrations.engine.models import SyncJob
from tests import factories as make

pytestmark = pytest.mark.django_db

JOBS = "admin:engine_syncjob_changelist"
ACROSS = "select the objects across all pages"


def shown(answer):
    return [job.key for job in answer.context["cl"].result_list]


@pytest.fixture
def look(signed_in):
    client = signed_in(make.integration_admin())
    return lambda **asked: client.get(reverse(JOBS), asked)


@pytest.fixture
def crowd(db):
    """More jobs than the list counts."""
    resource = make.ResourceFactory()
    SyncJob.objects.bulk_create(
        SyncJob(
            kind="push_order",
            lane="orders",
            key=f"order:order_{n}",
            seq=1,
            state="done",
            resource=resource,
            actor="event",
        )
        for n in range(COUNTED + 5)
    )


@pytest.mark.slow
def test_list_that_is_not_counted_to_its_end_says_so(crowd, look):
    answer = look()

    assert "the first 10,000 of more jobs" in answer.content.decode()
    assert answer.context["cl"].paginator.num_pages == COUNTED / 40


@pytest.mark.slow
def test_all_of_an_uncounted_list_is_selected_without_a_number(crowd, look):
    page = look().content.decode()

    assert "of 40 selected" in page
    assert "Select everything that matches" in page
    assert "Select all 10" not in page


def test_short_list_is_counted_and_can_be_selected_whole(look):
    make.SyncJobFactory.create_batch(45, parked=True)

    page = look(attention="parked").content.decode()

    assert "Select all 45 jobs" in page
    assert ACROSS in page
    assert "of more" not in page


def test_search_finds_a_job_by_number_and_by_the_beginning_of_its_key(look):
    first = make.SyncJobFactory(key="order:order_A1")
    make.SyncJobFactory(key="order:order_A2")
    make.SyncJobFactory(key="shipments:order_A1")

    assert shown(look(q=str(first.pk))) == ["order:order_A1"]
    assert shown(look(q="order:order_A")) == ["order:order_A2", "order:order_A1"]
    assert shown(look(q="order_A1")) == []
    assert shown(look(q="9" * 30)) == []


def test_doubt_shows_open_jobs_with_a_step_in_doubt(look):
    make.StepFactory(job=make.SyncJobFactory(key="order:sure"), state="open")
    make.StepFactory(job=make.SyncJobFactory(key="order:unsure"), state="in_doubt")
    make.StepFactory(job=make.SyncJobFactory(key="order:ended", done=True), state="in_doubt")

    assert shown(look(attention="doubt")) == ["order:unsure"]


def test_connection_shows_the_jobs_whose_next_step_needs_it(look):
    erp = make.ConnectionFactory(erp=True)
    make.SyncJobFactory(key="order:1", resource=erp.resource)
    make.SyncJobFactory(key="order:2")

    assert shown(look(connection=str(erp.pk))) == ["order:1"]
    assert shown(look(connection=str(erp.pk + 1000))) == []


def test_only_unfinished_jobs_are_sorted_by_more_than_their_age(look):
    make.SyncJobFactory(parked=True)

    every, unfinished = look().context["cl"], look(attention="open").context["cl"]

    assert list(every.sortable_by) == ["number"]
    assert "next_try" in unfinished.sortable_by
