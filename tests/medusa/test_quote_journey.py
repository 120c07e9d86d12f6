"""From the storefront's cart to the paid-by-invoice order: everybody at a browser of their own.

The buyer asks through the storefront's API; all else is pressed and typed in Chromium, beside a
real Medusa and the ERP's stand-in.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from integrations.engine import runner
from integrations.models import Buyer, User
from integrations.sandbox.company import NORDWIND
from integrations.sandbox.shop import customer_of
from integrations.sandbox.storefront import RealMedusa
from quotes.models import Acceptance, Rfq, Version
from quotes.services import ordering
from quotes.states import VersionState
from tests import factories as make
from tests.medusa.customer import Customer
from tests.medusa.world import World
from tests.quotes.factories import ApprovalRuleFactory
from tests.quotes.selling import nordwind
from tests.support.hook_receiver import HOOK_SECRET

pytestmark = pytest.mark.browser

CENT = Decimal("0.01")
SKU, PIECES = "LAMP-50W", 7
PRICE = "40.61"  # 42.75 less the 5 % of the company's contract, before it is rounded
# Seven with 12 % off, 12.90 for freight, and 19 % German tax on both.
FIRST_TOTAL = "313.05"
# Nine with 3 % off instead.
SECOND_TOTAL = "437.27"

Seat = Callable[[], Page]


@pytest.fixture
def seat(chromium: Browser, live_server: LiveServer) -> Iterator[Seat]:
    """A browser for one person, with cookies of its own."""
    contexts = []

    def take() -> Page:
        context = chromium.new_context(
            viewport={"width": 1280, "height": 900}, base_url=live_server.url, locale="en-GB"
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context.new_page()

    yield take
    for context in contexts:
        context.close()


@pytest.fixture
def erika(world: World, real_medusa: RealMedusa, live_server: LiveServer) -> Buyer:
    """The company's buyer. The store's plugin asks this very portal."""
    hook = f"{live_server.url}{world.portal.shop.hook_path}"
    real_medusa.send_events_to(hook, HOOK_SECRET)
    return nordwind(world.shop)


@pytest.fixture
def staff(transactional_db: None) -> tuple[User, User]:
    """The rep, and the manager who has to agree to more than 10 % off."""
    ApprovalRuleFactory(group_name="Sales manager", threshold=Decimal(10))
    return make.sales_rep(), make.sales_manager()


def test_from_the_cart_to_shipment_and_invoice(
    world: World, erika: Buyer, staff: tuple[User, User], seat: Seat
) -> None:
    before = in_the_systems(world)
    rep, manager, buyer = seat(), seat(), seat()

    # The buyer asks, through the storefront.
    customer = Customer(world.shop, customer_of(world.shop, NORDWIND))
    variant = world.variants([SKU])[SKU]["id"]
    answer = customer.ask({"cart_id": customer.cart(variant, PIECES), "reference": "Site 12"})
    assert answer.status_code == 201, answer.text
    number = answer.json()["rfq"]["number"]

    # Sales prices it, the manager agrees, sales sends it.
    sign_in_staff(rep, "sam.sales")
    first = quoted(rep, number, world)
    assert not erika.account.quotes.get().versions.filter(state=VersionState.OFFERED).exists()
    sign_in_staff(manager, "mia.manager")
    approve(manager, first)
    send(rep, first)

    # The buyer signs in by a mailed code and asks for more pieces; sales offers that.
    sign_in_buyer(buyer, erika.email)
    ask_for_change(buyer, first)
    second = quoted_anew(rep, first)
    send(rep, second)

    # The buyer compares and signs.
    compare(buyer, first)
    accept(buyer, second)
    world.until(lambda: is_ordered(second))

    acceptance = Acceptance.objects.get()
    assert (acceptance.version, acceptance.po_number) == (second, "PO-4711")
    assert acceptance.signature == "Erika Muster"
    second.refresh_from_db()
    assert_one_order_everywhere(world, acceptance, before)

    # The ERP delivers and bills; the buyer sees it.
    order_id = acceptance.order_ref
    world.erp.deliver(order_id, tracking="TRACK-77", carrier="DHL")
    world.erp.invoice(order_id)
    world.follow_erp()
    see_order(buyer, world, acceptance)


# ---------------------------------------------------------------- at the rep's desk


def sign_in_staff(page: Page, username: str) -> None:
    page.goto(reverse("admin:index"))
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(make.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**" + reverse("admin:index"))


def quoted(page: Page, number: str, world: World) -> Version:
    """From the inbox to a priced quote that waits for the manager."""
    page.goto(reverse("admin:quotes_rfq_changelist"))
    page.get_by_role("link", name=number).first.click()
    page.get_by_role("button", name="Quote it").click()
    page.get_by_role("button", name="Price from the ERP").click()
    page.get_by_text(": priced.").wait_for()
    assert field(page, "unit_price").input_value().startswith(PRICE)
    until = timezone.now() + timedelta(days=14)
    field(page, "tax_percent").fill("19")
    for name, value in (
        ("valid_until", until.strftime("%Y-%m-%dT%H:%M")),
        ("discount_percent", "12"),
        ("freight_name", "Pallet"),
        ("freight_net", "12.90"),
        ("freight_tax_percent", "19"),
        ("region_ref", world.shop.regions["eur"]),
        ("shipping_ref", world.shop.shipping_option_id),
    ):
        enter(page, name, value)
    fill_address(page)
    return submitted(page, VersionState.PENDING_APPROVAL)


def quoted_anew(page: Page, version: Version) -> Version:
    """More pieces and less of a discount, which nobody has to agree to."""
    page.goto(page_of(version))
    page.get_by_role("button", name="Quote anew").click()
    page.wait_for_url(lambda url: page_of(version) not in url)
    field(page, "quantity").fill("9")
    enter(page, "discount_percent", "3")
    enter(page, "valid_until", (timezone.now() + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M"))
    return submitted(page, VersionState.APPROVED)


def field(page: Page, name: str) -> Any:
    """A field of the first line."""
    return page.locator(f'#quote-editor [name$="-0-{name}"]')


def enter(page: Page, name: str, value: str) -> None:
    """A field of the quote's terms, typed into or chosen from."""
    found = page.locator(f'#quote-editor [name$="{name}"]:not([name*="-0-"]):not([name*="-1-"])')
    if found.evaluate("one => one.tagName") == "SELECT":
        found.select_option(value)
    else:
        found.fill(value)


def fill_address(page: Page) -> None:
    ship_to = page.locator("#quote-editor details", has_text="Ship to").first
    if ship_to.get_attribute("open") is None:
        ship_to.locator("summary").click()
    for label, value in (
        ("Company", NORDWIND.company),
        ("First name", NORDWIND.first_name),
        ("Last name", NORDWIND.last_name),
        ("Street", NORDWIND.street),
        ("City", NORDWIND.city),
        ("Postal code", NORDWIND.postal_code),
        ("Country (two letters)", "DE"),
    ):
        ship_to.get_by_label(label, exact=True).fill(value)


def submitted(page: Page, state: str) -> Version:
    """Saves and submits what is in the editor; the revision that is then in `state`."""
    page.get_by_role("button", name="Save and submit").click()
    page.locator("#quote-editor").or_(page.locator(".editor-main")).first.wait_for()
    version = Version.objects.latest("id")
    assert version.state == state, page.locator("main").first.inner_text()[:2000]
    return version


def approve(page: Page, version: Version) -> None:
    page.goto(page_of(version))
    page.get_by_role("button", name="Approve…").click()
    page.get_by_label("Comment").fill("Fine for this customer")
    page.get_by_role("button", name="Approve", exact=True).click()
    page.get_by_text("1 approved.").wait_for()


def send(page: Page, version: Version) -> None:
    page.goto(page_of(version))
    page.get_by_role("button", name="Send to the buyer…").click()
    page.get_by_role("button", name="Send it").click()
    page.get_by_text("1 sent.").wait_for()


def page_of(version: Version) -> str:
    return reverse("admin:quotes_version_change", args=[version.pk])


# ---------------------------------------------------------------- at the buyer's


def sign_in_buyer(page: Page, email: str) -> None:
    page.goto("/portal/quotes")
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_role("button", name="Send me a code").click()
    code = page.get_by_role("textbox", name="Code")
    code.wait_for()
    runner.drain("batch")
    [sent] = [one for one in mail.outbox if re.search(r"^ {4}\d{6}$", one.body, re.MULTILINE)]
    assert sent.to == [email]
    code.fill(re.search(r"^ {4}(\d{6})$", sent.body, re.MULTILINE)[1])  # type: ignore[index]
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/portal/quotes")


def ask_for_change(page: Page, version: Version) -> None:
    page.get_by_role("link", name=version.quote.number).click()
    page.get_by_text(FIRST_TOTAL).first.wait_for()
    page.get_by_role("link", name="Ask for a change").click()
    page.get_by_role("textbox").fill("We need nine.")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"**/portal/quotes/{version.quote_id}**")


def compare(page: Page, version: Version) -> None:
    page.goto(f"/portal/quotes/{version.quote_id}")
    page.get_by_role("link", name="What changed?").click()
    page.get_by_role("heading", name="What changed?").wait_for()
    assert any(FIRST_TOTAL in text for text in page.locator("main del").all_inner_texts())
    assert any(SECOND_TOTAL in text for text in page.locator("main ins").all_inner_texts())


def accept(page: Page, version: Version) -> None:
    page.goto(f"/portal/quotes/{version.quote_id}")
    page.get_by_role("link", name="Accept", exact=True).click()
    page.get_by_text(SECOND_TOTAL).first.wait_for()
    page.get_by_label("Your PO number").fill("PO-4711")
    page.get_by_label("Signature").fill("Erika Muster")
    page.get_by_role("button", name="Accept and order").click()
    page.get_by_text("your order is being placed").wait_for()


def see_order(page: Page, world: World, acceptance: Acceptance) -> None:
    held = world.in_erp(acceptance.order_ref)
    page.goto(f"/portal/quotes/{acceptance.quote_id}")
    page.get_by_text(held["name"]).first.wait_for()
    page.get_by_role("link", name="Show the order").click()
    page.get_by_role("heading", name=f"Order #{acceptance.order_number}").wait_for()
    shown = page.locator("main").inner_text()
    invoice = held["invoices"][0]["name"]
    for text in (held["name"], "PO-4711", "TRACK-77", invoice, SECOND_TOTAL):
        assert text in shown


# ---------------------------------------------------------------- what the systems hold


def in_the_systems(world: World) -> tuple[int, int]:
    """How many orders the storefront and the ERP hold, of whomever."""
    return world.admin.get("/admin/orders", limit=1, fields="id")["count"], len(world.erp.orders())


def is_ordered(version: Version) -> bool:
    ordering.note_ordered()
    return Version.objects.filter(pk=version.pk, state=VersionState.ORDERED).exists()


def assert_one_order_everywhere(
    world: World, acceptance: Acceptance, before: tuple[int, int]
) -> None:
    order_id, version = acceptance.order_ref, acceptance.version
    assert in_the_systems(world) == (before[0] + 1, before[1] + 1)
    assert Rfq.objects.count() == 1
    shown = world.in_shop(order_id)
    assert shown["status"] == "pending"
    assert shown["metadata"]["po_number"] == "PO-4711"
    tax = Decimal(str(shown["tax_total"])).quantize(CENT, ROUND_HALF_UP)
    in_shop, in_erp = world.totals(order_id)
    assert in_shop == in_erp == version.gross_total == Decimal(SECOND_TOTAL)
    assert tax == version.tax_total > 0
