"""Every row of our own tables, to see that nothing of it changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import transaction

OURS = ("quotes", "integrations", "engine")
Rows = dict[str, list[tuple[Any, ...]]]


def all_rows() -> Rows:
    """By table: all of its rows, in order of their keys."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for app in OURS
        for model in apps.get_app_config(app).get_models()
    }


def changed(before: Rows) -> list[str]:
    """The tables that are not what they were."""
    now = all_rows()
    return [name for name, rows in before.items() if now[name] != rows]


@contextmanager
def back_again() -> Iterator[None]:
    """Whatever is written in it is taken back at its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
