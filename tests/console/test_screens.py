"""Every screen opens for the people whose role allows it, in a bounded number of queries."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integrations.engine.models import SyncJob
from integrations.engine.presses import open_press
from integrations.flows import issues
from integrations.models import Alert, HandEdit, LicensedGoods, PriceRow, StateChange
from tests import factories as make

pytestmark = pytest.mark.django_db

LISTS = [
    "engine_press",
    "engine_syncjob",
    "integrations_account",
    "integrations_accountmapping",
    "integrations_alert",
    "integrations_buyer",
    "integrations_connection",
    "integrations_customercopy",
    "integrations_customermapping",
    "integrations_event",
    "integrations_exchange",
    "integrations_flow",
    "integrations_handedit",
    "integrations_issue",
    "integrations_licensedgoods",
    "integrations_order",
    "integrations_pricerow",
    "integrations_productmapping",
    "integrations_registration",
    "integrations_run",
    "integrations_statechange",
    "integrations_stocklevel",
    "integrations_taxmapping",
    "integrations_variantmapping",
    "integrations_warehousemapping",
]


def one_of_each(number=1):
    """Rows for every list; `number` of each."""
    for _ in range(number):
        order = make.OrderFactory(held=True, lines=2)
        job = make.SyncJobFactory(
            parked=True,
            key=order.key,
            payload={"order": order.pk},
            error_cause=order.storefront_ref,
            resource=order.erp.resource,
            steps=["read", "create"],
        )
        issues.note_parked(job)
        buyer = make.BuyerFactory()
        make.CustomerCopyFactory(account=buyer.account)
        make.RegistrationFactory(email=buyer.email)
        make.EventFactory(connection=order.storefront)
        make.ExchangeFactory(connection=order.erp, job=job)
        link = make.IdLinkFactory()
        for kind in ("account", "product", "tax", "variant", "warehouse"):
            make.IdLinkFactory(kind=kind, source=order.erp, target=order.storefront)
        Alert.objects.create(cause=f"order {order.pk}", channel="mail", subject="x", body="y")
        LicensedGoods.objects.create(licence=f"Spirits {order.pk}")
        StateChange.objects.create(subject="order", subject_id=order.pk, after="held", actor="x")
        run = make.RunFactory()
        changes = [["title", "Drill", "Saw"]]
        HandEdit.objects.create(
            flow=run.flow, link=link, label="", changes=changes, found_at=run.started_at
        )
        make.StockLevelFactory(source=order.erp)
        make.PriceRowFactory(source=order.erp)
        rows = SyncJob.objects.filter(pk=job.pk)
        open_press("requeue_jobs", rows, matched="one", actor="olga.operator", reason="fixed")
    return order, job


@pytest.mark.parametrize("page", LISTS)
def test_list_opens_and_its_queries_do_not_grow_with_the_table(page, signed_in):
    client = signed_in(make.integration_admin())
    one_of_each(2)
    few = _queries(client, page)
    one_of_each(6)
    many = _queries(client, page)

    assert many == few


@pytest.mark.parametrize(
    ("page", "asked"),
    [
        ("integrations_pricerow", {"whom": "price_list", "q": "PRICED"}),
        ("integrations_pricerow", {"stands": "problem"}),
        ("integrations_stocklevel", {"q": "STOCKED"}),
        ("integrations_run", {"state__exact": "done", "mode__exact": "live"}),
        ("integrations_handedit", {"state__exact": "open"}),
    ],
)
def test_filtered_list_needs_as_many_queries_for_many_rows_as_for_few(page, asked, signed_in):
    client = signed_in(make.integration_admin())
    one_of_each(2)
    PriceRow.objects.update(problem="no such list")
    few = _queries(client, page, asked)
    one_of_each(6)
    PriceRow.objects.update(problem="no such list")
    many = _queries(client, page, asked)

    assert many == few


def test_order_page_tells_the_whole_story(signed_in):
    order, job = one_of_each()
    step = job.steps.get(name="create")
    attempt = make.AttemptFactory(
        step=step, outcome="needs_operator", message="No counterpart for cus_1."
    )
    make.ExchangeFactory(
        job=job,
        step=step,
        attempt_id=attempt.pk,
        endpoint="POST:/json/2/sale.order/load",
        request_body='{"name": "S1"}',
        status=422,
        error_kind="rejected",
    )
    make.ShipmentFactory(order=order)
    make.InvoiceFactory(order=order)
    make.PaymentFactory(order=order)

    page = _page(signed_in(make.operator()), "integrations_order", order.pk)

    assert "Company Ltd has no counterpart in the ERP." in page
    assert "No counterpart for cus_1." in page
    assert "POST:/json/2/sale.order/load" in page
    assert "JD0001" in page
    assert "119.00 EUR" in page
    assert "Send now" in page


def test_order_page_needs_as_many_queries_for_a_long_story_as_for_a_short_one(signed_in):
    client = signed_in(make.operator())
    order, job = one_of_each()
    address = reverse("admin:integrations_order_change", args=[order.pk])
    client.get(address)  # what a process asks once only is no part of it
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for n in range(30):
        step = make.StepFactory(job=job)
        attempt = make.AttemptFactory(step=step, n=n)
        make.ExchangeFactory(job=job, step=step, attempt_id=attempt.pk, connection=order.erp)
        make.JobMoveFactory(job=job)
    with CaptureQueriesContext(connection) as many:
        client.get(address)

    assert len(many) == len(few)


def test_plan_of_shadow_mode_is_shown_with_payload_and_predicted_total(signed_in):
    order = make.OrderFactory(
        predicted_total="119.00",
        plan={"payload": {"client_order_ref": "#1001"}, "totals": {"lines": []}},
    )
    make.FlowFactory(source=order.storefront, target=order.erp, mode="shadow")

    page = _page(signed_in(make.auditor()), "integrations_order", order.pk)

    assert "What would be sent to the ERP" in page
    assert "client_order_ref" in page
    assert "Nothing has been sent" in page


def test_job_page_shows_why_steps_tries_and_payload(signed_in):
    _, job = one_of_each()

    page = _page(signed_in(make.operator()), "engine_syncjob", job.pk)

    assert "Needs a person: Company Ltd has no counterpart" in page
    assert "Requeue" in page
    assert "Create it in the ERP" in page


@pytest.mark.parametrize(
    "page", ["engine_syncjob", "integrations_connection", "integrations_event", "integrations_flow"]
)
def test_sales_people_are_refused_at_the_machinery(page, signed_in):
    for person in (make.sales_rep(), make.sales_manager()):
        assert signed_in(person).get(reverse(f"admin:{page}_changelist")).status_code == 403


def test_sales_rep_reads_orders_without_buttons_and_payloads(signed_in):
    order, job = one_of_each()
    make.ExchangeFactory(job=job, connection=order.erp, response_body='{"cost": 61.20}')

    page = _page(signed_in(make.sales_rep()), "integrations_order", order.pk)

    assert "Send now" not in page
    assert "61.20" not in page
    assert reverse("admin:engine_syncjob_change", args=[job.pk]) not in page


@pytest.mark.parametrize("page", LISTS)
def test_auditor_reads_everything_and_may_change_nothing(page, signed_in):
    one_of_each()
    client = signed_in(make.auditor())

    listed = client.get(reverse(f"admin:{page}_changelist"))

    assert listed.status_code == 200
    assert listed.context["cl"].model_admin.get_actions(listed.wsgi_request) == {}
    row = listed.context["cl"].result_list[:1]
    for one in row:
        address = reverse(f"admin:{page}_change", args=[one.pk])
        assert client.get(address).status_code == 200
        assert client.post(address, {}).status_code == 403


def test_pages_of_the_queue_are_not_offered():
    admin_site_models = {model._meta.app_label for model in admin.site._registry}

    assert "django_q" not in admin_site_models


def _queries(client, page, asked=None):
    with CaptureQueriesContext(connection) as caught:
        answer = client.get(reverse(f"admin:{page}_changelist"), asked or {})
    assert answer.status_code == 200
    assert len(answer.context["cl"].result_list) > 1
    return len(caught)


def _page(client, page, pk):
    answer = client.get(reverse(f"admin:{page}_change", args=[pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_exact_payload_is_for_those_who_may_see_exchanges(signed_in):
    order = make.OrderFactory(plan={"payload": {"partner_id": 17}, "totals": {}})
    page = reverse("admin:integrations_order_change", args=[order.pk])

    assert "partner_id" in signed_in(make.operator()).get(page).content.decode()
    assert "partner_id" not in signed_in(make.sales_rep()).get(page).content.decode()


@pytest.mark.parametrize("model", ["success", "failure", "schedule", "ormq", "task"])
@pytest.mark.parametrize("page", ["", "add/", "1/change/"])
def test_no_address_of_the_queues_own_pages_answers(signed_in, model, page):
    everything = make.UserFactory(username="root", is_superuser=True)

    answer = signed_in(everything).get(f"/admin/django_q/{model}/{page}")

    assert answer.status_code == 404


def test_first_page_offers_no_page_of_the_queue(signed_in):
    everything = make.UserFactory(username="root", is_superuser=True)

    page = signed_in(everything).get(reverse("admin:index")).content.decode()

    assert "django_q" not in page
    assert signed_in(everything).get("/admin/django_q/").status_code == 404
