"""The sales screens, wide and on a phone."""

from decimal import Decimal

import pytest
from django.urls import reverse

from quotes.models import Version
from tests import factories as make
from tests.browser.looking import assert_well_made
from tests.browser.sales import Sales
from tests.browser.test_keyboard import tab_to

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def sales(page, client, live_server):
    """A week in sales; the browser is the sales manager's."""
    mia = make.UserFactory(
        username="mia.manager", email="mia@example.com", first_name="Mia", role="Sales manager"
    )
    client.force_login(mia)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    return Sales(mia)


def editor_of(version):
    return reverse("admin:quotes_version_change", args=[version.pk])


def test_inbox(page, sales, shoot):
    page.goto(reverse("admin:quotes_rfq_changelist"))

    shoot(page, "rfqs")
    assert_well_made(page)


@pytest.mark.parametrize("screen", ["rfq", "version"])
def test_filters_of_a_list(page, sales, screen):
    page.goto(reverse(f"admin:quotes_{screen}_changelist"))
    page.get_by_role("button", name="Filters").first.click()
    page.get_by_placeholder("company").wait_for()

    assert_well_made(page)


def test_request(page, sales):
    page.goto(reverse("admin:quotes_rfq_change", args=[sales.overdue.pk]))

    assert_well_made(page)


def test_list_of_quotes(page, sales):
    page.goto(reverse("admin:quotes_version_changelist"))

    assert_well_made(page)


def test_editor(page, sales, shoot):
    page.goto(editor_of(sales.draft))

    shoot(page, "quote-editor")
    assert_well_made(page)


def test_editor_tells_stock_and_what_may_not_be_offered(page, sales, shoot):
    sales.restrict()

    page.goto(editor_of(sales.draft))

    assert page.get_by_text("480 available").is_visible()
    assert page.get_by_text("more than available").count() == 1
    assert page.get_by_text("It cannot be offered to this company.").is_visible()
    assert page.get_by_text("Line 2 (SAW-CIR-190): the account holds no licence").is_visible()
    assert page.get_by_text("To be looked at; it stops nothing.").is_visible()
    shoot(page, "quote-restricted")
    assert_well_made(page)


def test_kept_prices_are_chosen_by_keyboard(page, sales, shoot):
    sales.without_erp()
    page.goto(editor_of(sales.draft))
    page.get_by_role("button", name="Price from the ERP").click()
    page.get_by_text("The ERP could not be asked for prices.").wait_for()
    assert_well_made(page)

    tab_to(page, "Use kept prices…")
    page.keyboard.press("Enter")
    page.get_by_text("kept price of").wait_for()
    shoot(page, "quote-kept-prices")
    assert_well_made(page)
    page.get_by_label("Reason").focus()
    page.keyboard.type("They wait for it")
    tab_to(page, "Use them")
    page.keyboard.press("Enter")

    page.get_by_text("the ERP could not be asked").first.wait_for()
    assert sales.draft.lines.get(n=1).unit_price == Decimal("171.5")
    assert_well_made(page)


def test_offer(page, sales):
    page.goto(editor_of(sales.offered))

    assert_well_made(page)


def test_board(page, sales, shoot):
    page.goto(reverse("admin:quotes_board"))

    shoot(page, "board")
    assert_well_made(page)


def test_first_page_of_a_manager(page, sales):
    page.goto(reverse("admin:index"))

    assert_well_made(page)


def test_approvals_rules_and_rights(page, sales):
    for screen in ("approval", "approvalrule", "pricemargin", "buyingright"):
        page.goto(reverse(f"admin:quotes_{screen}_changelist"))
        assert_well_made(page)


def test_totals_follow_what_is_typed(page, sales):
    page.goto(editor_of(sales.draft))
    panel = page.locator("#quote-panel")
    assert panel.get_by_text("Discount: discount of").count() == 0

    page.get_by_label("Discount on all lines, %").fill("25")

    panel.get_by_text("Discount: discount of").wait_for()
    assert Version.objects.get(pk=sales.draft.pk).discount_percent == 0


def test_submit_on_top_takes_what_was_typed_along(page, sales):
    page.goto(editor_of(sales.draft))
    page.get_by_label("Net price", exact=True).first.fill("171")

    page.get_by_role("button", name="Submit for approval").click()

    page.get_by_text("is saved.").wait_for()
    assert sales.draft.lines.get(n=1).unit_price == 171


@pytest.mark.parametrize("how", ["typed", "recalculated"])
def test_leaving_with_unsaved_changes_asks_first(page, sales, how):
    page.goto(editor_of(sales.draft))
    page.get_by_label("Net price", exact=True).first.fill("171")
    if how == "recalculated":
        page.get_by_role("button", name="Recalculate", exact=True).click()
        page.get_by_text("What you entered is not saved yet.").wait_for()
        assert_well_made(page)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

    page.get_by_role("button", name="Withdraw…").click()
    page.wait_for_timeout(300)

    assert asked == ["beforeunload"]
    assert page.get_by_label("Net price", exact=True).first.input_value() == "171"


def test_editor_works_by_keyboard(page, sales):
    page.goto(editor_of(sales.draft))
    page.get_by_label("Net price", exact=True).first.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("150")
    page.keyboard.press("Enter")
    page.get_by_text("17,640.00 EUR").first.wait_for()
    assert sales.draft.lines.get(n=1).unit_price == 168

    page.get_by_label("Internal note, never shown to the buyer").focus()
    tab_to(page, "Save")
    page.keyboard.press("Enter")

    page.get_by_text("is saved.").wait_for()
    line = sales.draft.lines.get(n=1)
    assert (line.unit_price, line.is_price_manual) == (Decimal(150), True)


def test_question_before_an_approval(page, sales):
    page.goto(editor_of(sales.waiting))
    page.get_by_role("button", name="Approve…").click()
    page.get_by_label("Comment").wait_for()
    assert_well_made(page)

    page.get_by_label("Comment").fill("Fine for a first order")
    page.get_by_role("button", name="Approve", exact=True).click()

    page.get_by_text("1 approved.").wait_for()
    assert Version.objects.get(pk=sales.waiting.pk).state == "approved"
