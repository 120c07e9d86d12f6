"""`manage.py audit_prices`: are customers charged what the ERP says?"""

import time
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import CommandParser

from integrations.flows.price_audit import request_audit
from integrations.management.command import Answer, Misused, PortalCommand, add_json, command_actor
from integrations.management.lookup import flow_named
from integrations.models import PriceAudit, PriceDrift

EVERY_S = 0.5
_SHOWN = (
    "cause", "company", "customer_id", "customer_ref", "sku", "quantity", "currency", "asked_on",
    "erp_price", "storefront_price", "found", "plan", "step",
)  # fmt: skip


class Command(PortalCommand):
    help = "Asks the ERP and the storefront for the same prices and tells which differ, and why."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--flow", default="prices", help="Number of the prices flow, where there are several."
        )
        parser.add_argument("--sample", type=int, metavar="N", help="How many; default as nightly.")
        parser.add_argument("--seed", type=int, help="Chooses the same sample again.")
        parser.add_argument(
            "--account", default="", help="An account, a buyer's e-mail or the storefront's id."
        )
        parser.add_argument("--sku", default="", help="With --account: this one price.")
        parser.add_argument("--quantity", type=_number, default=Decimal(1))
        parser.add_argument("--currency", default="", help="Such as EUR; default the copy's.")
        parser.add_argument(
            "--on",
            type=_day,
            metavar="DAY",
            help="Another day, such as 2027-03-01: the storefront's side is then what the portal "
            "has planned for it.",
        )
        parser.add_argument(
            "--wait",
            type=float,
            default=0,
            metavar="SECONDS",
            help="Wait so long for the worker to finish and tell what it found.",
        )
        add_json(parser)
        parser.set_defaults(run=run)


def run(options: dict[str, Any]) -> Answer:
    if options["sample"] is not None and options["account"]:
        raise Misused("--sample, or --account with --sku")
    audit = request_audit(
        flow_named(options["flow"]),
        actor=command_actor(),
        size=options["sample"],
        seed=options["seed"],
        account=options["account"],
        sku=options["sku"],
        quantity=options["quantity"],
        currency=options["currency"],
        on=options["on"],
    )
    _wait(audit, options["wait"])
    drifts = list(audit.drifts.all())
    refusal = audit.note if audit.state == PriceAudit.State.FAILED else ""
    return Answer(rows=_rows(audit, drifts), lines=_lines(audit, drifts), refusal=refusal)


def _wait(audit: PriceAudit, seconds: float) -> None:
    ends = time.monotonic() + seconds
    while audit.state == PriceAudit.State.RUNNING and time.monotonic() < ends:
        time.sleep(EVERY_S)
        audit.refresh_from_db()


def _rows(audit: PriceAudit, drifts: list[PriceDrift]) -> dict[str, Any]:
    counts = ("wanted", "done", "equal", "drifted", "uncompared")
    return {
        "audit": audit.pk,
        "flow": audit.flow_id,
        "state": audit.state,
        "seed": audit.seed,
        "chosen": audit.chosen,
        **{name: getattr(audit, name) for name in counts},
        "started_at": audit.started_at.isoformat(),
        "finished_at": audit.finished_at.isoformat() if audit.finished_at else None,
        "on": audit.on.isoformat() if audit.on else None,
        "note": audit.note,
        "drifts": [{name: getattr(one, name) for name in _SHOWN} for one in drifts],
    }


def _lines(audit: PriceAudit, drifts: list[PriceDrift]) -> list[str]:
    if audit.state == PriceAudit.State.RUNNING:
        return [f"{audit} runs; see it in the console, or ask with --wait."]
    told = [
        f"{audit} is {audit.state}: {audit.equal} equal, {audit.drifted} differ, "
        f"{audit.uncompared} not compared. {audit.note}".strip()
    ]
    side = f"planned for {audit.on}" if audit.on else "storefront"
    for one in drifts:
        told.append(
            f"{one.quantity.normalize():f} × {one}: {one.get_cause_display()}. ERP "
            f"{_price(one.erp_price)}, {side} {_price(one.storefront_price)} {one.currency}. "
            f"{one.found} {one.plan}".strip()
        )
    return told


def _price(amount: Decimal | None) -> str:
    return "none" if amount is None else f"{amount.normalize():f}"


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as exc:
        raise ValueError(text) from exc
