"""Every sales screen opens for whom it is meant, in as many queries for many rows as for few."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from quotes.models import Acceptance, ApprovalRule, BuyingRight, Message, Version
from quotes.services import approving
from quotes.services.templates import save_template
from quotes.states import VersionState
from tests import factories as make
from tests.quotes.factories import (
    ApprovalRuleFactory,
    RfqFactory,
    RfqLineFactory,
    VersionFactory,
    VersionLineFactory,
)

pytestmark = pytest.mark.django_db

LISTS = [
    "admin:quotes_rfq_changelist",
    "admin:quotes_version_changelist",
    "admin:quotes_approval_changelist",
    "admin:quotes_approvalrule_changelist",
    "admin:quotes_buyingright_changelist",
    "admin:quotes_quotetemplate_changelist",
    "admin:quotes_board",
    "admin:index",
]


def some_of_each(number, rep):
    """Rows for every list; `number` of each."""
    for _ in range(number):
        ApprovalRuleFactory()
        BuyingRight.objects.create(buyer=make.BuyerFactory(), limit=500, currency="EUR")
        RfqFactory(submitted=True, lines=2, assigned_to=rep, answer_due_at=timezone.now())
        RfqFactory(quoted=True, assigned_to=rep)
        waiting = VersionFactory(quote__owner=rep, discount_percent=20)
        approving.submit_version(waiting, user=rep)
        VersionFactory(quote__owner=rep, approved=True, lines=2)
        offer = VersionFactory(quote__owner=rep, offered=True)
        save_template(offer, name=f"Kit {offer.pk}", user=rep)
        failed = VersionFactory(quote__owner=rep, offered=True)
        Version.objects.filter(pk=failed.pk).update(state=VersionState.ORDER_FAILED)
        _ordered(rep)


def _ordered(rep):
    version = VersionFactory(quote__owner=rep, offered=True)
    Version.objects.filter(pk=version.pk).update(state=VersionState.ORDERED)
    Acceptance.objects.create(
        quote=version.quote,
        version=version,
        buyer=version.quote.buyer,
        orderer=version.quote.buyer,
        signature="Ben Buyer",
        statement="I accept.",
        sha256=version.sha256,
    )


def queries(client, address):
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


@pytest.mark.parametrize("page", LISTS)
def test_queries_of_a_list_do_not_grow_with_its_table(page, signed_in, mia, rita):
    client = signed_in(mia)
    some_of_each(2, rita)
    client.get(reverse(page))  # what a process asks once only is no part of it
    few = queries(client, reverse(page))
    some_of_each(5, rita)

    assert queries(client, reverse(page)) == few


def test_queries_of_a_rep_do_not_grow_either(signed_in, sam):
    client, page = signed_in(sam), reverse("admin:quotes_version_changelist")
    some_of_each(3, sam)
    client.get(page)
    few = queries(client, page)
    some_of_each(12, sam)

    assert queries(client, page) == few


def test_page_of_a_request_needs_as_many_queries_for_a_long_one(signed_in, sam):
    rfq = RfqFactory(in_review=True, lines=1)
    client = signed_in(sam)
    address = reverse("admin:quotes_rfq_change", args=[rfq.pk])
    client.get(address)
    few = queries(client, address)
    for n in range(2, 30):
        line = RfqLineFactory(rfq=rfq, n=n)
        Message.objects.create(rfq=rfq, line=line, author="x", is_from_buyer=True, text="y")

    assert queries(client, address) == few


@pytest.mark.parametrize("offered", [False, True], ids=["editor", "offer"])
def test_page_of_a_quote_needs_as_many_queries_for_a_long_one(signed_in, sam, offered):
    version = VersionFactory(offered=offered)
    client = signed_in(sam)
    address = reverse("admin:quotes_version_change", args=[version.pk])
    client.get(address)
    few = queries(client, address)
    first = version.lines.get()
    for n in range(2, 30):
        VersionLineFactory(version=version, n=n, alternative_to=first if n % 2 else None)

    assert queries(client, address) == few
    assert few <= 25


def test_board_adds_up_each_currency_on_its_own(signed_in, mia, sam):
    for currency in ("EUR", "EUR", "USD"):
        VersionFactory(quote__owner=sam, offered=True, quote__currency=currency)

    answer = signed_in(mia).get(reverse("admin:quotes_board"))

    column = next(one for one in answer.context["columns"] if one["title"] == "With the buyer")
    assert (column["number"], column["sum"]) == (3, "200.00 EUR · 100.00 USD")


def test_board_counts_a_quote_once_and_shows_few_of_many(signed_in, sam):
    VersionFactory.create_batch(10, quote__owner=sam, offered=True)
    newer = VersionFactory(quote=Version.objects.latest("id").quote, revision=2)

    answer = signed_in(sam).get(reverse("admin:quotes_board"))

    columns = {one["title"]: one for one in answer.context["columns"]}
    assert (columns["With the buyer"]["number"], columns["With the buyer"]["more"]) == (9, 1)
    assert columns["In work"]["cards"] == [newer]


def test_board_of_a_rep_holds_nothing_of_a_colleague(signed_in, sam, rita):
    VersionFactory(quote__owner=rita, offered=True)
    _ordered(rita)

    answer = signed_in(sam).get(reverse("admin:quotes_board"))

    assert {column["number"] for column in answer.context["columns"]} == {0}


def test_first_page_tells_a_manager_what_waits(signed_in, mia, sam):
    some_of_each(1, sam)

    page = signed_in(mia).get(reverse("admin:index")).content.decode()

    assert "Approvals waiting for me" in page
    assert "Discount: discount of 20.0 %" in page
    assert "1 overdue" in page
    assert "accepted quote without an order" in page


def test_first_page_of_a_rep_has_their_requests_and_no_approvals(signed_in, sam, rita):
    some_of_each(1, rita)
    mine = RfqFactory(submitted=True)

    page = signed_in(sam).get(reverse("admin:index")).content.decode()

    assert mine.number in page
    assert "Approvals waiting for me" not in page
    assert "1</strong> request to answer" in page


def test_first_page_of_an_auditor_has_no_work_of_sales(signed_in, sam):
    some_of_each(1, sam)

    page = signed_in(make.auditor()).get(reverse("admin:index")).content.decode()

    assert "Requests to answer" not in page
    assert "Approvals waiting for me" not in page


@pytest.mark.parametrize("page", LISTS)
def test_auditor_opens_every_screen_and_has_no_action(page, signed_in):
    answer = signed_in(make.auditor()).get(reverse(page))

    assert answer.status_code == 200
    if "cl" in answer.context:
        assert answer.context["cl"].model_admin.get_actions(answer.wsgi_request) == {}


@pytest.mark.parametrize("page", LISTS[:-1])
def test_staff_without_a_role_is_refused(page, signed_in):
    assert signed_in(make.UserFactory()).get(reverse(page)).status_code == 403


def test_roles_get_their_rights_by_migrating(db):
    sales = Group.objects.get(name="Sales").permissions.filter(content_type__app_label="quotes")

    assert sales.filter(codename="edit_quotes").exists()
    assert not sales.filter(codename__in=["approve_quotes", "see_all_quotes"]).exists()


def test_sidebar_offers_sales_what_they_may_see(signed_in, sam):
    page = signed_in(sam).get(reverse("admin:quotes_board")).content.decode()

    assert reverse("admin:quotes_rfq_changelist") in page
    assert reverse("admin:quotes_approvalrule_changelist") not in page


# ---------------------------------------------------------------- policy as data


def rule(**fields):
    group = Group.objects.get_or_create(name="Sales manager")[0]
    return {"name": "Rule", "step": "1", "group": group.pk, "is_active": "on", **fields}


def test_manager_adds_a_rule(signed_in, mia):
    add = reverse("admin:quotes_approvalrule_add")

    signed_in(mia).post(add, rule(kind="amount_above", threshold="5000", currency="eur"))

    made = ApprovalRule.objects.get()
    assert (made.threshold, made.currency) == (5000, "EUR")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "discount_above"}, "needs a number"),
        ({"kind": "amount_above", "threshold": "5"}, "needs its currency"),
        ({"kind": "terms_other_than"}, "Name the payment terms"),
    ],
)
def test_rule_without_its_value_is_explained(signed_in, mia, fields, said):
    answer = signed_in(mia).post(reverse("admin:quotes_approvalrule_add"), rule(**fields))

    assert said in answer.content.decode()
    assert not ApprovalRule.objects.exists()


def test_rep_does_not_change_the_policy(signed_in, sam):
    client = signed_in(sam)

    assert client.get(reverse("admin:quotes_approvalrule_add")).status_code == 403
    assert client.get(reverse("admin:quotes_buyingright_changelist")).status_code == 403


def test_limit_of_a_buyer_needs_its_currency(signed_in, mia):
    client, add = signed_in(mia), reverse("admin:quotes_buyingright_add")
    buyer = make.BuyerFactory()

    refused = client.post(add, {"buyer": buyer.pk, "limit": "500", "may_accept": "on"})
    client.post(add, {"buyer": buyer.pk, "limit": "500", "currency": "eur"})

    assert "A limit needs its currency." in refused.content.decode()
    assert BuyingRight.objects.get().currency == "EUR"
