"""What an accepted quote agreed reaches the ERP's order, and nobody else can ask for it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from integrations.engine import edits, limits, verbs
from integrations.engine.models import JobState, Step, SyncJob
from integrations.errors import NeedsOperator
from integrations.flows.orders.agreed import QUOTE_KEY, as_agreed, own_agreement_of
from integrations.flows.orders.looking import look
from integrations.flows.orders.overrides import EDITABLE_LATER, NONE
from integrations.models import Buyer, Order, User
from quotes.models import Acceptance, ChoiceList, Version, VersionLine
from quotes.services import approving, choices, offering, ordering, pricing
from quotes.services.agreed import agreed_in_quote
from quotes.services.quoted_order import ref_of
from tests.factories import sales_rep
from tests.journeys.conftest import World
from tests.journeys.test_changes import move
from tests.journeys.test_edited_orders import decide
from tests.quotes.selling import accepted, draft_for, nordwind, offered

pytestmark = pytest.mark.slow

CHOICES = [["Colour", "yellow"], ["Print", "logo, one side"]]
FRAME = "Welded frame by drawing 4711"


@pytest.fixture
def ben(world: World) -> Buyer:
    return nordwind(world.shop_seed)


@pytest.fixture
def late(world: World) -> str:
    """Payment terms of the ERP that the company does not have by itself; their id there."""
    ref = str(world.erp.add_payment_term("60 days", 60))
    choices.copy_terms(world.portal.erp)
    return ref


def sold(world: World, ben: Buyer, **header: str) -> Acceptance:
    """Seven configured tapes and a frame that is nothing but words, accepted and ordered."""
    sam = User.objects.filter(username="sam.sales").first() or sales_rep()
    version = draft_for(ben, world.shop_seed, (("TAPE-5M", "7"),))
    assert pricing.price_version(version, user=sam, on=timezone.now().date()) == []
    version.lines.update(configuration=CHOICES)
    VersionLine.objects.create(
        version=version,
        n=2,
        title=FRAME,
        quantity=1,
        unit_price=Decimal(250),
        tax_percent=Decimal(19),
    )
    Version.objects.filter(pk=version.pk).update(**header)
    version.refresh_from_db()
    version = offering.offer(approving.submit_version(version, user=sam), user=sam)
    acceptance = accepted(version, ben, po_number="PO-4711")
    world.settle()
    acceptance.refresh_from_db()
    return acceptance


def test_terms_number_configuration_and_free_text_reach_the_erp(
    world: World, ben: Buyer, late: str
) -> None:
    acceptance = sold(world, ben, terms_ref=late, terms_name="60 days")

    [held] = world.in_erp(acceptance.order_ref)
    assert held["state"] == "sale"
    assert held["payment_term_id"][0] == int(late)
    assert held["client_order_ref"] == "PO-4711"
    tape, frame, _ = held["lines"]
    assert tape["name"].splitlines()[1:] == ["Colour: yellow", "Print: logo, one side"]
    assert (frame["product_id"][0], frame["name"], Decimal(str(frame["price_unit"]))) == (
        world.erp_seed.free_text_product,
        FRAME,
        250,
    )
    plan = world.order(acceptance.order_ref).plan["agreed"]
    assert (plan["source"], plan["terms"]) == (str(acceptance.version), "60 days")
    assert list(plan["lines"].values()) == [CHOICES]


def test_order_without_a_quote_has_its_customers_terms_whatever_its_metadata_says(
    world: World, ben: Buyer, late: str
) -> None:
    acceptance = sold(world, ben, terms_ref=late, terms_name="60 days")
    forged = {
        "quote_number": acceptance.quote.number,
        "erp_quote_ref": f"quote:{acceptance.quote.number}",
        "payment_terms_ref": late,
        "payment_terms": "60 days",
    }

    order_id = world.place(("TAPE-5M", 2), metadata=forged)
    world.settle()

    [held] = world.in_erp(order_id)
    own = world.erp.store.get("res.partner", held["partner_id"][0])["property_payment_term_id"]
    assert held["payment_term_id"][0] == own != int(late)
    assert world.order(order_id).plan["agreed"]["source"] == ""


def test_event_that_is_faster_than_the_placing_job_finds_the_agreement_all_the_same(
    world: World, ben: Buyer, late: str
) -> None:
    acceptance = sold(world, ben, terms_ref=late, terms_name="60 days")
    order, portal = Order.objects.get(), world.portal
    seen = look(order)
    other = look(Order.objects.get(storefront_ref=_placed(world)))
    Acceptance.objects.update(order_ref="")  # the job's last step has not run yet

    found = agreed_in_quote(seen, portal.erp)

    assert found is not None
    assert (found.payment_term_ref, found.po_number) == (late, acceptance.po_number)
    assert found.order_ref == seen.order_id
    other.metadata[QUOTE_KEY] = ref_of(acceptance)
    assert own_agreement_of(other, portal.erp) is None
    with pytest.raises(NeedsOperator, match=f"became order {seen.order_id}"):
        as_agreed(other, portal.erp, NONE)


def _placed(world: World) -> str:
    order_id = world.place(("TAPE-5M", 2))
    world.settle()
    return order_id


def test_terms_that_the_erp_lost_wait_for_a_person_who_may_name_others(
    world: World, ben: Buyer, late: str
) -> None:
    version = offered(ben, world.shop_seed)
    document = {**(version.document or {}), "terms": {"ref": late, "name": "60 days"}}
    Version.objects.filter(pk=version.pk).update(document=document)
    other = str(world.erp.add_payment_term("45 days", 45))
    ChoiceList.objects.update(rows=[{"ref": other, "name": "45 days"}])
    acceptance = accepted(version, ben)
    world.settle()
    job = SyncJob.objects.get(kind="push_order")
    acceptance.refresh_from_db()

    assert (job.state, job.error_reason) == (JobState.PARKED, "terms_unknown")
    assert "“60 days”, which" in job.error_text
    assert world.in_erp(acceptance.order_ref) == []

    decide(job, payment_term_ref=other)
    world.wait_until_idle()

    [held] = world.in_erp(acceptance.order_ref)
    assert held["payment_term_id"][0] == int(other)


def test_terms_in_words_alone_travel_as_a_note(world: World, ben: Buyer) -> None:
    acceptance = sold(world, ben, terms_name="half now, half on delivery")

    [held] = world.in_erp(acceptance.order_ref)
    assert "Payment terms agreed: half now, half on delivery" in held["note"]


def test_order_whose_terms_somebody_changed_in_the_erp_is_not_confirmed(
    world: World, ben: Buyer, late: str
) -> None:
    other = world.erp.add_payment_term("7 days", 7)
    world.erp.dials.set("fail", only="sale.order.action_confirm", times=1)
    acceptance = sold(world, ben, terms_ref=late, terms_name="60 days")
    [held] = world.in_erp(acceptance.order_ref)
    world.erp.store.update("sale.order", held["id"], {"payment_term_id": other})

    world.wait_until_parked()

    [held] = world.in_erp(acceptance.order_ref)
    order = world.order(acceptance.order_ref)
    assert held["state"] == "draft"
    assert order.held_reason == "erp_terms_differ"
    assert f"has {other} on order" in order.held_message


def test_terms_that_are_decided_once_the_erp_has_the_order_are_set_there_by_people(
    world: World, ben: Buyer, late: str
) -> None:
    other = world.erp.add_payment_term("7 days", 7)
    acceptance = sold(world, ben, terms_ref=late, terms_name="60 days")
    ChoiceList.objects.update(rows=[{"ref": str(other), "name": "7 days"}])  # the ERP lost them
    move(world, acceptance.order_ref)
    world.sweep()
    [job] = SyncJob.objects.filter(kind="change_order")
    assert job.error_reason == "quoted_addresses_differ"

    decide(job, addresses="signed", payment_term_ref=str(other))
    world.wait_until_parked()

    job.refresh_from_db()
    [held] = world.in_erp(acceptance.order_ref)
    assert (job.state, job.error_reason) == (JobState.PARKED, "erp_terms_differ")
    assert f"shall have the payment terms {other}" in job.error_text
    assert held["payment_term_id"][0] == int(late)

    world.erp.store.update("sale.order", held["id"], {"payment_term_id": other})
    verbs.requeue(job, actor="ann", reason="set in the ERP")
    world.wait_until_idle()


def test_change_of_an_order_offers_nothing_that_it_does_not_carry() -> None:
    names = {field.name for field in EDITABLE_LATER}

    assert not names & {"po_number", "note"}
    assert {"customer_ref", "payment_term_ref", "agreed_total", "addresses"} <= names


# ---------------------------------------------------------------- addresses


def moved(world: World, ben: Buyer) -> tuple[Acceptance, SyncJob]:
    """An order whose delivery address somebody changed before it was sent; its push waits."""
    acceptance = accepted(offered(ben, world.shop_seed), ben)
    limits.pause(world.portal.erp.resource_id, reason="stock count", actor="ann")
    world.settle()
    elsewhere(world, "Other Road 9")
    read = Step.objects.get(job__kind="push_order", name="read")
    read.output["at"] = (timezone.now() - timedelta(hours=1)).isoformat()
    read.save(update_fields=["output"])
    limits.resume(world.portal.erp.resource_id, reason="counted", actor="ann")
    world.wait_until_parked()
    acceptance.refresh_from_db()
    return acceptance, SyncJob.objects.get(kind="push_order")


def elsewhere(world: World, street: str) -> None:
    [order] = world.shop.checkout.orders.values()
    order.ship_to = {**(order.ship_to or {}), "address_1": street}


def test_order_that_goes_elsewhere_than_signed_waits_with_both_addresses(
    world: World, ben: Buyer
) -> None:
    acceptance, job = moved(world, ben)

    order = world.order(acceptance.order_ref)
    signed = (acceptance.version.document or {})["ship_to"]["street1"]
    assert (order.state, order.held_reason) == ("held", "quoted_addresses_differ")
    assert signed in order.held_message
    assert "Other Road 9" in order.held_message
    assert "billed to" not in order.held_message
    assert world.in_erp(acceptance.order_ref) == []
    ordering.note_ordered()
    acceptance.version.refresh_from_db()
    assert acceptance.version.state == "order_failed"  # its owner has a mail


def test_address_that_changes_once_the_erp_has_the_order_waits_too(
    world: World, ben: Buyer
) -> None:
    acceptance = accepted(offered(ben, world.shop_seed), ben)
    world.settle()
    acceptance.refresh_from_db()
    move(world, acceptance.order_ref)
    world.sweep()

    [job] = SyncJob.objects.filter(kind="change_order")
    assert (job.state, job.error_reason) == (JobState.PARKED, "quoted_addresses_differ")
    assert "Neuer Weg 9" in job.error_text
    [held] = world.in_erp(acceptance.order_ref)
    assert "Neuer Weg 9" not in held["note"]

    decide(job, addresses="storefront")
    world.wait_until_idle()

    [held] = world.in_erp(acceptance.order_ref)
    assert "Neuer Weg 9" in held["note"]


def test_address_that_is_put_right_goes_on(world: World, ben: Buyer) -> None:
    acceptance, job = moved(world, ben)

    elsewhere(world, f"  {(acceptance.version.document or {})['ship_to']['street1'].upper()} ")
    verbs.requeue(job, actor="ann", reason="put right")
    world.wait_until_idle()

    [held] = world.in_erp(acceptance.order_ref)
    assert held["state"] == "sale"


@pytest.mark.parametrize("choice", ["signed", "storefront"])
def test_two_people_say_which_addresses_count(world: World, ben: Buyer, choice: str) -> None:
    acceptance, job = moved(world, ben)

    made = edits.edit(job, {"addresses": choice}, actor="ann", reason="asked the buyer")
    assert made.needs_second
    edits.approve(made, actor="bob", reason="so did I")
    world.wait_until_idle()

    [held] = world.in_erp(acceptance.order_ref)
    signed = (acceptance.version.document or {})["ship_to"]["street1"]
    assert (signed in held["note"]) == (choice == "signed")
    assert ("Other Road 9" in held["note"]) == (choice == "storefront")


def test_choice_of_the_storefronts_addresses_is_for_those_that_were_seen(
    world: World, ben: Buyer
) -> None:
    acceptance, job = moved(world, ben)

    made = edits.edit(job, {"addresses": "storefront"}, actor="ann", reason="asked the buyer")
    elsewhere(world, "Dark Alley 1")
    edits.approve(made, actor="bob", reason="so did I")
    world.wait_until_parked()

    assert "Dark Alley 1" in world.order(acceptance.order_ref).held_message
    assert world.in_erp(acceptance.order_ref) == []
