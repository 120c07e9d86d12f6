"""A company as the ERP has it, its restrictions, and the decision on who registered."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from integrations.models import Assortment, Buyer, Licence, Registration
from tests import factories as make
from tests.browser.looking import assert_well_made

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def company(scene):
    made = make.AccountFactory(
        name="Nordwind Maschinenbau GmbH", tax_id="DE123456788", allowed_countries="DE, AT"
    )
    make.CustomerCopyFactory(
        source=scene.erp,
        account=made,
        number="10100001",
        name=made.name,
        price_list_ref="Dealers EUR",
        is_blocked=True,
        block_reason="unpaid since May",
        as_of=timezone.now() - timedelta(minutes=12),
    )
    type(made).objects.filter(pk=made.pk).update(is_blocked_in_erp=True)
    Licence.objects.create(
        account=made, name="Chemicals dealer", number="HH-2211", valid_until=date(2027, 3, 31)
    )
    Assortment.objects.create(account=made, name="Contract 7", skus="DRILL-18V\nTAPE-5M")
    make.BuyerFactory(account=made, email="anna@nordwind.example", name="Anna Muster")
    return made


@pytest.fixture
def claim(scene, company):
    make.FlowFactory(kind="customers", source=scene.erp, target=scene.shop, mode="live")
    return make.RegistrationFactory(
        storefront=scene.shop,
        customer_id="cus_01M83VE2MBWEGJND3TX3W91ZSF",
        email="anna@nordwind.example",
        name="Anna Muster",
        registered_at=timezone.now() - timedelta(hours=3),
    )


def test_company_shows_what_the_erp_says_and_how_old_that_is(page, company, shoot):
    page.goto(reverse("admin:integrations_account_change", args=[company.pk]))

    expect(page.get_by_text("no: blocked in the ERP")).to_be_visible()
    expect(page.get_by_text("25,000.00 EUR")).to_be_visible()
    expect(page.get_by_text("blocked: unpaid since May")).to_be_visible()
    expect(page.get_by_text("12 min ago")).to_be_visible()
    expect(page.get_by_label("Allowed countries")).to_have_value("DE, AT")
    shoot(page, "company")
    assert_well_made(page)
    for label in ("Licence 1: Number", "Buyer 1: Email", "SKUs"):
        expect(page.get_by_label(label, exact=False).first).to_be_visible()


def test_customers_of_the_erp_without_a_company_are_found(page, scene, company, shoot):
    make.CustomerCopyFactory(source=scene.erp, name="Südwind AG", number="10100002")
    make.CustomerCopyFactory(source=scene.erp, name="Südwind AG, Lager", number="10100003")

    page.goto(reverse("admin:integrations_customercopy_changelist") + "?company=none")

    expect(page.get_by_role("link", name="Südwind AG", exact=True)).to_be_visible()
    expect(page.get_by_text("Nordwind Maschinenbau")).to_have_count(0)
    shoot(page, "erp-customers")
    assert_well_made(page)


def test_registration_is_accepted_with_the_keyboard(page, claim, shoot):
    page.goto(reverse("admin:integrations_registration_change", args=[claim.pk]))
    expect(page.get_by_text("accept only whom you know by another way")).to_be_visible()
    shoot(page, "registration")
    assert_well_made(page)

    page.get_by_label("They are this buyer").focus()
    page.keyboard.press("Space")
    page.get_by_label("How you know").focus()
    page.keyboard.type("called back under the number in the ERP")
    page.locator("[name=_save]").focus()
    page.keyboard.press("Enter")

    page.get_by_text("was changed successfully").wait_for()
    assert Registration.objects.get().state == "accepted"
    assert Buyer.objects.get().storefront_customer_id == claim.customer_id
