"""One order from the shop's cart to the paid invoice, told while it happens.

Everything is done from outside: a buyer at the Store API, staff in the ERP. The portal and
its worker do the rest by themselves; this presses what an operator would press, and watches.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.db.models import Count

from integrations.engine.models import SyncJob
from integrations.flows.runs import request_run
from integrations.gateways.connections import test_connection
from integrations.models import Event, Order, Run
from integrations.models.order import OrderState
from integrations.sandbox.company import ATELIER, NEWCOMER, NORDWIND, PRODUCTS, Customer
from integrations.sandbox.processes import StageFailed, wait_for
from integrations.sandbox.shop import customer_of
from integrations.sandbox.stage import Say, Stage
from integrations.sandbox.storefront import log_in, place_order
from integrations.sandbox.storefront.shop_api import ShopApi, basic
from integrations.sandbox.views import (
    OrderView,
    disagreements,
    erp_view,
    portal_view,
    storefront_view,
)

ACTOR = "demo"
LINES = {"ANCHOR-6": 3, "DRILL-18V": 1}
FIRST_PARCEL = {"ANCHOR-6": 2}
TRACKING = ("JD0146000031DE", "JD0146000048DE")
PATIENCE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How the tale ended. `problems` is empty when every system agrees.

    `lost_answers` of the ERP; `events` of the shop that were stored, and `repeats` of them
    that came again and were not; `jobs` by kind and state.
    """

    order_id: str
    views: list[OrderView]
    problems: list[str]
    held: Order
    lost_answers: int
    events: int
    repeats: int
    jobs: dict[str, dict[str, int]]


def tell(stage: Stage, *, has_faults: bool, say: Say) -> Told:
    """Runs the whole path. Raises StageFailed when something does not happen in time."""
    return _Tale(stage, has_faults, say).run()


class _Tale:
    def __init__(self, stage: Stage, has_faults: bool, say: Say) -> None:
        self._stage, self._has_faults, self._say = stage, has_faults, say

    def run(self) -> Told:
        self._test_connections()
        self._sync_products()
        order = self._place_main_order()
        second_ref = self._place(ATELIER, {"LAMP-50W": 4, "CABLE-3X15": 2})
        held_ref = self._place(NEWCOMER, {"GRINDER-125": 1, "HELMET-W": 5})
        self._ship(order)
        self._invoice_and_pay(order)
        self._until("the second order is sent", partial(_is_in, second_ref, OrderState.CONFIRMED))
        return self._ended(order, self._held(held_ref))

    def _test_connections(self) -> None:
        for connection in (self._stage.connected.shop, self._stage.connected.erp):
            report = test_connection(connection, actor=ACTOR)
            failed = [f"{one.name}: {one.detail}" for one in report.checks if not one.ok]
            if failed:
                raise StageFailed(f"{connection} fails its test: {'; '.join(failed)}")
            self._say(f"{connection} is connected: {len(report.checks)} checks passed.")

    def _sync_products(self) -> None:
        self._say("Products: ERP → shop.")
        created = 0
        while created < len(PRODUCTS):
            request_run(self._stage.connected.products, actor=ACTOR, trigger="demo")
            run = Run.objects.latest("pk")
            self._until("the products flow ends", partial(_has_ended, run))
            if run.state != Run.State.DONE or run.failed or run.skipped:
                told = "; ".join(
                    f"{row}: {row.reason}" for row in run.planned.exclude(reason="")[:5]
                )
                raise StageFailed(f"The products flow failed: {run.note} {told}")
            created += run.created
        variants = sum(len(product.variants) for product in PRODUCTS)
        self._say(f"  {created} products with {variants} SKUs are for sale.")

    def _place_main_order(self) -> Order:
        if self._has_faults:
            self._stage.erp_desk.lose_next_answer()
            self._say("Faults: the ERP will create the order and lose its answer.")
        self._say(f"{NORDWIND.first_name} of {NORDWIND.company} places an order, 10 % off.")
        ref = self._place(NORDWIND, LINES, promo=True)
        self._until("the order is in the ERP", lambda: _is_in(ref, OrderState.CONFIRMED))
        order = Order.objects.get(storefront_ref=ref)
        self._say(f"  Order {order} over {order.gross_total:.2f} {order.currency} is received.")
        self._say(f"  The ERP has it as {order.erp_number}.")
        self._until(
            "the ERP's number is on the shop's order",
            lambda: self._shop_view(ref).erp_number == order.erp_number,
        )
        self._say("  The shop's order carries that number.")
        return order

    def _place(self, customer: Customer, lines: dict[str, int], *, promo: bool = False) -> str:
        shop = self._stage.shop
        ids = self._variant_ids(list(lines))
        order = place_order(
            shop,
            {ids[sku]: pieces for sku, pieces in lines.items()},
            customer_token=log_in(shop, customer_of(shop, customer)),
            country=customer.country,
            promo_codes=[shop.promotion_code] if promo else [],
            address=_address(customer),
        )
        return str(order["id"])

    def _ship(self, order: Order) -> None:
        parcels = zip((FIRST_PARCEL, None), TRACKING, strict=True)
        for n, (part, tracking) in enumerate(parcels, start=1):
            self._stage.erp_desk.deliver(order.storefront_ref, part, tracking=tracking)
            self._say(f"The ERP ships parcel {n} of 2, tracking {tracking}.")
            self._until(
                f"parcel {n} is in the shop",
                partial(self._shows_parcels, order.storefront_ref, n),
            )
            self._say(f"  The shop's order shows {n} fulfilment{'s' if n > 1 else ''}.")

    def _shows_parcels(self, ref: str, count: int) -> bool:
        return len(self._shop_view(ref).tracking) == count

    def _invoice_and_pay(self, order: Order) -> None:
        invoice = self._stage.erp_desk.invoice(order.storefront_ref)
        self._say("The ERP posts the invoice.")
        self._until("the invoice arrives", lambda: self._shop_view(order.storefront_ref).invoices)
        (number, *_) = self._shop_view(order.storefront_ref).invoices
        self._say(f"  The shop's order shows {number}.")
        self._stage.erp_desk.pay(invoice)
        self._say("The buyer pays.")
        self._until(
            "the order is paid everywhere",
            lambda: self._shop_view(order.storefront_ref).state == OrderState.PAID,
        )
        self._say("  The shop's order says so.")

    def _held(self, ref: str) -> Order:
        self._until("the newcomer's order is held", lambda: _is_in(ref, OrderState.HELD))
        held = Order.objects.get(storefront_ref=ref)
        self._say(f"Order {held} is held: {held.held_message}")
        return held

    def _ended(self, order: Order, held: Order) -> Told:
        order.refresh_from_db()
        ref, stage = order.storefront_ref, self._stage
        views = [self._shop_view(ref), portal_view(order), erp_view(stage.erp_desk, ref)]
        events = Event.objects.filter(connection=stage.connected.shop)
        repeats = sum(events.values_list("repeats", flat=True))
        lost = stage.erp_desk.lost_answers()
        problems = disagreements(views)
        if order.state != OrderState.PAID:
            problems.append(f"the portal's order is {order.state} instead of paid")
        if self._has_faults:
            problems += self._untried(lost, repeats)
        return Told(
            order_id=ref,
            views=views,
            problems=problems,
            held=held,
            lost_answers=lost,
            events=events.count(),
            repeats=repeats,
            jobs=_counted_jobs(),
        )

    def _untried(self, lost: int, repeats: int) -> list[str]:
        problems = []
        if lost != 1:
            problems.append(f"{lost} answers were lost instead of one: the fault was not tried")
        if self._stage.shop_desk is not None and not repeats:
            problems.append("no event came twice: the fault was not tried")
        return problems

    def _shop_view(self, ref: str) -> OrderView:
        return storefront_view(self._stage.shop, ref)

    def _variant_ids(self, skus: list[str]) -> dict[str, str]:
        shop = self._stage.shop
        admin = ShopApi(shop.url, {"Authorization": basic(shop.secret_key)})
        params = {"sku[]": skus, "fields": "id,sku"}
        rows = admin.get("/admin/product-variants", **params)["variants"]
        return {row["sku"]: row["id"] for row in rows}

    def _until(self, what: str, question: Callable[[], object]) -> None:
        programs = self._stage.programs
        wait_for(what, question, timeout_s=PATIENCE_S, every_s=0.2, while_running=programs)


def _address(customer: Customer) -> dict[str, str]:
    return {
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "company": customer.company,
        "address_1": customer.street,
        "postal_code": customer.postal_code,
        "city": customer.city,
    }


def _counted_jobs() -> dict[str, dict[str, int]]:
    counted: dict[str, dict[str, int]] = {}
    rows = SyncJob.objects.values_list("kind", "state").annotate(count=Count("pk"))
    for kind, state, count in rows.order_by("kind", "state"):
        counted.setdefault(kind, {})[state] = count
    return counted


def _is_in(ref: str, state: OrderState) -> bool:
    return Order.objects.filter(storefront_ref=ref, state=state).exists()


def _has_ended(run: Run) -> bool:
    run.refresh_from_db()
    return run.state != Run.State.RUNNING
