"""From an offer to one order in the storefront and one in the ERP, to the cent."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from integrations.adapters.medusa.sandbox.quotes import digest_of
from integrations.engine import runner, verbs
from integrations.engine.models import JobState, StepState, SyncJob
from integrations.models import Assortment, Buyer, IdLink, LicensedGoods, Order, User
from integrations.sandbox.company import CONTRACT_TIERS, NORDWIND
from quotes import tiers
from quotes.errors import AccountRefused, Incomplete
from quotes.models import Acceptance, ChoiceList, Version
from quotes.services import (
    approving,
    choices,
    copying,
    credit,
    drafting,
    offering,
    ordering,
    pricing,
    strays,
)
from quotes.services.quoted_order import ref_of
from quotes.states import VersionState
from quotes.tiers import Tier
from tests.factories import sales_rep
from tests.journeys.conftest import World
from tests.quotes.selling import accepted, draft_for, nordwind, offered


@pytest.fixture
def ben(world: World) -> Buyer:
    return nordwind(world.shop_seed)


def fresh(version: Version) -> Version:
    return Version.objects.get(pk=version.pk)


def test_accepted_quote_is_one_order_everywhere_at_the_accepted_total(
    world: World, ben: Buyer
) -> None:
    version = offered(ben, world.shop_seed, discount="3.3")
    acceptance = accepted(version, ben)
    world.settle()

    acceptance.refresh_from_db()
    order = world.in_shop(acceptance.order_ref)
    assert world.shop_total(acceptance.order_ref) == version.gross_total
    assert (order["metadata"]["po_number"], order["customer_id"]) == (
        "PO-77",
        ben.storefront_customer_id,
    )
    assert len(world.shop.orders) == 1
    [in_erp] = world.in_erp(acceptance.order_ref)
    assert Decimal(str(in_erp["amount_total"])).quantize(Decimal("0.01")) == version.gross_total

    assert Order.objects.get().account == ben.account
    assert ordering.note_ordered() == 1
    acceptance.refresh_from_db()
    assert fresh(version).state == VersionState.ORDERED
    assert acceptance.erp_number == in_erp["name"]


def test_event_of_the_conversion_finds_the_push_done(world: World, ben: Buyer) -> None:
    acceptance = accepted(offered(ben, world.shop_seed), ben)
    world.settle()
    world.sweep()

    acceptance.refresh_from_db()
    assert len(world.in_erp(acceptance.order_ref)) == 1
    assert SyncJob.objects.filter(kind="push_order").count() == 1


def test_total_that_the_storefront_does_not_reach_is_never_ordered(
    world: World, ben: Buyer
) -> None:
    version = offered(ben, world.shop_seed)
    Version.objects.filter(pk=version.pk).update(gross_total=version.gross_total + Decimal("0.01"))
    acceptance = accepted(fresh(version), ben)
    world.settle()

    job = SyncJob.objects.get(kind="place_quote_order")
    assert (job.state, job.error_reason) == (JobState.PARKED, "quoted_total_differs")
    assert fresh(version).state == VersionState.ORDER_FAILED
    assert world.shop.orders == {}

    Version.objects.filter(pk=version.pk).update(gross_total=version.gross_total)
    ordering.retry_order(acceptance, user=sales_rep_again(), reason="tax rate mended")
    world.settle()

    assert fresh(version).state == VersionState.ACCEPTED
    assert len(world.shop.orders) == 1


def test_order_that_cannot_be_placed_is_given_up(world: World, ben: Buyer) -> None:
    version = offered(ben, world.shop_seed)
    Version.objects.filter(pk=version.pk).update(gross_total=Decimal(1))
    acceptance = accepted(fresh(version), ben)
    world.settle()

    assert len(world.shop.drafts) == 1

    ordering.give_up_order(acceptance, user=sales_rep_again(), reason="we cannot deliver")
    world.settle()

    assert fresh(version).state == VersionState.WITHDRAWN
    assert (world.shop.orders, world.shop.drafts) == ({}, {})
    job = SyncJob.objects.get(kind="place_quote_order")
    assert (job.state, job.steps.get(name="draft").state) == (JobState.CANCELLED, StepState.UNDONE)


@pytest.mark.slow
def test_cancelled_job_takes_back_the_draft_whose_answer_was_lost(world: World, ben: Buyer) -> None:
    version = offered(ben, world.shop_seed)
    accepted(version, ben)
    world.shop.dials.set("lose_answer", only="quote_orders.place", times=1)
    runner.drain("orders", until_idle=False)
    assert len(world.shop.drafts) == 1

    job = SyncJob.objects.get(kind="place_quote_order")
    verbs.cancel(job, actor="olga.operator", reason="wrong customer")
    world.wait_until_idle()

    assert (world.shop.orders, world.shop.drafts) == ({}, {})
    assert fresh(version).state == VersionState.ORDER_FAILED


@pytest.mark.slow
def test_quote_that_was_given_up_is_not_converted_and_its_draft_goes(
    world: World, ben: Buyer
) -> None:
    version = offered(ben, world.shop_seed)
    accepted(version, ben)

    Version.objects.filter(pk=version.pk).update(state=VersionState.WITHDRAWN)
    world.settle()

    assert (world.shop.orders, world.shop.drafts) == ({}, {})
    job = SyncJob.objects.get(kind="place_quote_order")
    assert (job.state, job.steps.get(name="check").state) == (JobState.COMPENSATED, StepState.DONE)


@pytest.mark.slow
def test_tax_rate_that_was_mended_since_makes_the_draft_anew(world: World, ben: Buyer) -> None:
    tax = world.shop.shop.tax_percent
    tax["de"] = Decimal(20)
    acceptance = accepted(offered(ben, world.shop_seed), ben)
    world.settle()
    assert SyncJob.objects.get(kind="place_quote_order").state == JobState.PARKED

    tax["de"] = Decimal(19)
    ordering.retry_order(acceptance, user=sales_rep_again(), reason="tax rate mended")
    world.settle()

    assert (len(world.shop.orders), world.shop.drafts) == (1, {})


def until_convert_failed(world: World) -> None:
    """The draft is checked, and the conversion did not come through at first."""
    world.shop.dials.set("fail", only="quote_orders.convert", times=1)
    runner.drain("orders", until_idle=False)
    assert len(world.shop.drafts) == 1
    world.settles_at_once = True


@pytest.mark.slow
def test_draft_that_was_edited_after_the_check_is_not_converted(world: World, ben: Buyer) -> None:
    version = offered(ben, world.shop_seed)
    acceptance = accepted(version, ben)
    until_convert_failed(world)
    [draft] = world.shop.drafts
    world.shop.checkout.orders[draft].lines[0].unit_price = Decimal("0.01")
    world.wait_until_parked()

    job = SyncJob.objects.get(kind="place_quote_order")
    assert (job.state, job.error_reason) == (JobState.PARKED, "quoted_total_differs")
    assert f"{version.gross_total} EUR was accepted" in job.error_text
    assert (world.shop.orders, fresh(version).state) == ({}, VersionState.ORDER_FAILED)
    assert SyncJob.objects.filter(payload__mail="sales_order_failed").count() == 1

    world.shop.remove_draft_order(draft)
    ordering.retry_order(acceptance, user=sales_rep_again(), reason="draft deleted")
    world.wait_until_idle(timeout_s=90)  # the storefront has its time to settle once more

    [order] = world.shop.orders
    assert world.shop_total(order) == version.gross_total


@pytest.mark.slow
def test_edit_that_keeps_the_total_is_no_less_an_edit(world: World, ben: Buyer) -> None:
    accepted(offered(ben, world.shop_seed), ben)
    until_convert_failed(world)
    [draft] = world.shop.checkout.orders.values()
    line = draft.lines[0]
    line.quantity, line.unit_price = line.quantity * 2, line.unit_price / 2
    world.wait_until_parked()

    job = SyncJob.objects.get(kind="place_quote_order")
    assert (job.state, world.shop.orders) == (JobState.PARKED, {})
    assert "but it has 14 × variant_" in job.error_text
    assert "instead of 7 × variant_" in job.error_text


@pytest.mark.slow
def test_order_that_was_converted_at_another_total_is_held_and_never_pushed(
    world: World, ben: Buyer
) -> None:
    version = offered(ben, world.shop_seed)
    acceptance = accepted(version, ben)
    until_convert_failed(world)
    world.shop.shop.tax_percent["de"] = Decimal(20)  # the conversion takes today's taxes
    world.wait_until_parked()

    acceptance.refresh_from_db()
    order = Order.objects.get()
    assert (order.state, order.held_reason) == ("held", "quoted_order_differs")
    assert f"{version.gross_total} EUR was accepted" in order.held_message
    assert f"{world.shop_total(acceptance.order_ref)} EUR" in order.held_message
    assert world.in_erp(acceptance.order_ref) == []
    ordering.note_ordered()
    assert fresh(version).state == VersionState.ORDER_FAILED
    assert SyncJob.objects.filter(payload__mail="sales_order_failed").count() == 1

    world.shop.shop.tax_percent["de"] = Decimal(19)
    world.shop.cancel(acceptance.order_ref)
    world.sweep()
    sam = sales_rep_again()
    ordering.give_up_order(acceptance, user=sam, reason="the tax was wrong")
    again = accepted(anew(version, sam), ben)
    world.settle()

    again.refresh_from_db()
    assert [
        order["id"] for order in world.shop.orders.values() if order["status"] != "canceled"
    ] == [again.order_ref]
    assert (world.in_erp(acceptance.order_ref), len(world.in_erp(again.order_ref))) == ([], 1)


def anew(version: Version, sam: User) -> Version:
    """The same once more, approved and sent."""
    again = drafting.requote(fresh(version), user=sam)
    with drafting.editing(again, user=sam) as edited:
        edited.valid_until = timezone.now() + timedelta(days=5)
    return offering.offer(approving.submit_version(again, user=sam), user=sam)


@pytest.mark.slow
def test_quote_is_ordered_once_after_its_first_order_was_given_up(world: World, ben: Buyer) -> None:
    version = offered(ben, world.shop_seed)
    Version.objects.filter(pk=version.pk).update(gross_total=Decimal(1))
    first = accepted(fresh(version), ben)
    world.settle()
    assert len(world.shop.drafts) == 1

    sam = sales_rep_again()
    ordering.give_up_order(first, user=sam, reason="we could not deliver")
    second = accepted(anew(version, sam), ben)
    world.settle()

    second.refresh_from_db()
    assert (list(world.shop.orders), world.shop.drafts) == ([second.order_ref], {})
    assert len(world.in_erp(second.order_ref)) == 1
    ordering.note_ordered()
    assert [one.state for one in version.quote.versions.order_by("revision")] == [
        VersionState.WITHDRAWN,
        VersionState.ORDERED,
    ]


@pytest.mark.slow
def test_approver_without_a_login_signs_for_the_customer_that_was_quoted(
    world: World, ben: Buyer
) -> None:
    version = offered(ben, world.shop_seed)
    ada = Buyer.objects.create(account=ben.account, email="ada@nordwind.test")
    acceptance = accepted(version, ada)
    world.settle()

    acceptance.refresh_from_db()
    assert world.in_shop(acceptance.order_ref)["customer_id"] == ben.storefront_customer_id
    [in_erp] = world.in_erp(acceptance.order_ref)
    assert str(world.erp_seed.customers[NORDWIND.email]) == str(partner_of(in_erp))
    assert fresh(version).erp_customer_ref == str(partner_of(in_erp))


def partner_of(in_erp: dict[str, Any]) -> int:
    partner = in_erp["partner_id"]
    return int(partner[0] if isinstance(partner, list | tuple) else partner)


def test_order_goes_to_the_quoted_customer_though_the_link_moved_since(
    world: World, ben: Buyer
) -> None:
    acceptance = accepted(offered(ben, world.shop_seed), ben)
    other = next(ref for mail, ref in world.erp_seed.customers.items() if mail != NORDWIND.email)
    IdLink.objects.filter(source_ref=ben.storefront_customer_id).update(target_ref="999999")
    world.settle()

    acceptance.refresh_from_db()
    [in_erp] = world.in_erp(acceptance.order_ref)
    assert partner_of(in_erp) == int(world.erp_seed.customers[NORDWIND.email]) != int(other)


@pytest.mark.slow
def test_given_up_order_that_another_hand_placed_is_held_until_it_is_cancelled(
    world: World, ben: Buyer
) -> None:
    version = offered(ben, world.shop_seed)
    Version.objects.filter(pk=version.pk).update(gross_total=Decimal(1))
    acceptance = accepted(fresh(version), ben)
    world.settle()
    convert_by_hand(world, acceptance)
    ordering.give_up_order(acceptance, user=sales_rep_again(), reason="we cannot deliver")
    world.settle()
    world.sweep()

    [order] = world.shop.orders
    assert Order.objects.get().held_reason == "quoted_given_up"
    assert world.in_erp(order) == []

    job = SyncJob.objects.get(kind="place_quote_order")
    assert (job.state, job.error_reason) == (JobState.PARKED, "given_up_but_placed")
    world.shop.cancel(order)
    verbs.requeue(job, actor="olga.operator", reason="it is cancelled")
    world.settle()
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def convert_by_hand(world: World, acceptance: Acceptance) -> None:
    """Somebody presses it in the storefront's own admin."""
    quote_ref = ref_of(acceptance)
    draft = world.shop.quote_orders.get(quote_ref)
    world.shop.quote_orders.convert(quote_ref, digest_of(draft))


@pytest.mark.slow
def test_order_that_another_hand_placed_is_not_taken_back(world: World, ben: Buyer) -> None:
    version = offered(ben, world.shop_seed)
    Version.objects.filter(pk=version.pk).update(gross_total=Decimal(1))
    acceptance = accepted(fresh(version), ben)
    world.settle()
    convert_by_hand(world, acceptance)

    ordering.give_up_order(acceptance, user=sales_rep_again(), reason="we cannot deliver")
    world.settle()

    job = SyncJob.objects.get(kind="place_quote_order")
    assert (job.state, job.error_reason) == (JobState.PARKED, "given_up_but_placed")
    assert len(world.shop.orders) == 1


def test_prices_come_from_the_erp_with_their_basis(world: World, ben: Buyer) -> None:
    sam, version = sales_rep(), draft_for(ben, world.shop_seed)

    pricing.price_version(version, user=sam, on=timezone.now().date())

    for line in version.lines.all():
        basis = pricing.basis_of(line)
        assert basis is not None
        assert line.unit_price == basis.net_unit_price > 0
        assert basis.priced_at > timezone.now() - timedelta(minutes=1)
        assert line.variant_ref.startswith("variant_")
    assert pricing.what_moved(version, on=timezone.now().date()) == []


@pytest.mark.slow
def test_erp_prices_each_tier_by_its_own_quantity(world: World, ben: Buyer) -> None:
    sku, quantity, price = CONTRACT_TIERS[0]
    start = Decimal(quantity)
    version = draft_for(ben, world.shop_seed, ((sku, "1"),))
    typed = Tier(from_quantity=start + 1, unit_price=Decimal("0.5"), is_manual=True)
    asked = Tier(from_quantity=start, unit_price=None)
    version.lines.update(tiers=tiers.written([asked, typed]))

    left = pricing.price_version(version, user=sales_rep(), on=timezone.now().date())

    line = version.lines.get()
    assert left == []
    of_erp, by_hand = tiers.read(line.tiers)
    assert (replace(of_erp, basis={}), by_hand) == (replace(asked, unit_price=price), typed)
    assert Decimal(of_erp.basis["net_unit_price"]) == price
    assert line.unit_price > price


@pytest.mark.slow
def test_lists_to_choose_from_are_copied_by_a_job(world: World, ben: Buyer) -> None:
    draft_for(ben, world.shop_seed)
    assert choices.start_copying() == 1
    world.settle()

    lists = choices.offered()
    assert [row.name for row in lists["terms"].rows] == ["Immediate Payment", "30 Days"]
    assert world.shop_seed.regions["eur"] in {row.ref for row in lists["regions"].rows}
    assert [row.name for row in lists["shipping"].rows] == ["Standard"]
    assert lists["terms"].as_of is not None

    choices.refresh()
    assert ChoiceList.objects.count() == 3
    version = offered(ben, world.shop_seed)
    assert version.state == VersionState.OFFERED


@pytest.mark.slow
def test_copy_has_the_prices_of_today(world: World, ben: Buyer) -> None:
    version = offered(ben, world.shop_seed)
    version.lines.filter(n=1).update(unit_price=Decimal("1.23"), is_price_manual=True)
    version.lines.filter(n=2).update(unit_price=Decimal("4.56"))

    copied = copying.copy_quote(
        version,
        account=ben.account,
        buyer=ben,
        user=sales_rep_again(),
        on=timezone.now().date(),
    )

    by_hand, priced = copied.version.lines.all()
    assert (copied.refusal, copied.unpriced) == ("", [])
    assert by_hand.unit_price == Decimal("1.23")
    assert priced.unit_price == Decimal(priced.basis["net_unit_price"]) != Decimal("4.56")


def test_price_that_moved_since_is_told(world: World, ben: Buyer) -> None:
    sam, version = sales_rep(), draft_for(ben, world.shop_seed)
    pricing.price_version(version, user=sam, on=timezone.now().date())
    line = version.lines.get(sku="TAPE-5M")
    line.basis["net_unit_price"] = str(line.unit_price / 2)
    line.save()

    [moved] = pricing.what_moved(version, on=timezone.now().date())

    assert (moved.line, moved.price_now, moved.percent) == (line.n, line.unit_price, Decimal(100))
    assert pricing.beyond([moved], Decimal(5)) == [moved]
    assert pricing.beyond([moved], Decimal(100)) == []


@pytest.mark.slow
def test_line_without_a_product_says_so_and_keeps_the_others(world: World, ben: Buyer) -> None:
    sam = sales_rep()
    version = draft_for(ben, world.shop_seed, (("TAPE-5M", "1"), ("NO-SUCH", "1")))

    [unpriced] = pricing.price_version(version, user=sam, on=timezone.now().date())

    assert (unpriced.line, unpriced.reason) == (2, pricing.UNKNOWN_SKU)
    assert version.lines.get(n=1).unit_price is not None


@pytest.mark.slow
def test_price_set_by_hand_is_left_alone(world: World, ben: Buyer) -> None:
    sam, version = sales_rep(), draft_for(ben, world.shop_seed)
    version.lines.filter(n=1).update(unit_price=Decimal("1.23"), is_price_manual=True)

    pricing.price_version(version, user=sam, on=timezone.now().date())

    assert version.lines.get(n=1).unit_price == Decimal("1.23")


@pytest.mark.slow
def test_offered_version_is_not_priced_anew(world: World, ben: Buyer) -> None:
    version = offered(ben, world.shop_seed)

    with pytest.raises(Incomplete, match="quote it anew"):
        pricing.price_version(version, user=sales_rep_again(), on=timezone.now().date())


def test_account_above_its_credit_is_refused_before_it_accepts(world: World, ben: Buyer) -> None:
    version = offered(ben, world.shop_seed)
    credited(version)
    Version.objects.filter(pk=version.pk).update(gross_total=Decimal(10_000_000))

    with pytest.raises(AccountRefused, match="credit"):
        credited(fresh(version))
    assert not Acceptance.objects.exists()


@pytest.mark.slow
def test_account_is_refused_goods_that_are_not_agreed_for_it(world: World, ben: Buyer) -> None:
    version = offered(ben, world.shop_seed)
    sku = version.lines.exclude(sku="").first().sku
    agreed = Assortment.objects.create(account=ben.account, name="Contract 7", skus="OTHER")

    with pytest.raises(AccountRefused, match="not agreed"):
        credited(fresh(version))
    agreed.skus = "\n".join(version.lines.values_list("sku", flat=True))
    agreed.save()
    credited(fresh(version))
    LicensedGoods.objects.create(licence="Dealer", skus=sku)
    with pytest.raises(AccountRefused, match="licence"):
        credited(fresh(version))


@pytest.mark.slow
def test_quote_whose_order_failed_still_counts_against_the_credit(world: World, ben: Buyer) -> None:
    version, taken = offered(ben, world.shop_seed), offered(ben, world.shop_seed)
    accepted(taken, ben)
    Version.objects.filter(pk=taken.pk).update(
        state=VersionState.ORDER_FAILED, gross_total=Decimal(10_000_000)
    )

    with pytest.raises(AccountRefused, match="credit"):
        credited(version)


@pytest.mark.slow
def test_draft_that_a_crash_left_is_removed_and_the_quotes_own_is_not(
    world: World, ben: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = offered(ben, world.shop_seed)
    Version.objects.filter(pk=version.pk).update(gross_total=Decimal(1))
    accepted(fresh(version), ben)  # its draft stays, for the total differs
    world.settle()
    stray = world.shop.add_stray("quote:Q-009999")
    assert len(world.shop.drafts) == 2
    monkeypatch.setattr(strays, "OLD", timedelta(0))

    assert strays.start_sweeps() == 1
    world.settle()

    assert stray not in world.shop.drafts
    assert len(world.shop.drafts) == 1


def credited(version: Version) -> str:
    """What an acceptance would hear of the account now."""
    judge = credit.ask(version)
    with transaction.atomic():
        return judge(version)


def sales_rep_again() -> User:
    """The rep whom `offered` made."""
    return User.objects.get(username="sam.sales")
