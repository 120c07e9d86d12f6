"""Storefront orders that their company may not place: held before the ERP hears of them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from integrations.engine import edits
from integrations.engine.models import JobState, SyncJob
from integrations.engine.moves import MoveRefused
from integrations.flows.orders.doors import send_order
from integrations.models import (
    Account,
    ArticleCopy,
    Assortment,
    Buyer,
    Flow,
    Issue,
    Licence,
    LicensedGoods,
)
from integrations.sandbox.company import NEWCOMER, NORDWIND
from integrations.sandbox.shop import customer_of
from tests.factories import CustomerCopyFactory, UserFactory
from tests.journeys.conftest import World

pytestmark = pytest.mark.slow


@pytest.fixture
def nordwind(world: World) -> Account:
    """The company of the usual buyer, as the customers flow would have made it."""
    account: Account = Account.objects.create(name=NORDWIND.company)
    CustomerCopyFactory(
        source=world.portal.erp,
        ref=str(world.erp_seed.customers[NORDWIND.email]),
        account=account,
    )
    return account


def block(account: Account, *, is_blocked: bool = True) -> None:
    account.is_blocked_by_hand, account.block_reason = is_blocked, "unpaid invoices"
    account.save()
    account.refresh_from_db()


def placed(world: World) -> str:
    order_id = world.place(("TAPE-5M", 2), ("DRILL-18V", 1))
    world.settle()
    return order_id


def parked() -> SyncJob:
    return SyncJob.objects.get(kind__in=("push_order", "plan_order"), state=JobState.PARKED)


def lets_pass(job: SyncJob) -> None:
    made = edits.edit(job, {"let_pass": "pass"}, actor="ann", reason="the boss agreed")
    assert not made.needs_second


def test_order_of_a_blocked_company_is_held_and_never_reaches_the_erp(
    world: World, nordwind: Account
) -> None:
    block(nordwind)

    order_id = placed(world)

    order = world.order(order_id)
    assert (order.state, order.held_reason) == ("held", "account_blocked")
    assert "is blocked (unpaid invoices)" in order.held_message
    assert world.in_erp(order_id) == []
    assert order.plan["payload"]  # what would be sent can be read


def test_end_of_the_block_in_the_admin_lets_its_orders_go_on(
    world: World, nordwind: Account
) -> None:
    block(nordwind)
    first, second = placed(world), placed(world)
    assert Issue.objects.get(state="open").count == 2
    client = Client()
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    page = reverse("admin:integrations_account_change", args=[nordwind.pk])
    form = client.get(page).context["adminform"].form
    sent = {name: value for name, value in form.initial.items() if value is not None}
    sent |= {f"{prefix}-{key}": 0 for prefix in _inlines() for key in _COUNTS}
    del sent["is_blocked_by_hand"]

    answer = client.post(page, sent)
    world.wait_until_idle()

    assert answer.status_code == 302, answer.context["errors"]
    assert [world.order(one).state for one in (first, second)] == ["confirmed"] * 2
    assert not Issue.objects.filter(state="open").exists()


_COUNTS = ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")


def _inlines() -> list[str]:
    return ["copies", "licences", "assortments", "buyers"]


def test_person_lets_one_order_of_a_blocked_company_pass(world: World, nordwind: Account) -> None:
    block(nordwind)
    order_id = placed(world)

    lets_pass(parked())
    world.wait_until_idle()

    assert world.order(order_id).state == "confirmed"
    assert len(world.in_erp(order_id)) == 1
    assert "the boss agreed" in str(list(SyncJob.objects.values_list("edits__reason", flat=True)))
    other = placed(world)
    assert world.order(other).held_reason == "account_blocked"


def test_pressing_send_now_lets_no_blocked_order_pass(world: World, nordwind: Account) -> None:
    block(nordwind)
    order_id = placed(world)

    send_order(world.order(order_id), actor="ann")
    world.settle()

    assert world.order(order_id).held_reason == "account_blocked"
    assert world.in_erp(order_id) == []


def germany_is_not_delivered_to(account: Account) -> None:
    account.allowed_countries = "AT"
    account.save()


def drills_need_a_licence(account: Account) -> None:
    LicensedGoods.objects.create(licence="Power tools", skus="DRILL-18V")


def licence_has_expired(account: Account) -> None:
    drills_need_a_licence(account)
    yesterday = timezone.now().date() - timedelta(days=1)
    Licence.objects.create(account=account, name="Power tools", valid_until=yesterday)


def only_tape_was_agreed(account: Account) -> None:
    Assortment.objects.create(account=account, name="Tape", skus="TAPE-5M")


def drills_need_a_licence_by_category(account: Account) -> None:
    """The products flow has kept the category of each article."""
    category = ArticleCopy.objects.get(sku="DRILL-18V").category
    LicensedGoods.objects.create(licence="Power tools", categories=category)


@pytest.mark.parametrize(
    ("restrict", "told"),
    [
        (germany_is_not_delivered_to, "delivered to AT only"),
        (drills_need_a_licence, "DRILL-18V: the account holds no licence Power tools"),
        (licence_has_expired, "DRILL-18V: the licence Power tools expired on"),
        (only_tape_was_agreed, "DRILL-18V: not in what the account may buy"),
        (drills_need_a_licence_by_category, "the account holds no licence Power tools"),
    ],
)
def test_goods_that_the_company_may_not_have_hold_its_order_for_a_person(
    world: World, nordwind: Account, restrict: Callable[[Account], None], told: str
) -> None:
    restrict(nordwind)
    order_id = placed(world)
    held = world.order(order_id)
    before = world.in_erp(order_id)

    lets_pass(parked())
    world.wait_until_idle()

    assert (held.state, held.held_reason, before) == ("held", "goods_restricted", [])
    assert told in held.held_message
    assert world.order(order_id).state == "confirmed"


def test_what_was_let_pass_is_what_the_person_read(world: World, nordwind: Account) -> None:
    drills_need_a_licence(nordwind)
    order_id = placed(world)
    job = parked()
    germany_is_not_delivered_to(nordwind)

    lets_pass(job)
    world.settle()

    order = world.order(order_id)
    assert (order.state, order.held_reason) == ("held", "goods_restricted")
    assert "delivered to AT only" in order.held_message


def test_order_that_is_not_held_for_it_cannot_be_let_pass(world: World) -> None:
    LicensedGoods.objects.create(licence="Power tools", skus="OTHER")
    world.place(("TAPE-5M", 2), customer=NEWCOMER.email)
    world.settle()

    with pytest.raises(MoveRefused, match="not held for what its company may not have"):
        edits.edit(parked(), {"let_pass": "pass"}, actor="ann", reason="why not")


def test_article_of_unknown_category_holds_nothing(world: World, nordwind: Account) -> None:
    LicensedGoods.objects.create(licence="Power tools", categories="Somewhere else")

    order_id = placed(world)

    assert world.order(order_id).state == "confirmed"


def test_goods_under_licence_are_sold_to_nobody_without_a_company(world: World) -> None:
    drills_need_a_licence(Account())

    order_id = placed(world)

    assert world.order(order_id).held_reason == "goods_restricted"


def test_order_that_is_only_planned_is_held_as_well(world: World, nordwind: Account) -> None:
    Flow.objects.filter(kind="orders").update(mode="assisted")
    block(nordwind)

    order_id = placed(world)

    assert world.order(order_id).held_reason == "account_blocked"


def test_company_is_found_by_its_buyer_where_the_erp_names_none(world: World) -> None:
    account = Account.objects.create(name=NORDWIND.company)
    login = customer_of(world.shop_seed, NORDWIND)
    Buyer.objects.create(account=account, email=NORDWIND.email, storefront_customer_id=login.id)
    block(account)

    order_id = placed(world)

    assert world.order(order_id).held_reason == "account_blocked"
