"""Makes job kinds, event handlers and periodic work of all flows known; called once at start."""

from django.conf import settings
from django.utils import timezone

from integrations.engine import beat
from integrations.flows import alerts, expiries, field_check, nudging, retention, schedules
from integrations.flows.customers import filling, open_customers
from integrations.flows.customers import settling as customers
from integrations.flows.customers.first_contact import AccountLinker, look_for_company
from integrations.flows.customers.flow import open_kept_customers
from integrations.flows.customers.owned import OWNED_GROUPS
from integrations.flows.groups import fill_new_groups_with
from integrations.flows.matching import applying, by_hand, linking
from integrations.flows.order_status import collecting, poll, refresh, shipments, subscribing
from integrations.flows.orders import (
    changes,
    handlers,
    payments,
    presses,
    push,
    recheck,
    sweep,
)
from integrations.flows.orders.doubles import repair
from integrations.flows.orders.doubles import sweep as doubles
from integrations.flows.ownership import looking, register_owned
from integrations.flows.price_audit import again as price_again
from integrations.flows.price_audit import repair as price_repair
from integrations.flows.price_audit import start_nightly
from integrations.flows.price_audit import work as price_audit
from integrations.flows.prices import open_prices, regrouping
from integrations.flows.prices.edits import OWNED_LIST_PRICES, OWNED_PRICE_LISTS
from integrations.flows.products import open_products
from integrations.flows.products.category_edits import OWNED_CATEGORIES
from integrations.flows.products.matching import look_there, pairs_by_hand
from integrations.flows.products.owned import OWNED_PRODUCTS
from integrations.flows.products.reread import open_kept_products
from integrations.flows.runs import register_batch
from integrations.flows.runs import work as runs
from integrations.flows.stock import open_stock
from integrations.flows.stock.owned import OWNED_STOCK
from integrations.models import Flow, IdLink
from integrations.records import ErpCustomer, ErpProduct
from integrations.webhooks import inbox

FORGET_EVERY_S = 60.0
TELL_EXPIRING_S = 3600.0
AUDIT_PRICES_S = 600.0  # looks for nights that are due
CHECK_FIELDS_S = 600.0  # looks for checks that are due; each is once a day

# Importing a module registers its job kinds.
JOB_MODULES = (
    push,
    changes,
    payments,
    recheck,
    sweep,
    doubles,
    repair,
    refresh,
    shipments,
    collecting,
    poll,
    subscribing,
    runs,
    looking,
    field_check,
    price_audit,
    price_repair,
    price_again,
    customers,
    filling,
    regrouping,
    applying,
)


def register_all() -> None:
    """Registers what the flows listen to and what runs by the clock. Safe to repeat."""
    handlers.register_all()
    customers.register_all()
    presses.register_all()
    poll.register_all()
    nudging.register_all()
    by_hand.register(IdLink.Kind.PRODUCT, look_there, pairs_by_hand)
    by_hand.register(IdLink.Kind.ACCOUNT, look_for_company, lambda proposal, there: [])
    linking.register_linker(IdLink.Kind.ACCOUNT, AccountLinker())
    applying.register_applier(
        IdLink.Kind.PRODUCT, applying.Applier(record=ErpProduct, open=open_kept_products)
    )
    applying.register_applier(
        IdLink.Kind.ACCOUNT, applying.Applier(record=ErpCustomer, open=open_kept_customers)
    )
    register_owned(OWNED_PRODUCTS)
    register_owned(OWNED_CATEGORIES)
    register_owned(OWNED_STOCK)
    register_owned(OWNED_LIST_PRICES)
    register_owned(OWNED_PRICE_LISTS)
    register_owned(OWNED_GROUPS)
    fill_new_groups_with(filling.refill)
    fill_new_groups_with(regrouping.regroup)
    looking.register_all()
    alerts.declare()
    register_batch(Flow.Kind.PRODUCTS, open_products)
    register_batch(Flow.Kind.PRICES, open_prices)
    register_batch(Flow.Kind.STOCK, open_stock)
    register_batch(Flow.Kind.CUSTOMERS, open_customers)
    beat.register("sweep_orders", settings.SWEEP_S, lambda: sweep.start_sweeps(timezone.now()))
    beat.register("sweep_doubles", settings.SWEEP_S, lambda: doubles.start_sweeps(timezone.now()))
    beat.register("poll_progress", settings.SWEEP_S, lambda: poll.start_polls(timezone.now()))
    beat.register("check_fields", CHECK_FIELDS_S, lambda: field_check.start_checks(timezone.now()))
    beat.register("audit_prices", AUDIT_PRICES_S, lambda: start_nightly(timezone.now()))
    beat.register("tell_expiring", TELL_EXPIRING_S, lambda: expiries.tell_expiring(timezone.now()))
    beat.register(
        "keep_subscriptions",
        settings.SUBSCRIPTION_CHECK_S,
        lambda: subscribing.start_keeping(timezone.now()),
    )
    beat.register("redispatch_events", settings.SWEEP_S, inbox.redispatch)
    beat.register("forget_old", FORGET_EVERY_S, lambda: retention.forget_old(timezone.now()))
    beat.register("nudges", schedules.EVERY_S, lambda: nudging.run_nudged(timezone.now()))
    beat.register(
        "schedules", schedules.EVERY_S, lambda: schedules.run_due_schedules(timezone.now())
    )
