"""The matching workbench at the command line.

manage.py match list [--flow 3]
manage.py match accept 17 --reason "same drill" [--ref prod_…]
manage.py match reject 17 18 --reason "new ones"
manage.py match link 17 --ref prod_… --reason "by its drawing"
manage.py match undo 17 --reason "another voltage"
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.errors import PortalError
from integrations.flows.matching import bench, by_hand
from integrations.models import MatchProposal

SHOWN = 200
VERBS = {
    "accept": bench.accept,
    "reject": bench.reject,
    "link": by_hand.link,
    "undo": bench.undo,
}


class Command(BaseCommand):
    help = "Lists records that wait to be matched; accepts, rejects, links by hand, undoes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("verb", choices=["list", *VERBS])
        parser.add_argument("ids", nargs="*", type=int, help="numbers, as `list` shows them")
        parser.add_argument("--flow", type=int, help="only of this flow")
        parser.add_argument("--ref", default="", help="which candidate, or what to link to")
        parser.add_argument("--reason", default="")
        parser.add_argument("--actor", default="command line")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "list":
            self._list(options["flow"])
            return
        if not options["reason"]:
            raise CommandError("Say why: --reason …")
        if options["verb"] == "link" and (len(options["ids"]) != 1 or not options["ref"]):
            raise CommandError("Link one at a time, and say to what: match link 17 --ref prod_…")
        for number in options["ids"]:
            self._press(number, options)

    def _list(self, flow: int | None) -> None:
        rows = MatchProposal.objects.filter(state=MatchProposal.State.OPEN)
        rows = rows.filter(flow=flow) if flow else rows
        for row in rows[:SHOWN]:
            self.stdout.write(f"{row.pk}  {row}: {row.why}")
            for one in row.candidates:
                reasons = "; ".join(one["reasons"])
                self.stdout.write(
                    f"    {one['ref']}  {one['label']}  {one['confidence']} %  {reasons}"
                )
        if not rows[:1]:
            self.stdout.write("Nothing waits.")

    def _press(self, number: int, options: dict[str, Any]) -> None:
        row = MatchProposal.objects.filter(pk=number).first()
        if row is None:
            raise CommandError(f"There is no match {number}; `match list` shows them.")
        named = {"ref": options["ref"]} if options["ref"] else {}
        try:
            VERBS[options["verb"]](row, actor=options["actor"], reason=options["reason"], **named)
        except PortalError as refusal:
            raise CommandError(f"{row}: {refusal.message} {refusal.hint}".strip()) from refusal
        row.refresh_from_db()
        self.stdout.write(f"{row}: {row.get_state_display().lower()}")
