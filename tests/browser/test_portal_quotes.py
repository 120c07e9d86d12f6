"""A buyer asks, sales prices, the buyer accepts: by keyboard, on a phone, without scripts."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings as portal
from django.utils import timezone
from playwright.sync_api import Browser, Page

from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.models import Buyer, User
from integrations.sandbox.erp import API_KEY, seed_erp
from integrations.sandbox.seeds import ErpSeed
from quotes.actors import staff
from quotes.models import Acceptance, Rfq, Version, VersionLine
from quotes.services import answering, approving, basis, drafting, offering, rfqs
from quotes.services.pricing import Moved
from quotes.states import VersionState
from tests import factories as make
from tests.browser.conftest import HEIGHTS
from tests.browser.looking import assert_fits, assert_open_to_everybody
from tests.browser.test_keyboard import tab_to
from tests.quotes.trading import trade

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_TABS = 80
KEPT_DARK = ("portal-quote", "portal-request-new")  # one picture of each kind is enough
PASTED = "SKU;Menge;Zielpreis;Bemerkung\nTAPE-5M;25;4,90;\nHELMET-EN397-Y;12;;size M"


@pytest.fixture(scope="module")
def books() -> Iterator[ErpSeed]:
    with OdooStandIn(api_key=API_KEY) as erp:
        yield seed_erp(erp)


@pytest.fixture
def sam(transactional_db: None) -> User:
    return make.sales_rep()


@pytest.fixture
def bea(transactional_db: None, books: ErpSeed) -> Buyer:
    bea = make.BuyerFactory(
        email="bea.buyer@acme-tools-and-machines.example",
        account__name="Acme Tools and Machines Ltd",
        storefront_customer_id="cus_bea",
        user=make.UserFactory(username="bea", is_staff=False),
    )
    flow = trade(bea, books)
    for sku in ("TAPE-5M", "HELMET-EN397-Y", "CASE-L"):
        make.IdLinkFactory(
            kind="variant", source=flow.target, source_ref=sku, target=flow.source, label=sku
        )
    flow.target.settings = {
        **flow.target.settings,
        "free_text_product_ref": str(books.rounding_product),
    }
    flow.target.save(update_fields=["settings"])
    return bea


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def visitor(
    chromium: Browser, live_server, client, bea: Buyer, width: int, scheme: str
) -> Iterator[Page]:
    """Bea's browser, signed in; it runs no script of ours, for there is none."""
    client.force_login(bea.user)
    context = chromium.new_context(
        viewport={"width": width, "height": HEIGHTS[width]},
        base_url=live_server.url,
        color_scheme=scheme,
        locale="en-GB",
    )
    cookie = client.cookies[portal.SESSION_COOKIE_NAME].value
    context.add_cookies(
        [{"name": portal.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text))
    yield page
    context.close()


@pytest.fixture
def look(shoot, scheme):
    """Nothing sticks out, shuts out or breaks the page's own policy; the picture is kept."""

    def at(page: Page, name: str) -> None:
        page.wait_for_load_state("networkidle")
        assert page.complaints == []
        assert_fits(page)
        assert_open_to_everybody(page)
        page.complaints.clear()  # axe tries what the policy refuses
        if scheme == "light" or name in KEPT_DARK:
            shoot(page, name if scheme == "light" else f"{name}-dark")

    return at


def quoted(rfq: Rfq, sam: User) -> Version:
    """What sales makes of the request: a price and a tax for each line, and more to choose."""
    version = drafting.quote_rfq(rfq, user=sam)
    with drafting.editing(version, user=sam) as fresh:
        fresh.lines.update(
            unit_price=Decimal("4.85"), list_price=Decimal("5.40"), tax_percent=Decimal(19)
        )
        first = fresh.lines.get(n=1)
        VersionLine.objects.filter(pk=first.pk).update(
            title="Measuring tape 5 m",
            description="Steel, with stop button.",
            tiers=[
                {"from": "100", "unit_price": "4.6", "is_manual": True},
                {"from": "500", "unit_price": "4.35", "is_manual": True},
            ],
            configuration=[["Colour", "yellow"], ["Print", "company logo, one side"]],
            discount_percent=Decimal(5),
        )
        more = {"version": fresh, "unit_price": Decimal("19.90"), "tax_percent": Decimal(19)}
        VersionLine.objects.create(
            n=8, title="Tape of glass fibre, 10 m", quantity=25, alternative_to=first, **more
        )
        VersionLine.objects.create(n=9, title="Case", quantity=1, is_optional=True, **more)
        fresh.valid_until = timezone.now() + timedelta(days=14)
        fresh.region_ref, fresh.ship_to = "reg_eu", {"city": "Hamburg", "country_code": "DE"}
        fresh.terms_name, fresh.freight_name = "30 days net", "Pallet"
        fresh.freight_net, fresh.freight_tax_percent = Decimal("12.90"), Decimal(19)
        fresh.shipping_ref = "so_pallet"
        fresh.note = "Delivery within two weeks.\nPrinting needs your logo as a vector file."
    return offering.offer(approving.submit_version(version, user=sam), user=sam)


def requoted(version: Version, sam: User) -> Version:
    """A second revision: one more, one less, one cheaper."""
    newer = drafting.requote(version, user=sam)
    with drafting.editing(newer, user=sam) as fresh:
        fresh.lines.filter(n=1).update(unit_price=Decimal("4.60"), quantity=Decimal(30))
        fresh.lines.filter(n=9).delete()
        VersionLine.objects.create(
            version=fresh,
            n=10,
            sku="CASE-L",
            title="Case, large",
            quantity=1,
            unit_price=Decimal("24.90"),
            tax_percent=Decimal(19),
        )
        fresh.valid_until = timezone.now() + timedelta(days=10)
        fresh.terms_name = "14 days net"
    return offering.offer(approving.submit_version(newer, user=sam), user=sam)


def asked(bea: Buyer) -> Rfq:
    lines = (
        rfqs.AskedLine(sku="TAPE-5M", title="Measuring tape 5 m", quantity=Decimal(25)),
        rfqs.AskedLine(title="Yellow helmets with our logo", quantity=Decimal(12), note="size M"),
    )
    asked = rfqs.Asked(currency="EUR", reference="Site 12", lines=lines)
    rfq, _ = rfqs.request_quote(person=bea, asked=asked, key="scene", now=timezone.now())
    return rfq


def fill_by_keyboard(page: Page, label: str, text: str) -> None:
    """Tabs to the field with this label and types."""
    wanted = page.get_by_label(label, exact=True).first.get_attribute("id")
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == wanted:
            page.keyboard.type(text)
            return
    pytest.fail(f"{label!r} is not reached with {MOST_TABS} tabs")


@pytest.mark.parametrize("scheme", ["light"], indirect=True)
def test_from_the_first_question_to_the_signature_by_keyboard(visitor, bea, sam):
    visitor.goto("/portal/")
    tab_to(visitor, "New request")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/portal/requests/new")
    fill_by_keyboard(visitor, "SKU", "TAPE-5M")
    fill_by_keyboard(visitor, "Quantity", "25")
    tab_to(visitor, "Send the request")
    visitor.keyboard.press("Enter")
    visitor.get_by_text("Your request is sent.").wait_for()
    assert_fits(visitor)

    version = quoted(Rfq.objects.get(), sam)
    visitor.goto(f"/portal/quotes/{version.quote_id}")
    assert_fits(visitor)
    tab_to(visitor, "Accept")
    visitor.keyboard.press("Enter")
    visitor.get_by_text("With your name you sign this sentence:").wait_for()
    assert_fits(visitor)
    fill_by_keyboard(visitor, "Your PO number", "PO-4711")
    fill_by_keyboard(visitor, "Signature", "Bea Buyer")
    visitor.keyboard.press("Enter")
    visitor.get_by_text("Your order is being processed.").wait_for()

    accepted = Acceptance.objects.get()
    assert (accepted.po_number, accepted.signature, accepted.buyer) == ("PO-4711", "Bea Buyer", bea)
    version.refresh_from_db()
    assert version.state == VersionState.ACCEPTED
    assert_fits(visitor)


@pytest.mark.parametrize("scheme", ["light"], indirect=True)
def test_enter_in_a_field_of_the_request_sends_nothing(visitor):
    visitor.goto("/portal/requests/new")
    fill_by_keyboard(visitor, "SKU", "TAPE-5M")

    visitor.keyboard.press("Enter")

    visitor.wait_for_load_state("networkidle")
    assert visitor.get_by_label("SKU", exact=True).first.input_value() == "TAPE-5M"
    assert not Rfq.objects.exists()


def test_the_pages_of_a_request_are_well_made(visitor, look, bea, sam):
    visitor.goto("/portal/requests/new")
    visitor.get_by_label("Paste lines").fill(f"{PASTED}\nDRILL-18V;zwei;;\n")
    visitor.get_by_role("button", name="Read the rows").click()
    visitor.get_by_text("is not a number").wait_for()
    visitor.complaints.clear()  # Chromium notes the 422
    look(visitor, "portal-request-new")

    rfq = asked(bea)
    rfq.lines.filter(n=2).update(configuration=[["Colour", "yellow"], ["Logo", "front"]])
    rfqs.review_rfq(rfq, actor=staff(sam))
    rfqs.ask_buyer(rfq, actor=staff(sam), text="One colour or two for the logo?")
    visitor.goto("/portal/requests")
    look(visitor, "portal-requests")
    visitor.goto(f"/portal/requests/{rfq.pk}")
    look(visitor, "portal-request")
    visitor.goto("/portal/")
    look(visitor, "portal-waiting")


def test_the_pages_of_a_quote_are_well_made(visitor, look, bea, sam):
    version = requoted(quoted(asked(bea), sam), sam)
    visitor.goto("/portal/quotes")
    look(visitor, "portal-quotes")
    visitor.goto(f"/portal/quotes/{version.quote_id}")
    look(visitor, "portal-quote")
    visitor.get_by_role("link", name="What changed?").click()
    visitor.get_by_role("heading", name="What changed?").wait_for()
    look(visitor, "portal-quote-changes")
    visitor.goto(f"/portal/quotes/{version.quote_id}/2/accept")
    look(visitor, "portal-quote-accept")
    basis.keep(version, [fallen(line) for line in (1, 2)])
    visitor.reload()
    visitor.get_by_role("heading", name="Some prices have come down").wait_for()
    look(visitor, "portal-quote-fallen")
    make.BuyerFactory(account=bea.account, email="eva.engineer@acme-tools-and-machines.example")
    visitor.goto(f"/portal/quotes/{version.quote_id}/2/forward")
    look(visitor, "portal-quote-forward")
    visitor.goto(f"/portal/quotes/{version.quote_id}/2/decline")
    look(visitor, "portal-quote-decline")
    visitor.goto(f"/portal/quotes/{version.quote_id}/1/accept")
    visitor.complaints.clear()  # Chromium notes the 409
    look(visitor, "portal-quote-closed")
    visitor.goto(f"/portal/quotes/{version.quote_id}/2/accept")
    Version.objects.filter(pk=version.pk).update(valid_until=timezone.now())
    visitor.get_by_label("Signature").fill("Bea Buyer")
    visitor.get_by_role("button", name="Accept").click()
    visitor.get_by_role("heading", name="This offer has ended").wait_for()
    visitor.complaints.clear()
    look(visitor, "portal-quote-ended")


def fallen(line: int) -> Moved:
    prices = {"price_then": Decimal("4.85"), "price_now": Decimal("3.20")}
    costs = {"cost_then": None, "cost_now": None}
    return Moved(line=line, percent=Decimal(-34), **prices, **costs)


def test_the_pages_of_an_order_are_well_made(visitor, look, bea, sam):
    version = quoted(asked(bea), sam)
    answer = answering.Answer(
        revision=1, sha256=version.sha256, signature="Bea Buyer", po_number="PO-4711"
    )
    answering.accept(version, person=bea, answer=answer)
    order = make.OrderFactory(
        shipped=True,
        state="partly_shipped",
        account=bea.account,
        storefront_ref="order_1",
        display_id="2107",
        po_number="PO-4711",
        gross_total=version.gross_total,
        tax_total=version.tax_total,
    )
    Acceptance.objects.update(order_ref="order_1", order_number="2107", erp_number=order.erp_number)
    for line in version.lines.exclude(n=8).exclude(n=9):
        make.OrderLineFactory(
            order=order,
            sku=line.sku,
            title=line.title,
            quantity=line.quantity,
            gross_total=line.quantity * line.unit_price * Decimal("1.19"),
            shipped=line.quantity if line.n == 1 else 0,
            expected_on=None if line.n == 1 else timezone.now().date() + timedelta(days=7),
        )
    make.ShipmentFactory(order=order)
    make.InvoiceFactory(
        order=order,
        gross_total=version.gross_total,
        open_amount=Decimal("59.50"),
        payment_state="partial",
        issued_on=timezone.now().date(),
        due_on=timezone.now().date() + timedelta(days=30),
    )

    visitor.goto(f"/portal/quotes/{version.quote_id}")
    look(visitor, "portal-quote-ordered")
    visitor.get_by_role("link", name="Show the order").click()
    visitor.get_by_role("heading", name="Order #2107").wait_for()
    look(visitor, "portal-order")
    visitor.get_by_role("link", name="PDF").click()  # nobody answers at the ERP's address
    visitor.get_by_role("heading", name="The document is not there yet").wait_for()
    visitor.complaints.clear()  # Chromium notes the 503
    look(visitor, "portal-invoice-away")
    visitor.goto("/portal/orders")
    look(visitor, "portal-orders")
    for name in ("Shipments", "Invoices"):
        visitor.get_by_role("link", name=name, exact=True).click()
        visitor.get_by_role("heading", name=name).wait_for()
        look(visitor, f"portal-{name.lower()}")
