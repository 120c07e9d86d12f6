"""The operator's console, one module per screen. Importing it puts the screens on the site."""

from django.contrib import admin

from integrations.admin import (
    ages,
    alerts,
    connections,
    customers,
    events,
    exchanges,
    flows,
    hand_edits,
    history,
    issues,
    jobs,
    links,
    matching,
    now,
    orders,
    people,
    presses,
    price_audits,
    prices,
    registrations,
    runs,
    stock,
)

__all__ = [
    "ages",
    "alerts",
    "connections",
    "customers",
    "events",
    "exchanges",
    "flows",
    "hand_edits",
    "history",
    "issues",
    "jobs",
    "links",
    "matching",
    "now",
    "orders",
    "people",
    "presses",
    "price_audits",
    "prices",
    "registrations",
    "runs",
    "stock",
]

# The queue's own pages would show wake-ups as if they were the work, and offer to repeat them.
for _model in [model for model in admin.site._registry if model._meta.app_label == "django_q"]:
    admin.site.unregister(_model)
