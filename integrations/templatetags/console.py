"""One tag each for money, instants, quantities and badges, so that all screens look alike."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from integrations.engine.models.edits import shown
from integrations.looks import badges, words, written

register = template.Library()


@register.simple_tag
def badge(what: str, state: str) -> SafeString:
    return badges.badge(what, state)


@register.simple_tag
def toned(text: str, tone: str) -> SafeString:
    return badges.toned(text, tone)


@register.simple_tag
def money(value: Decimal | None, currency: str) -> SafeString:
    return written.money(value, currency)


@register.simple_tag
def exact_money(value: Decimal, currency: str) -> SafeString:
    return written.exact_money(value, currency)


@register.filter
def quantity(value: Decimal | None) -> str:
    return written.quantity(value)


@register.filter
def number(value: int) -> str:
    """`12,345`."""
    return f"{value:,}"


@register.filter
def instant(at: datetime | None) -> SafeString | str:
    return written.instant(at, now=timezone.now())


@register.filter
def age(at: datetime | None) -> str:
    return written.age(at, now=timezone.now())


@register.filter
def step_words(name: str) -> str:
    return words.step(name)


@register.filter
def outcome_words(outcome: str) -> str:
    return words.outcome(outcome)


@register.filter
def kept(value: Any) -> str:
    """A value of an edit as people read it."""
    return shown(value)


@register.filter
def pretty(value: Any) -> str:
    """JSON as people read it."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)
