"""Equal failures are one issue; it knows what it blocks and ends when that has gone on."""

from decimal import Decimal

import pytest
from django.core import mail

from integrations.admin import risk
from integrations.engine import verbs
from integrations.engine.models import JobState, SyncJob
from integrations.flows import issues
from integrations.flows.runs import failures
from integrations.models import Alert, Issue
from tests import factories as make

pytestmark = pytest.mark.django_db


def parked(order=None, **job):
    order = order or make.OrderFactory()
    return make.SyncJobFactory(
        parked=True, key=order.key, payload={"order": order.pk}, resource=order.erp.resource, **job
    )


def test_same_cause_at_two_erps_is_two_issues():
    issues.note_parked(parked(error_cause="tax:19:unlinked"))
    issues.note_parked(parked(error_cause="tax:19:unlinked"))

    assert Issue.objects.count() == 2


def test_job_that_parks_twice_is_counted_once():
    job = parked()
    issues.note_parked(job)
    issues.release(job)
    issue = issues.note_parked(job)

    issue.refresh_from_db()
    assert issue.count == 1
    assert issue.items.get().released_at is None


def test_issue_is_resolved_by_itself_when_all_its_jobs_have_ended():
    job = parked()
    issue = issues.note_parked(job)

    verbs.cancel(job, actor="olga.operator", reason="ordered twice")

    issue.refresh_from_db()
    assert issue.state == Issue.State.RESOLVED
    assert issue.resolved_by == "portal"


def test_same_cause_after_a_resolution_opens_a_new_issue():
    first = issues.note_parked(parked())
    issues.resolve(first, actor="olga.operator")

    second = issues.note_parked(SyncJob.objects.get())

    assert second.pk != first.pk


def test_opening_an_issue_tells_people_once(settings):
    settings.ALERT_EMAILS = ["support@company.example"]
    erp = make.ConnectionFactory(erp=True)
    for _ in range(3):
        issues.note_parked(parked(make.OrderFactory(erp=erp)))

    assert Alert.objects.count() == 1
    assert SyncJob.objects.filter(kind="send_alert", state=JobState.QUEUED).count() == 1
    assert mail.outbox == []  # the sending is a job of its own


def test_resolved_issue_may_be_told_of_again(settings):
    settings.ALERT_EMAILS = ["support@company.example"]
    issue = issues.note_parked(parked())

    issues.resolve(issue, actor="olga.operator")

    assert not Alert.objects.filter(closed_at=None).exists()


def test_order_behind_two_stopped_jobs_is_at_risk_once():
    order = make.OrderFactory(gross_total=Decimal("100.00"))
    issue = issues.note_parked(parked(order))
    issues.note_parked(parked(order))

    assert risk.of_issues([issue.pk]) == {issue.pk: {"EUR": Decimal("100.00")}}


def test_released_orders_are_not_at_risk():
    job = parked()
    issue = issues.note_parked(job)

    issues.release(job)

    assert risk.of_issues([issue.pk]) == {}


def test_issue_about_a_run_leads_to_what_it_could_not_write(signed_in):
    run = make.RunFactory(failed=3)
    failures.note_end(run)

    client = signed_in(make.operator())
    page = client.get(f"/admin/integrations/issue/{Issue.objects.get().pk}/change/")
    first_page = client.get("/admin/")

    assert f"/admin/integrations/run/{run.pk}/change/" in page.content.decode()
    assert "3 records could not be written" in first_page.content.decode()


def news(times):
    for _ in range(times):
        order = make.OrderFactory()
        job = make.SyncJobFactory(done=True, key=order.key, payload={"order": order.pk})
        issue = issues.note_news(
            job,
            order,
            cause="1:doubled",
            kind=issues.DOUBLED,
            title="The ERP took it twice.",
            hint="Look.",
            connection=order.erp,
        )
    issue.refresh_from_db()
    return issue


def test_news_are_counted_and_stay_when_their_jobs_have_ended():
    issue = news(2)

    for item in issue.items.all():
        issues.note_move(item.job, make.JobMoveFactory(job=item.job, to_state=JobState.DONE))

    issue.refresh_from_db()
    assert (issue.state, issue.count) == (Issue.State.OPEN, 2)
    assert risk.of_issues([issue.pk]) == {}


def test_page_of_news_says_how_often_and_offers_only_to_resolve(signed_in):
    issue = news(3)
    client = signed_in(make.integration_admin())

    page = client.get(f"/admin/integrations/issue/{issue.pk}/change/").content.decode()
    first_page = client.get("/admin/").content.decode()

    assert "How often" in page
    assert 'value="resolve"' in page
    assert 'value="requeue_blocked"' not in page.split("What it is about")[0]
    assert "3 times" in first_page
