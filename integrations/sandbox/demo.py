"""The demo: a stage, the tale on it, and what came of it, for people or for programs."""

import time
from dataclasses import asdict, fields
from typing import Any, NoReturn

from django.urls import reverse

from integrations.sandbox.company import NEWCOMER
from integrations.sandbox.processes import StageFailed
from integrations.sandbox.signins import SignIn
from integrations.sandbox.stage import Plan, Say, Stage
from integrations.sandbox.tale import Told
from integrations.sandbox.views import OrderView, shown

STILL_S = 0.5


def with_clock(say: Say) -> Say:
    """Puts the seconds since now before each line."""
    began = time.monotonic()
    return lambda line: say(f"{time.monotonic() - began:6.1f} s  {line}")


def as_json(told: Told, *, plan: Plan) -> dict[str, Any]:
    """What happened in each system, for programs. `ok`: all of them agree."""
    return {
        "ok": not told.problems,
        "problems": told.problems,
        "storefront": "real" if plan.has_real_shop else "stand-in",
        "faults": plan.has_faults,
        "lost_answers": told.lost_answers,
        "events": {"stored": told.events, "repeats": told.repeats},
        "jobs": told.jobs,
        "order": told.order_id,
        "systems": {view.system: asdict(view) for view in told.views},
        "held": {"order": str(told.held), "reason": told.held.held_reason},
    }


def side_by_side(views: list[OrderView]) -> list[str]:
    """One row per fact, one column per system."""
    names = [field.name for field in fields(OrderView)]
    rows = [
        [name.replace("_", " "), *(shown(getattr(one, name)) for one in views)] for name in names
    ]
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def addresses(stage: Stage, sign_ins: list[SignIn], told: Told) -> list[str]:
    """Where to look around, as whom, and what to try."""
    console = f"{stage.base_url}{reverse('admin:index')}"
    shop = stage.shop
    lines = [f"Console     {console}"]
    lines += [f"  sign in   {one.username} / {one.password}  ({one.may})" for one in sign_ins]
    lines.append(f"Storefront  {shop.url}")
    if shop.admin_email:
        lines.append(f"  sign in   {shop.url}/app  {shop.admin_email} / {shop.admin_password}")
    lines += [f"ERP         {stage.remotes.erp.url}", "", *_to_try(stage, told)]
    return lines


def _to_try(stage: Stage, told: Told) -> list[str]:
    order = reverse("admin:integrations_order_change", args=[told.held.pk])
    link = reverse("admin:integrations_customermapping_add")
    partner = stage.remotes.erp.customers[NEWCOMER.email]
    return [
        f"To try: order {told.held} is held, {stage.base_url}{order}",
        f"  The ERP has {NEWCOMER.company} as customer {partner}. Link {told.held.customer_id}",
        f"  to {partner} at {stage.base_url}{link} and it goes out by itself.",
    ]


def stay(stage: Stage) -> NoReturn:
    """Returns only by being stopped. Raises StageFailed when one of the programs ends."""
    while True:
        for program in stage.programs:
            if not program.is_running:
                raise StageFailed(f"{program.name} ended:\n{program.last_words()}")
        time.sleep(STILL_S)
