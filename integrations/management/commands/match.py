"""`manage.py match`: the matching workbench, where records wait to be told apart."""

from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandParser

from integrations.errors import NeedsOperator
from integrations.flows.matching import by_hand, presses
from integrations.management.command import Answer, PortalCommand, add_verb, command_actor
from integrations.models import MatchProposal


class Command(PortalCommand):
    help = "Lists records that wait to be matched; accepts, rejects, links by hand, undoes."

    def add_arguments(self, parser: CommandParser) -> None:
        choices = parser.add_subparsers(dest="verb", required=True)
        listing = add_verb(choices, "list", list_waiting, help="List what waits for a person.")
        listing.add_argument("--flow", type=int, metavar="FLOW", help="Only of this flow.")
        listing.add_argument("--limit", type=int, default=50, metavar="N", help="At most (50).")
        accepting = _add_press(choices, "accept", presses.accept, help="Link to a candidate.")
        accepting.add_argument("--ref", default="", help="Which one, where there are several.")
        _add_press(choices, "reject", presses.reject, help="None of the candidates is it.")
        linking = _add_press(choices, "link", by_hand.link, help="Link to any one of the target.")
        linking.add_argument("--ref", required=True, help="Its id there, such as prod_…")
        _add_press(choices, "undo", presses.undo, help="Put the links back and ask again.")


def list_waiting(options: dict[str, Any]) -> Answer:
    rows = MatchProposal.objects.filter(state=MatchProposal.State.OPEN)
    rows = rows.filter(flow=options["flow"]) if options["flow"] else rows
    found = list(rows[: max(1, options["limit"])])
    lines = [line for row in found for line in _told(row)]
    return Answer(
        rows=[
            {
                "id": row.pk,
                "flow": row.flow_id,
                "ref": row.source_ref,
                "label": row.label,
                "why": row.why,
                "candidates": row.candidates,
            }
            for row in found
        ],
        lines=lines or ["Nothing waits."],
    )


def _told(row: MatchProposal) -> list[str]:
    candidates = [
        f"    {one['ref']}  {one['label']}  {one['confidence']} %  {'; '.join(one['reasons'])}"
        for one in row.candidates
    ]
    return [f"{row.pk}  {row}: {row.why}", *candidates]


def _add_press(choices: Any, name: str, press: Callable[..., None], *, help: str) -> CommandParser:
    parser = add_verb(choices, name, lambda options: _press(press, options), help=help)
    parser.add_argument("id", type=int, help="Its number, as `match list` shows it.")
    parser.add_argument("--reason", required=True, help="Kept in the history.")
    return parser


def _press(press: Callable[..., None], options: dict[str, Any]) -> Answer:
    row = MatchProposal.objects.filter(pk=options["id"]).first()
    if row is None:
        raise NeedsOperator(
            f"There is no match {options['id']}.",
            reason="unknown_match",
            hint="`manage.py match list` shows them.",
        )
    named = {"ref": options["ref"]} if options.get("ref") else {}
    press(row, actor=command_actor(), reason=options["reason"], **named)
    row.refresh_from_db()
    state = row.get_state_display().lower()
    return Answer(rows={"id": row.pk, "state": row.state}, lines=[f"{row}: {state}"])
