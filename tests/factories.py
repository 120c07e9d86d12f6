"""The small cast of regulars, and the smallest valid rows; states are traits.

OrderFactory(held=True)        an order that a person must look at
SyncJobFactory(parked=True)    a job that stopped with a reason
UserFactory(role=AUDITOR)      somebody of that role
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import factory
from django.contrib.auth.models import Group, Permission
from factory.django import DjangoModelFactory

from integrations.engine import limits
from integrations.engine.models import Attempt, JobMove, JobState, KeyHead, Resource, Step, SyncJob
from integrations.models import (
    Account,
    Buyer,
    Connection,
    CustomerCopy,
    Event,
    Exchange,
    Flow,
    IdLink,
    Invoice,
    Order,
    OrderLine,
    Payment,
    PriceRow,
    Registration,
    Run,
    Shipment,
    StockLevel,
    User,
)
from integrations.models.order import OrderState
from integrations.models.roles import (
    AUDITOR,
    INTEGRATION_ADMIN,
    ROLES,
    SALES,
    SALES_MANAGER,
    SUPPORT,
)

PASSWORD = "correct horse battery staple"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


# ---------------------------------------------------------------- people


def role_group(name: str) -> Group:
    """The group of a role with its permissions, also where a test flushed the tables."""
    group, created = Group.objects.get_or_create(name=name)
    if created or not group.permissions.exists():
        group.permissions.set(Permission.objects.filter(codename__in=ROLES[name]))
    return group


class UserFactory(DjangoModelFactory):
    """Staff without any role; `role` names one."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.com")
    is_staff = True
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def role(self, create: bool, extracted: str | None, **_: Any) -> None:
        if create and extracted:
            self.groups.add(role_group(extracted))


def operator() -> User:
    return UserFactory(username="olga.operator", role=SUPPORT)


def sales_rep() -> User:
    return UserFactory(username="sam.sales", role=SALES)


def sales_manager() -> User:
    return UserFactory(username="mia.manager", role=SALES_MANAGER)


def integration_admin() -> User:
    return UserFactory(username="ivan.admin", role=INTEGRATION_ADMIN)


def auditor() -> User:
    return UserFactory(username="ada.auditor", role=AUDITOR)


class AccountFactory(DjangoModelFactory):
    class Meta:
        model = Account

    name = factory.Sequence(lambda n: f"Company {n} Ltd")


class CustomerCopyFactory(DjangoModelFactory):
    """A customer of the ERP with terms and a limit, that is no company here yet."""

    class Meta:
        model = CustomerCopy

    source = factory.SubFactory("tests.factories.ConnectionFactory", erp=True)
    ref = factory.Sequence(lambda n: f"c{n}")
    number = factory.Sequence(lambda n: f"D1000{n}")
    name = factory.Sequence(lambda n: f"Customer {n} Ltd")
    currency = "EUR"
    payment_term_name = "30 days net"
    credit_limit = Decimal("25000")
    is_credit_known = True
    as_of = NOON


class BuyerFactory(DjangoModelFactory):
    class Meta:
        model = Buyer

    account = factory.SubFactory(AccountFactory)
    email = factory.Sequence(lambda n: f"buyer{n}@company.example")


class RegistrationFactory(DjangoModelFactory):
    """Somebody who registered under a buyer's address and has shown nothing yet."""

    class Meta:
        model = Registration

    storefront = factory.SubFactory("tests.factories.ConnectionFactory")
    customer_id = factory.Sequence(lambda n: f"cus_new{n}")
    email = factory.Sequence(lambda n: f"buyer{n}@company.example")
    registered_at = NOON


# ---------------------------------------------------------------- remote systems


class ResourceFactory(DjangoModelFactory):
    class Meta:
        model = Resource

    name = factory.Sequence(lambda n: f"remote {n}")

    @classmethod
    def _create(cls, model_class: type[Resource], *args: Any, **kwargs: Any) -> Resource:
        resource = super()._create(model_class, *args, **kwargs)
        limits.resize(resource.pk, max_running=resource.max_running)
        return resource

    class Params:
        on_pause = factory.Trait(
            paused=True, pause_reason="maintenance until noon", paused_by="olga.operator"
        )


class ConnectionFactory(DjangoModelFactory):
    """A storefront; `erp=True` for an ERP. `credentials` are sealed, never stored in clear."""

    class Meta:
        model = Connection

    name = factory.Sequence(lambda n: f"Shop {n}")
    kind = "medusa"
    role = "storefront"
    base_url = "https://shop.example"
    resource = factory.SubFactory(ResourceFactory)

    class Params:
        erp = factory.Trait(
            name=factory.Sequence(lambda n: f"ERP {n}"),
            kind="odoo",
            role="erp",
            base_url="https://erp.example",
        )

    @classmethod
    def _create(cls, model_class: type[Connection], *args: Any, **kwargs: Any) -> Connection:
        credentials = kwargs.pop("credentials", {"secret_key": "sk_test"})
        connection = model_class(*args, **kwargs)
        connection.seal_credentials(credentials)
        connection.save()
        return connection


class FlowFactory(DjangoModelFactory):
    """An order flow that is off; `live=True` also gives it a start instant."""

    class Meta:
        model = Flow

    kind = "orders"
    source = factory.SubFactory(ConnectionFactory)
    target = factory.SubFactory(ConnectionFactory, erp=True)

    class Params:
        live = factory.Trait(mode="live", live_from=NOON - timedelta(days=30))
        assisted = factory.Trait(mode="assisted", live_from=NOON - timedelta(days=30))


class RunFactory(DjangoModelFactory):
    class Meta:
        model = Run

    flow = factory.SubFactory(FlowFactory, kind="products")
    state = "done"
    mode = "live"
    actor = "schedule"
    finished_at = NOON


class IdLinkFactory(DjangoModelFactory):
    class Meta:
        model = IdLink

    kind = "customer"
    source = factory.SubFactory(ConnectionFactory)
    source_ref = factory.Sequence(lambda n: f"cus_{n}")
    target = factory.SubFactory(ConnectionFactory, erp=True)
    target_ref = factory.Sequence(str)


class StockLevelFactory(DjangoModelFactory):
    class Meta:
        model = StockLevel

    source = factory.SubFactory(ConnectionFactory, erp=True)
    variant_ref = factory.Sequence(lambda n: f"v-{n}")
    sku = factory.Sequence(lambda n: f"STOCKED-{n}")
    on_hand = 12
    reserved = 2
    available = 10
    incoming = 0
    as_of = NOON


class PriceRowFactory(DjangoModelFactory):
    class Meta:
        model = PriceRow

    source = factory.SubFactory(ConnectionFactory, erp=True)
    ref = factory.Sequence(lambda n: f"price-{n}")
    variant_ref = factory.Sequence(lambda n: f"v-{n}")
    sku = factory.Sequence(lambda n: f"PRICED-{n}")
    audience = "price_list"
    audience_ref = "7"
    audience_name = "Dealers"
    currency = "EUR"
    net_unit_price = Decimal("8.125")
    min_quantity = 10
    unit = "Units"
    as_of = NOON
    offer = factory.Sequence(str)


class EventFactory(DjangoModelFactory):
    class Meta:
        model = Event

    connection = factory.SubFactory(ConnectionFactory)
    event_id = factory.Sequence(lambda n: f"msg_{n}")
    type = "order.placed"
    subject = "order_1"
    state = "handled"
    digest = "0" * 64


class ExchangeFactory(DjangoModelFactory):
    class Meta:
        model = Exchange

    connection = factory.SubFactory(ConnectionFactory)
    method = "GET"
    url = "https://shop.example/admin/orders/order_1"
    endpoint = "GET:/admin/orders/order_1"
    status = 200
    duration_ms = 42


# ---------------------------------------------------------------- orders


class OrderFactory(DjangoModelFactory):
    """An order of 119.00 EUR that was received and is not in the ERP.

    Traits: `held`, `pushing`, `confirmed`, `shipped`, `paid`. `lines` is how many it has.
    """

    class Meta:
        model = Order
        skip_postgeneration_save = True

    storefront = factory.SubFactory(ConnectionFactory)
    erp = factory.SubFactory(ConnectionFactory, erp=True)
    storefront_ref = factory.Sequence(lambda n: f"order_{n}")
    display_id = factory.Sequence(lambda n: str(1000 + n))
    origin = "event"
    email = "buyer@company.example"
    company = "Company Ltd"
    currency = "EUR"
    gross_total = Decimal("119.00")
    tax_total = Decimal("19.00")
    placed_at = NOON
    received_at = NOON

    class Params:
        in_erp = factory.Trait(
            erp_ref=factory.Sequence(str),
            erp_number=factory.Sequence(lambda n: f"S{n:05d}"),
            erp_total=Decimal("119.00"),
            confirmed_at=NOON,
        )
        held = factory.Trait(
            state=OrderState.HELD,
            held_reason="customer_missing",
            held_message="Company Ltd has no counterpart in the ERP.",
            held_hint="Link the customer, then send the order.",
        )
        pushing = factory.Trait(state=OrderState.PUSHING)
        confirmed = factory.Trait(in_erp=True, state=OrderState.CONFIRMED)
        shipped = factory.Trait(in_erp=True, state=OrderState.SHIPPED)
        paid = factory.Trait(in_erp=True, state=OrderState.PAID)

    @factory.post_generation
    def lines(self, create: bool, extracted: int | None, **_: Any) -> None:
        if create and extracted:
            OrderLineFactory.create_batch(extracted, order=self)


class OrderLineFactory(DjangoModelFactory):
    class Meta:
        model = OrderLine

    order = factory.SubFactory(OrderFactory)
    line_id = factory.Sequence(lambda n: f"ordli_{n}")
    sku = factory.Sequence(lambda n: f"SKU-{n}")
    title = "Cordless drill"
    quantity = Decimal(2)
    net_subtotal = Decimal("100.00")
    tax_total = Decimal("19.00")
    gross_total = Decimal("119.00")


class ShipmentFactory(DjangoModelFactory):
    class Meta:
        model = Shipment

    order = factory.SubFactory(OrderFactory, shipped=True)
    erp_ref = factory.Sequence(str)
    number = factory.Sequence(lambda n: f"WH/OUT/{n:05d}")
    shipped_at = NOON
    carrier = "DHL"
    tracking_number = "JD0001"
    tracking_url = "https://carrier.example/JD0001"


class InvoiceFactory(DjangoModelFactory):
    class Meta:
        model = Invoice

    order = factory.SubFactory(OrderFactory, shipped=True)
    erp_ref = factory.Sequence(str)
    number = factory.Sequence(lambda n: f"INV/2026/{n:05d}")
    currency = "EUR"
    gross_total = Decimal("119.00")
    open_amount = Decimal("119.00")
    payment_state = "open"


class PaymentFactory(DjangoModelFactory):
    class Meta:
        model = Payment

    order = factory.SubFactory(OrderFactory)
    storefront_ref = factory.Sequence(lambda n: f"pay_{n}")
    provider = "invoice"
    currency = "EUR"
    amount = Decimal("119.00")


# ---------------------------------------------------------------- jobs


def _next_number(key: str) -> int:
    head, _ = KeyHead.objects.get_or_create(key=key)
    head.last += 1
    head.save()
    return head.last


class SyncJobFactory(DjangoModelFactory):
    """A queued job row as the engine would have written it, without waking anybody.

    Traits: `running`, `waiting`, `parked`, `done`, `cancelled`. `steps` names its steps.
    """

    class Meta:
        model = SyncJob
        skip_postgeneration_save = True

    kind = "push_order"
    lane = "orders"
    key = factory.Sequence(lambda n: f"order:order_of_job_{n}")
    seq = factory.LazyAttribute(lambda job: _next_number(job.key))
    resource = factory.SubFactory(ResourceFactory)
    resources = factory.LazyAttribute(lambda job: {"erp": job.resource.pk})
    due_at = NOON
    actor = "event"
    created_at = NOON

    class Params:
        running = factory.Trait(
            state=JobState.RUNNING,
            lease_owner="worker-1",
            lease_until=NOON + timedelta(days=3650),
            started_at=NOON,
        )
        waiting = factory.Trait(state=JobState.WAITING, wait_reason="held by olga.operator")
        parked = factory.Trait(
            state=JobState.PARKED,
            attempts=1,
            error_kind="needs_operator",
            error_reason="customer_missing",
            error_cause="customer:cus_1",
            error_text="Company Ltd has no counterpart in the ERP.",
            error_hint="Link the customer, then requeue.",
            failed_at=NOON,
        )
        done = factory.Trait(state=JobState.DONE, started_at=NOON, finished_at=NOON)
        cancelled = factory.Trait(state=JobState.CANCELLED, finished_at=NOON)

    @factory.post_generation
    def steps(self, create: bool, extracted: list[str] | None, **_: Any) -> None:
        if create and extracted:
            for n, name in enumerate(extracted, start=1):
                StepFactory(job=self, n=n, name=name)


class StepFactory(DjangoModelFactory):
    class Meta:
        model = Step

    job = factory.SubFactory(SyncJobFactory)
    n = factory.Sequence(lambda n: n + 1)
    name = factory.Sequence(lambda n: f"step_{n}")


class AttemptFactory(DjangoModelFactory):
    class Meta:
        model = Attempt

    step = factory.SubFactory(StepFactory)
    n = 1
    actor = "worker"
    lease_token = 1
    outcome = "done"
    duration_ms = 120
    started_at = NOON
    finished_at = NOON


class JobMoveFactory(DjangoModelFactory):
    class Meta:
        model = JobMove

    job = factory.SubFactory(SyncJobFactory)
    from_state = JobState.QUEUED
    to_state = JobState.PARKED
    reason = "no counterpart"
    actor = "worker"
    at = NOON
