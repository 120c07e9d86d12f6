"""Offers on the buyers' pages: seen, compared, printed, accepted once, refused in words."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from integrations.engine.models import SyncJob
from integrations.models import Buyer, Connection, IdLink, StateChange
from quotes.actors import staff
from quotes.errors import Incomplete
from quotes.models import Acceptance, BuyingRight, Message, Rfq, Version
from quotes.services import credit, drafting, ending, offering
from quotes.snapshot import sha256_of
from quotes.states import VersionState
from tests import factories as make
from tests.portal_pages.conftest import kept_out, queries_of, signed_in
from tests.quotes.factories import QuoteFactory, RfqFactory, VersionFactory, VersionLineFactory
from tests.quotes.paper import Paper
from tests.quotes.trading import trade

pytestmark = pytest.mark.django_db

GERMAN = {"HTTP_ACCEPT_LANGUAGE": "de"}


@pytest.fixture
def ben(books) -> Buyer:
    """A buyer whose company stands well with the ERP."""
    ben = make.BuyerFactory(
        email="ben@company.example", account__name="Company Ltd", storefront_customer_id="cus_ben"
    )
    trade(ben, books)
    return ben


@pytest.fixture
def browser(ben):
    return signed_in(ben)


@pytest.fixture
def offer(ben) -> Version:
    rfq = RfqFactory(quoted=True, buyer=ben)
    return VersionFactory(offered=True, quote=QuoteFactory(rfq=rfq, buyer=ben))


def at(version, tail=""):
    return f"/portal/quotes/{version.quote_id}/{version.revision}{tail}"


def signed(version, **more):
    usual = {"revision": version.revision, "sha256": version.sha256, "key": "press-1"}
    return usual | {"signature": "Ben Buyer", "po_number": "PO-77"} | more


def fresh(version):
    return Version.objects.get(pk=version.pk)


def second(version, **edit):
    """The next revision, offered in place of the first."""
    sam = make.sales_rep()
    newer = drafting.requote(version, user=sam)
    Version.objects.filter(pk=newer.pk).update(
        state=VersionState.APPROVED, valid_until=timezone.now() + timedelta(days=5), **edit
    )
    newer.refresh_from_db()
    return newer, sam


# ---------------------------------------------------------------- looking


def test_an_offer_shows_what_was_frozen_not_what_is_edited(browser, offer):
    offer.lines.update(unit_price=Decimal(1), title="Forged")
    Version.objects.update(note="not offered", internal_note="our secret")

    page = browser.get(f"/portal/quotes/{offer.quote_id}").text

    assert "Cordless drill" in page
    assert "119.00\u00a0EUR" in page
    assert "Valid until <strong>" in page
    assert offer.sha256 in page
    for hidden in ("Forged", "not offered", "our secret", "30.00"):
        assert hidden not in page


def test_price_tiers_are_shown_with_the_way_to_another_quantity(browser, ben):
    version = VersionFactory(quote__buyer=ben, approved=True)
    version.lines.update(tiers=[{"from": "10", "unit_price": "45", "is_manual": False}])
    offering.offer(version, user=make.sales_rep())

    page = browser.get(f"/portal/quotes/{version.quote_id}").text

    assert "from 10 pcs: 45.00\u00a0EUR" in page
    assert "For another quantity, ask for a change" in page


def test_optional_and_alternative_lines_are_marked(browser, ben):
    version = VersionFactory(quote__buyer=ben)
    VersionLineFactory(version=version, n=2, title="Case", is_optional=True)
    VersionLineFactory(version=version, n=3, title="Saw", alternative_to=version.lines.get(n=1))
    Version.objects.filter(pk=version.pk).update(state="approved", discount_percent=10)
    offering.offer(version, user=make.sales_rep())

    page = browser.get(f"/portal/quotes/{version.quote_id}").text

    assert "Optional, not in the total" in page
    assert "Alternative to no. 1, not in the total" in page
    assert "107.10\u00a0EUR" in page
    assert "10\u00a0%" in page


def test_the_first_look_is_noted_and_stays(browser, offer):
    browser.get("/portal/quotes")
    assert fresh(offer).first_viewed_at is None

    browser.get(at(offer))
    first = fresh(offer).first_viewed_at
    browser.get(at(offer))

    assert first is not None
    assert fresh(offer).first_viewed_at == first


def test_a_draft_and_a_withdrawn_version_have_no_page(browser, offer, ben):
    newer, sam = second(offer)
    for version in (newer, VersionFactory(quote__buyer=ben)):
        for tail in ("", "/pdf", "/accept", "/decline"):
            assert browser.get(at(version, tail)).status_code == 404

    ending.withdraw(offer, actor=ending.PORTAL, reason="a mistake")

    assert browser.get(at(offer)).status_code == 404
    assert browser.get(at(offer, "/pdf")).status_code == 404


def test_an_answer_to_what_was_withdrawn_meanwhile_is_refused_in_words(browser, offer):
    ending.withdraw(offer, actor=ending.PORTAL, reason="a mistake")

    answer = browser.post(at(offer, "/accept"), signed(offer))

    assert answer.status_code == 409
    assert "The state now: Withdrawn." in answer.text
    assert f'href="{at(offer)}"' not in answer.text  # there is no such page any more
    assert 'href="/portal/quotes"' in answer.text
    assert browser.get(f"/portal/quotes/{offer.quote_id}").status_code == 404
    assert "<tbody>" not in browser.get("/portal/quotes").text


def test_an_older_version_says_so_and_the_newest_is_the_first_page(browser, offer):
    newer, sam = second(offer)
    offering.offer(newer, user=sam)

    assert "This is an older version." in browser.get(at(offer)).text
    page = browser.get(f"/portal/quotes/{offer.quote_id}").text
    assert "Revision 2 of" in page
    assert "What changed?" in page


def test_what_changed_between_two_versions(browser, offer):
    newer, sam = second(
        offer, note="Now with a case", freight_net=Decimal("9.90"), shipping_ref="so_1"
    )
    newer.lines.update(quantity=Decimal(3), unit_price=Decimal(45))
    VersionLineFactory(version=newer, n=2, title="Case", sku="CASE-1")
    newer.refresh_from_db()
    offering.offer(newer, user=sam)

    page = browser.get(f"/portal/quotes/{offer.quote_id}/changes").text
    told = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ")

    assert "Quantity before: 2 pcs → now: 3 pcs" in told
    assert "Unit price before: 50.00 EUR → now: 45.00 EUR" in told
    assert "New lines + Case CASE-1" in told
    assert "Freight before: 0.00 EUR → now: 9.90 EUR" in told
    assert "Total before: 119.00 EUR → now: 279.65 EUR" not in told  # freight is not taxed here
    assert "Total before: 119.00 EUR → now: 289.55 EUR" in told
    assert "Notes before: – → now: Now with a case" in told

    back = browser.get(f"/portal/quotes/{offer.quote_id}/changes?from=2&to=1").text
    assert "Removed lines" in back
    same = browser.get(f"/portal/quotes/{offer.quote_id}/changes?from=2&to=2").text
    assert "Both say the same." in same


def test_one_version_is_compared_with_nothing(browser, offer):
    assert browser.get(f"/portal/quotes/{offer.quote_id}/changes").status_code == 404


def test_the_pdf_speaks_the_language_of_the_page(browser, offer, settings):
    settings.PORTAL_NAME = "Hansen Pumpen GmbH"

    answer = browser.get(at(offer, "/pdf"), **GERMAN)

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == (f'attachment; filename="{offer.quote.number}-1.pdf"')
    text = Paper(answer.content).text
    for part in ("Angebot für", "Company Ltd", "Hansen Pumpen GmbH", "119,00", "Steuer 19"):
        assert part in text


def test_a_pdf_with_discounts_freight_and_options_adds_up(browser, ben):
    version = VersionFactory(quote__buyer=ben, lines=0)
    VersionLineFactory(version=version, n=1, unit_price=Decimal("19.99"), discount_percent=5)
    VersionLineFactory(version=version, n=2, tax_percent=7, unit_price=Decimal("0.0125"))
    VersionLineFactory(version=version, n=3, is_optional=True)
    Version.objects.filter(pk=version.pk).update(
        state="approved",
        discount_percent=3,
        freight_net=Decimal("12.90"),
        freight_name="Pallet",
        shipping_ref="so_1",
    )
    offering.offer(version, user=make.sales_rep())

    text = Paper(browser.get(at(version, "/pdf")).content).text

    assert "7.85" in text  # 5 % and 3 % together
    assert "Optional" in text


def test_a_logo_that_cannot_be_read_does_not_keep_the_buyer_waiting(browser, offer, settings):
    settings.PORTAL_LOGO = "/nowhere/logo.png"

    assert browser.get(at(offer, "/pdf")).content.startswith(b"%PDF")


def test_the_end_of_an_offer_is_told_by_the_sellers_clock(browser, offer, settings):
    settings.PORTAL_TIME_ZONE = ZoneInfo("Europe/Berlin")
    Version.objects.update(valid_until=datetime(2099, 6, 30, 22, 30, tzinfo=UTC))

    page = browser.get(at(offer)).text

    assert "July 1, 2099, 00:30 (Europe/Berlin)" in page
    assert "July 1, 2099, 00:30" in Paper(browser.get(at(offer, "/pdf")).content).text


def test_pages_hold_no_script_and_no_inline_style(browser, offer, ben):
    newer, sam = second(offer)
    offering.offer(newer, user=sam)
    order = make.OrderFactory(shipped=True, account=ben.account, lines=1)
    quote, rfq = f"/portal/quotes/{offer.quote_id}", f"/portal/requests/{offer.quote.rfq_id}"
    paths = ["/portal/", "/portal/quotes", quote, f"{quote}/changes", at(newer, "/accept")]
    paths += ["/portal/requests", "/portal/requests/new", rfq, f"/portal/orders/{order.pk}"]

    for path in paths:
        page = browser.get(path)
        assert page.status_code == 200, path
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", page.text), path


# ---------------------------------------------------------------- accepting


def test_an_offer_is_accepted_with_name_and_po_number(browser, offer, ben):
    page = browser.get(at(offer, "/accept")).text
    statement = re.search(r"<blockquote[^>]*>(.*?)</blockquote>", page)[1]
    assert (
        f"at 119.00 EUR including tax, for Company Ltd. Hash of what I accept: {offer.sha256}."
        in (statement)
    )
    hidden = dict(re.findall(r'name="(revision|sha256|key)" value="([^"]+)"', page))

    answer = browser.post(at(offer, "/accept"), hidden | {"signature": "Ben", "po_number": "PO-77"})

    assert answer.url == f"/portal/quotes/{offer.quote_id}"
    accepted = Acceptance.objects.get()
    assert (accepted.signature, accepted.po_number, accepted.statement) == (
        "Ben",
        "PO-77",
        statement,
    )
    assert accepted.buyer == ben
    assert "Your order is being processed." in browser.get(answer.url).text


def test_a_double_press_accepts_once(browser, offer):
    answers = [browser.post(at(offer, "/accept"), signed(offer)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    placing = SyncJob.objects.filter(kind="place_quote_order")
    assert Acceptance.objects.count() == placing.count() == 1


def test_the_order_appears_once_it_is_placed(browser, offer, ben):
    browser.post(at(offer, "/accept"), signed(offer))
    Acceptance.objects.update(order_ref="order_9", order_number="2107", erp_number="S00042")
    order = make.OrderFactory(
        confirmed=True, account=ben.account, storefront_ref="order_9", display_id="2107"
    )

    page = browser.get(f"/portal/quotes/{offer.quote_id}").text

    assert f'href="/portal/orders/{order.pk}"' in page
    assert "#2107" in page
    assert "S00042" in page


@pytest.mark.parametrize("missing", ["signature", "revision", "sha256", "key"])
def test_an_unsigned_answer_is_asked_for_what_is_missing(browser, offer, missing):
    answer = browser.post(at(offer, "/accept"), signed(offer) | {missing: " "})

    assert answer.status_code == 422
    assert not Acceptance.objects.exists()


def test_a_po_number_is_asked_for_where_it_is_needed(browser, offer):
    Version.objects.update(needs_po_number=True)

    assert browser.post(at(offer, "/accept"), signed(offer, po_number="")).status_code == 422
    assert not Acceptance.objects.exists()


@pytest.mark.parametrize("change", [{"revision": 2}, {"sha256": "0" * 64}])
def test_another_offer_than_the_one_looked_at_is_refused(browser, offer, change):
    answer = browser.post(at(offer, "/accept"), signed(offer, **change))

    assert answer.status_code == 409
    assert "This is not the offer that counts now." in answer.text
    assert not Acceptance.objects.exists()


def test_a_superseded_offer_is_refused(browser, offer):
    newer, sam = second(offer)
    offering.offer(newer, user=sam)

    assert browser.get(at(offer, "/accept")).status_code == 409
    assert browser.post(at(offer, "/accept"), signed(offer)).status_code == 409
    assert not Acceptance.objects.exists()


def test_a_blocked_account_is_told_to_call(browser, offer, ben):
    ben.account.is_blocked_by_hand = True
    ben.account.save()

    answer = browser.post(at(offer, "/accept"), signed(offer))

    assert answer.status_code == 403
    assert "Orders from your account are not accepted at the moment." in answer.text
    assert not Acceptance.objects.exists()


def test_while_the_erp_cannot_be_asked_nothing_is_accepted(browser, offer, ben):
    Connection.objects.filter(kind="odoo").update(base_url="http://127.0.0.1:9")

    answer = browser.post(at(offer, "/accept"), signed(offer))

    assert answer.status_code == 403
    assert "We cannot check your account at the moment. Please try again later." in answer.text
    assert fresh(offer).state == VersionState.OFFERED


def test_what_nobody_could_order_is_refused_in_words(browser, offer, ben):
    IdLink.objects.all().delete()

    answer = browser.post(at(offer, "/accept"), signed(offer, signature="Ben B."))

    assert answer.status_code == 409
    assert "your company is not set up for it in our shop" in answer.text
    assert "Links" not in answer.text
    assert "Ben B." in answer.text
    assert fresh(offer).state == VersionState.OFFERED


@pytest.fixture
def dollars(ben) -> Version:
    """An offer in a currency in which the ERP has no limit for the account."""
    quote = QuoteFactory(rfq=RfqFactory(quoted=True, buyer=ben), buyer=ben, currency="USD")
    return VersionFactory(offered=True, quote=quote)


def test_what_cannot_be_judged_is_held_for_sales_who_let_it_pass(browser, dollars):
    for _ in range(2):
        answer = browser.post(at(dollars, "/accept"), signed(dollars))
        assert answer.status_code == 409
        assert "Nothing was ordered; your contact knows of it" in answer.text
        assert "119" not in answer.text.split('role="alert"')[1].split("</")[0]
    held = fresh(dollars)
    assert "119.00 USD cannot be held against it" in held.held_note
    assert SyncJob.objects.filter(payload__mail="sales_held").count() == 1

    credit.let_pass(dollars, user=make.sales_manager(), reason="I know them")

    assert SyncJob.objects.filter(payload__mail="held_cleared").count() == 1
    assert browser.post(at(dollars, "/accept"), signed(dollars)).status_code == 302
    assert "mia.manager let it pass" in Acceptance.objects.get().account_note


def test_seller_may_be_told_instead_of_holding_what_cannot_be_judged(browser, dollars, settings):
    settings.QUOTE_CREDIT_UNJUDGED = "warn"

    assert browser.post(at(dollars, "/accept"), signed(dollars)).status_code == 302

    assert "119.00 USD cannot be held against it" in Acceptance.objects.get().account_note
    assert fresh(dollars).held_note == ""


def test_nothing_is_let_pass_that_nobody_held(offer):
    with pytest.raises(Incomplete, match="waits for you"):
        credit.let_pass(offer, user=make.sales_manager(), reason="why not")


# ---------------------------------------------------------------- the company's approver


@pytest.fixture
def alice(ben) -> Buyer:
    """The approver of Ben's company."""
    alice = make.BuyerFactory(email="alice@company.example", account=ben.account)
    BuyingRight.objects.create(buyer=alice, may_approve=True)
    return alice


@pytest.fixture
def limited(ben):
    return BuyingRight.objects.create(buyer=ben, limit=Decimal(100), currency="EUR")


def test_above_the_limit_leads_to_the_approver_who_accepts(browser, offer, limited, alice):
    refused = browser.post(at(offer, "/accept"), signed(offer))
    assert refused.status_code == 403
    assert "You cannot accept this quote yourself" in refused.text
    hidden = dict(re.findall(r'name="(revision|sha256|key)" value="([^"]+)"', refused.text))

    assert browser.post(at(offer, "/ask-company"), hidden).status_code == 302
    assert fresh(offer).state == VersionState.ACCEPTANCE_PENDING
    assert "ben@company.example asks" not in browser.get("/portal/").text
    of_alice = signed_in(alice)
    assert "ben@company.example asks you to accept it." in of_alice.get("/portal/").text
    of_alice.post(at(offer, "/accept"), signed(offer, signature="Alice"))

    accepted = Acceptance.objects.get()
    assert (accepted.buyer, accepted.asked_by) == (alice, limited.buyer)


def test_the_approver_refuses_with_a_word(browser, offer, limited, alice):
    browser.post(at(offer, "/ask-company"), signed(offer))

    signed_in(alice).post(at(offer, "/refuse"), {"text": "Too dear"})

    assert fresh(offer).state == VersionState.OFFERED
    assert StateChange.objects.filter(subject="version").latest("id").reason == "Too dear"


def test_a_colleague_without_the_right_refuses_nothing(browser, offer, limited, ben):
    browser.post(at(offer, "/ask-company"), signed(offer))
    carl = signed_in(make.BuyerFactory(account=ben.account))

    assert carl.post(at(offer, "/refuse"), {"text": "no"}).status_code == 403
    assert fresh(offer).state == VersionState.ACCEPTANCE_PENDING


# ---------------------------------------------------------------- other answers


def test_an_offer_is_declined_with_a_reason(browser, offer):
    assert browser.post(at(offer, "/decline"), {"text": ""}).status_code == 422

    assert browser.post(at(offer, "/decline"), {"text": "Too dear"}).status_code == 302

    assert fresh(offer).state == VersionState.DECLINED
    assert "Declined" in browser.get(at(offer)).text


@pytest.mark.parametrize(
    ("right", "may"), [("may_accept", True), ("may_approve", True), ("", False)]
)
def test_who_may_not_accept_may_not_decline_but_ask_for_a_change(browser, offer, ben, right, may):
    rights = {"may_accept": False} | ({right: True} if right else {})
    BuyingRight.objects.create(buyer=ben, **rights)
    assert (at(offer, "/decline") in browser.get(at(offer)).text) == may

    assert browser.get(at(offer, "/decline")).status_code == (200 if may else 403)
    answer = browser.post(at(offer, "/decline"), {"text": "Too dear"})

    assert answer.status_code == (302 if may else 403)
    assert fresh(offer).state == ("declined" if may else "offered")
    if not may:
        assert "You may ask for a change, but not decline this quote." in answer.text
        assert browser.post(at(offer, "/change"), {"text": "Cheaper"}).status_code == 302


HAMBURG = {
    "company": "Company Ltd",
    "first_name": "Ben",
    "last_name": "Buyer",
    "street1": "Hafenstr. 1",
    "postal_code": "20457",
    "city": "Hamburg",
    "country_code": "DE",
}
KIEL = {**HAMBURG, "street1": "Kai 2", "postal_code": "24103", "city": "Kiel"}


def test_where_it_goes_and_until_when_are_shown_and_signed(browser, ben):
    version = VersionFactory(
        quote__buyer=ben, approved=True, ship_to=HAMBURG, bill_to=KIEL, shipping_ref="so_1"
    )
    version = offering.offer(version, user=make.sales_rep())

    for tail in ("", "/accept"):
        page = browser.get(at(version, tail)).text
        for part in ("Hafenstr. 1", "20457 Hamburg", "Kai 2", "24103 Kiel", "so_1", "reg_eu"):
            assert part in page, (tail, part)
    paper = Paper(browser.get(at(version, "/pdf")).content).text
    for part in ("Delivery address", "20457 Hamburg", "Billing address", "24103 Kiel", "so_1"):
        assert part in paper


def test_an_address_that_is_edited_after_the_offer_is_not_shown(browser, offer):
    Version.objects.update(ship_to=KIEL, bill_to=KIEL, region_ref="reg_2")

    page = browser.get(at(offer)).text

    assert "Kiel" not in page
    assert "Hamburg" in page
    assert "as the delivery address" in page


def test_comparison_tells_of_places_and_of_the_validity(browser, offer):
    newer, sam = second(offer, ship_to=KIEL, bill_to=HAMBURG, shipping_ref="so_2")
    offering.offer(newer, user=sam)

    page = browser.get(f"/portal/quotes/{offer.quote_id}/changes").text

    for label in ("Delivery address", "Billing address", "Shipping", "Valid until"):
        assert f"<dt>{label}</dt>" in page
    assert "24103 Kiel" in page
    german = browser.get(f"/portal/quotes/{offer.quote_id}/changes", **GERMAN).text
    assert "<dt>Lieferadresse</dt>" in german


def test_what_was_signed_before_an_extension_is_looked_at_again(browser, offer):
    before = signed(offer)
    sam = make.sales_rep()
    until = offer.valid_until + timedelta(days=3)
    longer = offering.extend(offer, actor=staff(sam), until=until)

    assert longer.sha256 == sha256_of(longer.document) != before["sha256"]
    assert browser.post(at(offer, "/accept"), before).status_code == 409
    assert browser.post(at(offer, "/accept"), signed(longer)).status_code == 302


def test_a_change_is_asked_for_and_taken_back(browser, offer):
    browser.post(at(offer, "/change"), {"text": "Two of them, please"})
    assert fresh(offer).state == VersionState.CHANGE_REQUESTED
    assert Message.objects.get().text == "Two of them, please"
    assert browser.post(at(offer, "/accept"), signed(offer)).status_code == 409

    browser.post(at(offer, "/keep"))

    assert fresh(offer).state == VersionState.OFFERED


ANSWERS = ["accept", "ask-company", "refuse", "decline", "change", "keep"]


@pytest.mark.parametrize("verb", ANSWERS)
@pytest.mark.parametrize("state", ["declined", "expired", "superseded", "withdrawn", "past"])
def test_what_is_over_takes_no_answer_by_hand(browser, offer, state, verb):
    if state == "past":  # the timer has not come by yet
        Version.objects.update(valid_until=timezone.now() - timedelta(seconds=1))
        if verb in ("keep", "refuse"):
            Version.objects.update(
                state={"keep": "change_requested", "refuse": "acceptance_pending"}[verb]
            )
    else:
        Version.objects.update(state=state)
    before = fresh(offer).state

    answer = browser.post(at(offer, f"/{verb}"), signed(offer, text="but I want it"))

    assert answer.status_code == 409
    assert not Acceptance.objects.exists()
    assert not Message.objects.exists()
    assert fresh(offer).state in (before, VersionState.EXPIRED)


def test_refusals_speak_german(browser, offer):
    Version.objects.update(state="declined")

    answer = browser.post(at(offer, "/accept"), signed(offer), **GERMAN)

    assert "Das ist nicht mehr möglich. Stand jetzt: Abgelehnt." in answer.text


# ---------------------------------------------------------------- who sees what


@pytest.mark.parametrize("tail", ["", "/pdf", "/accept", "/refuse", "/decline", "/change"])
def test_nobody_else_sees_an_offer(offer, tail):
    kept_out(at(offer, tail))
    assert fresh(offer).first_viewed_at is None


@pytest.mark.parametrize("tail", ["", "/changes"])
def test_nobody_else_sees_a_quote(offer, tail):
    newer, sam = second(offer)
    offering.offer(newer, user=sam)

    kept_out(f"/portal/quotes/{offer.quote_id}{tail}")


@pytest.mark.parametrize("verb", ANSWERS)
def test_nobody_else_answers_an_offer(offer, verb):
    state = {"keep": "change_requested", "refuse": "acceptance_pending"}.get(verb, "offered")
    Version.objects.update(state=state)

    kept_out(at(offer, f"/{verb}"), signed(offer, text="hello"))

    assert fresh(offer).state == state
    assert not Acceptance.objects.exists()
    assert not Message.objects.exists()


def test_visitors_and_staff_get_no_list(client):
    assert client.get("/portal/quotes").url.startswith("/portal/sign-in")
    client.force_login(make.sales_rep())
    assert client.get("/portal/quotes").status_code == 404


def test_a_buyer_of_two_accounts_sees_one_at_a_time(offer, ben):
    browser = signed_in(ben)
    other = make.BuyerFactory(user=ben.user)

    browser.post("/portal/accounts", {"buyer": other.pk})
    assert browser.get(at(offer)).status_code == 404
    browser.post("/portal/accounts", {"buyer": ben.pk})
    assert browser.get(at(offer)).status_code == 200


def test_the_list_holds_the_accounts_own_offers_only(browser, offer):
    strangers = VersionFactory(offered=True)

    page = browser.get("/portal/quotes").text

    assert f">{offer.quote.number}<" in page
    assert f">{strangers.quote.number}<" not in page


def test_lists_and_the_first_page_cost_no_more_with_many_rows(browser, ben):
    def more(count):
        for version in VersionFactory.create_batch(count, offered=True, quote__buyer=ben):
            Rfq.objects.filter(pk=RfqFactory(buyer=ben).pk).update(state="info_requested")
            make.OrderFactory(account=version.quote.account)

    more(3)
    few = [queries_of(browser, path) for path in ("/portal/quotes", "/portal/")]
    more(27)

    assert [queries_of(browser, path) for path in ("/portal/quotes", "/portal/")] == few
    assert max(few) <= 12
    assert browser.get("/portal/quotes?page=2").text.count("<tr>") == 6


def test_an_offer_of_many_lines_costs_no_more(browser, ben):
    small = VersionFactory(offered=True, quote__buyer=ben, lines=3)
    large = VersionFactory(offered=True, quote__buyer=ben, lines=30)

    for tail in ("", "/accept"):
        few = queries_of(browser, at(small, tail))
        assert queries_of(browser, at(large, tail)) == few <= 12
