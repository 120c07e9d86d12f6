"""The demo: a stage, the tale on it, and what came of it, for people or for programs."""

import time
from dataclasses import asdict, fields
from typing import Any, NoReturn

from django.urls import reverse

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
        "deliveries": told.deliveries,
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
    """Where to look around, and as whom."""
    console = f"{stage.base_url}{reverse('admin:index')}"
    held = f"{stage.base_url}{reverse('admin:integrations_order_change', args=[told.held.pk])}"
    lines = [f"Console     {console}"]
    lines += [f"  sign in   {one.username} / {one.password}  ({one.may})" for one in sign_ins]
    lines += [
        f"Held order  {held}",
        f"Storefront  {stage.shop.url}",
        f"ERP         {stage.remotes.erp.url}",
    ]
    if stage.shop.admin_email:
        lines.insert(
            -1,
            f"  its admin {stage.shop.url}/app  {stage.shop.admin_email} / "
            f"{stage.shop.admin_password}",
        )
    return lines


def stay(stage: Stage) -> NoReturn:
    """Returns only by being stopped. Raises StageFailed when one of the programs ends."""
    while True:
        for program in stage.programs:
            if not program.is_running:
                raise StageFailed(f"{program.name} ended:\n{program.last_words()}")
        time.sleep(STILL_S)
