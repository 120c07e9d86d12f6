"""Whose customer, which company, what they may buy: what people press in the console."""

import pytest
from django.urls import reverse

from integrations.engine.models import SyncJob
from integrations.models import Account, Buyer, CustomerCopy, Registration, StateChange
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow():
    return make.FlowFactory(
        kind="customers",
        mode="live",
        source=make.ConnectionFactory(erp=True),
        target=make.ConnectionFactory(),
    )


@pytest.fixture
def claim(flow):
    buyer = make.BuyerFactory(email="anna@nordwind.example", account__name="Nordwind GmbH")
    return make.RegistrationFactory(storefront=flow.target, customer_id="cus_9", email=buyer.email)


def decide(client, claim, **said):
    path = reverse("admin:integrations_registration_change", args=[claim.pk])
    posted = {"decision": "accept", "reason": "called them back", **said}
    return client.post(path, posted, follow=True)


def test_somebody_who_may_decide_accepts_with_a_reason(client, claim):
    client.force_login(make.operator())

    decide(client, claim, buyer=Buyer.objects.get().pk)

    claim.refresh_from_db()
    assert (claim.state, claim.decided_by, claim.reason) == (
        "accepted",
        "olga.operator",
        "called them back",
    )
    assert Buyer.objects.get().storefront_customer_id == "cus_9"
    assert SyncJob.objects.get().kind == "settle_customer"
    assert StateChange.objects.get(subject="registration").reason == "called them back"


@pytest.mark.parametrize("said", [{"reason": ""}, {"buyer": ""}])
def test_nobody_is_accepted_without_a_reason_and_a_buyer(client, claim, said):
    client.force_login(make.operator())

    decide(client, claim, **{"buyer": Buyer.objects.get().pk, **said})

    assert Registration.objects.get().state == "waiting"
    assert Buyer.objects.get().storefront_customer_id == ""


def test_buyer_of_another_address_cannot_be_chosen(client, claim):
    client.force_login(make.operator())
    other = make.BuyerFactory()

    decide(client, claim, buyer=other.pk)

    other.refresh_from_db()
    assert (Registration.objects.get().state, other.storefront_customer_id) == ("waiting", "")


@pytest.mark.parametrize("who", ["auditor", "sales_rep"])
def test_who_may_only_look_decides_nothing(client, claim, who):
    client.force_login(getattr(make, who)())

    decide(client, claim, buyer=Buyer.objects.get().pk)

    assert Registration.objects.get().state == "waiting"


def test_refusing_needs_no_buyer(client, claim):
    client.force_login(make.operator())

    decide(client, claim, decision="refuse", buyer="")

    assert Registration.objects.get().state == "refused"


def test_person_links_a_customer_of_the_erp_to_a_company(client, flow):
    client.force_login(make.operator())
    copy = make.CustomerCopyFactory(source=flow.source, written={"name": "x"})
    company = make.AccountFactory()

    client.post(
        reverse("admin:integrations_customercopy_change", args=[copy.pk]), {"account": company.pk}
    )

    copy.refresh_from_db()
    assert (copy.account, copy.written) == (company, {})


def test_company_is_one_customer_of_an_erp_only(client, flow):
    client.force_login(make.operator())
    company = make.AccountFactory()
    make.CustomerCopyFactory(source=flow.source, account=company)
    copy = make.CustomerCopyFactory(source=flow.source)

    answer = client.post(
        reverse("admin:integrations_customercopy_change", args=[copy.pk]), {"account": company.pk}
    )

    assert "another customer of that ERP already" in answer.text
    assert CustomerCopy.objects.get(pk=copy.pk).account is None


def test_company_that_is_parted_loses_what_it_had_of_the_customer(client, flow):
    client.force_login(make.operator())
    company = make.AccountFactory(is_blocked_in_erp=True)
    make.BuyerFactory(account=company, storefront_customer_id="cus_1")
    copy = make.CustomerCopyFactory(source=flow.source, account=company)

    client.post(reverse("admin:integrations_customercopy_change", args=[copy.pk]), {"account": ""})

    assert CustomerCopy.objects.get().account is None
    assert not Account.objects.get().is_blocked
    assert SyncJob.objects.get().payload["customer"] == "cus_1"


def test_customer_put_in_by_hand_gets_the_groups(client, flow):
    client.force_login(make.integration_admin())
    buyer = make.BuyerFactory()

    client.post(
        reverse("admin:integrations_buyer_change", args=[buyer.pk]),
        {
            "account": buyer.account.pk,
            "email": buyer.email,
            "is_active": "on",
            "storefront_customer_id": "cus_7",
        },
    )

    assert SyncJob.objects.get().payload["customer"] == "cus_7"


def test_block_of_the_erp_is_shown_and_is_not_for_the_form_to_change(client, flow):
    client.force_login(make.integration_admin())
    company = make.AccountFactory(is_blocked_in_erp=True)
    make.CustomerCopyFactory(source=flow.source, account=company, is_blocked=True)
    path = reverse("admin:integrations_account_change", args=[company.pk])

    page = client.get(path)

    assert "no: blocked in the ERP" in page.text
    assert "25,000.00 EUR" in page.text


@pytest.mark.parametrize(("typed", "is_kept"), [("de, AT", True), ("Germany", False)])
def test_allowed_countries_are_codes(typed, is_kept):
    company = make.AccountFactory(allowed_countries=typed)

    if is_kept:
        company.full_clean(exclude=["is_blocked"])
    else:
        with pytest.raises(Exception, match="country code"):
            company.full_clean(exclude=["is_blocked"])
