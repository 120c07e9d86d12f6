"""`manage.py flow`: what moves between which systems, and how boldly."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from integrations.errors import PortalError
from integrations.flows.adding import KINDS, add_flow
from integrations.flows.modes import set_mode
from integrations.flows.orders.doors import choose_order
from integrations.flows.runs import request_run
from integrations.flows.settings import change_settings
from integrations.management.command import (
    Answer,
    PortalCommand,
    add_verb,
    command_actor,
    sentence,
    table,
)
from integrations.management.lookup import connection_named, flow_named
from integrations.management.run_verbs import add_run_verbs, run_row, watched
from integrations.models import Flow


class Command(PortalCommand):
    help = "Lists, adds, runs and switches flows."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        add_verb(verbs, "list", list_all, help="List all flows with their last run.")
        _add_add(verbs)
        running = add_verb(verbs, "run", run, help="Ask for a run of a batch flow, now.")
        running.add_argument("flow", help="Number, or kind where there is only one.")
        running.add_argument(
            "--complete", action="store_true", help="Read everything, not only what changed."
        )
        running.add_argument(
            "--watch", action="store_true", help="Tell how it goes until it has ended."
        )
        add_run_verbs(verbs)
        _add_set_mode(verbs)
        _add_set(verbs)
        sending = add_verb(
            verbs, "send", send, help="Send chosen orders, also from before the start instant."
        )
        sending.add_argument("flow", help="Number of the orders flow, or `orders`.")
        sending.add_argument("orders", nargs="+", help="Ids of orders in the storefront.")


def _add_add(verbs: Any) -> None:
    parser = add_verb(verbs, "add", add, help="Add a flow; it is off until `set-mode`.")
    parser.add_argument("--kind", required=True, choices=KINDS)
    parser.add_argument("--source", required=True, help="Connection that owns the data.")
    parser.add_argument("--target", required=True, help="Connection that receives it.")


def _add_set_mode(verbs: Any) -> None:
    parser = add_verb(verbs, "set-mode", change_mode, help="Switch a flow.")
    parser.add_argument("flow", help="Number, or kind where there is only one.")
    parser.add_argument("mode", choices=Flow.Mode.values)
    parser.add_argument("--reason", required=True, help="Kept in the history.")
    parser.add_argument(
        "--live-from",
        type=_instant,
        help="Orders placed before this instant are never sent by themselves; default now. "
        "ISO 8601, UTC unless it names a zone.",
    )
    parser.add_argument(
        "--despite-plan",
        action="store_true",
        help="Go live though no clean plan of the last day speaks for it; kept in the history.",
    )


def _add_set(verbs: Any) -> None:
    parser = add_verb(verbs, "set", change, help="Change settings of a flow.")
    parser.add_argument("flow", help="Number, or kind where there is only one.")
    parser.add_argument(
        "--setting",
        action="append",
        required=True,
        type=_pair,
        metavar="KEY=VALUE",
        help="May be repeated. Without a value the setting goes back to its default.",
    )


def list_all(options: dict[str, Any]) -> Answer:
    rows = [_row(flow) for flow in Flow.objects.select_related("source", "target")]
    cells = [
        [row["id"], row["kind"], row["source"], row["target"], row["mode"], _last_run(row)]
        for row in rows
    ]
    lines = table(["ID", "KIND", "FROM", "TO", "MODE", "LAST RUN"], cells)
    return Answer(rows=rows, lines=lines if rows else ["There is no flow yet."])


def add(options: dict[str, Any]) -> Answer:
    flow = add_flow(
        kind=options["kind"],
        source=connection_named(options["source"]),
        target=connection_named(options["target"]),
        actor=command_actor(),
    )
    return Answer(rows=_row(flow), lines=[f"Flow {flow.pk} is added and off: {flow}."])


def run(options: dict[str, Any]) -> Answer:
    flow = flow_named(options["flow"])
    complete = options["complete"]
    job = request_run(flow, actor=command_actor(), trigger="command", complete=complete)
    lines = [f"{flow}: run asked for as job {job.pk}; `jobs show {job.pk}` tells how it goes."]
    asked = {"flow": flow.pk, "job": job.pk, "state": job.state, "run": job.payload["run"]}
    if not options["watch"]:
        return Answer(rows=asked, lines=lines)
    options["say"](lines[0])
    return watched(job.payload["run"], options["say"])


def change_mode(options: dict[str, Any]) -> Answer:
    flow = flow_named(options["flow"])
    set_mode(
        flow,
        options["mode"],
        actor=command_actor(),
        reason=options["reason"],
        live_from=options["live_from"],
        despite_plan=options["despite_plan"],
        now=timezone.now(),
    )
    flow.refresh_from_db()
    since = (
        f", for orders placed from {flow.live_from:%Y-%m-%d %H:%M} UTC" if flow.live_from else ""
    )
    return Answer(rows=_row(flow), lines=[f"{flow} is {flow.mode}{since}."])


def change(options: dict[str, Any]) -> Answer:
    flow = flow_named(options["flow"])
    change_settings(flow, dict(options["setting"]), actor=command_actor())
    told = ", ".join(f"{name}={value}" for name, value in flow.settings.items())
    return Answer(rows=_row(flow), lines=[f"{flow}: {told or 'default settings'}."])


def send(options: dict[str, Any]) -> Answer:
    """Sends each order; one refusal does not keep it from the others."""
    flow = flow_named(options["flow"])
    rows: list[dict[str, Any]] = []
    lines, refusals = [], []
    for ref in options["orders"]:
        try:
            order = choose_order(storefront=flow.source, order_ref=ref, actor=command_actor())
        except PortalError as exc:
            refusals.append(f"{ref} is not sent: {sentence(exc)}")
            rows.append({"storefront_ref": ref, "refused": refusals[-1]})
        else:
            lines.append(f"{ref} is being sent.")
            rows.append({"order": order.pk, "storefront_ref": ref})
    return Answer(rows=rows, lines=lines, refusal=" ".join(refusals))


def _row(flow: Flow) -> dict[str, Any]:
    last = flow.runs.first()
    return {
        "id": flow.pk,
        "kind": flow.kind,
        "source": flow.source.name,
        "target": flow.target.name,
        "mode": flow.mode,
        "schedule": flow.schedule,
        "paused": flow.is_paused,
        "settings": flow.settings,
        "live_from": flow.live_from.isoformat() if flow.live_from else None,
        "covered_until": flow.covered_until.isoformat() if flow.covered_until else None,
        "last_run": run_row(last) if last else None,
    }


def _last_run(row: dict[str, Any]) -> str:
    last = row["last_run"]
    if last is None:
        return "-"
    return (
        f"{last['started_at'][:16].replace('T', ' ')} {last['state']}: "
        f"{last['created']} created, {last['changed']} changed, {last['failed']} failed"
    )


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ValueError(text)
    return name, value


def _instant(text: str) -> datetime:
    found = parse_datetime(text)
    if found is None:
        raise ValueError(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
