"""`manage.py demo`: the whole path on this machine, from the cart to the paid invoice."""

import json
import logging
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from integrations.errors import NeedsOperator, PortalError
from integrations.management.command import Refused, add_json, sentence
from integrations.sandbox import demo, place
from integrations.sandbox.processes import Stopped, stoppable
from integrations.sandbox.signins import add_sign_ins
from integrations.sandbox.stage import Plan, open_stage
from integrations.sandbox.tale import Told, tell


class Command(BaseCommand):
    help = (
        "Starts a shop, an ERP, the portal and its worker, walks one order through all of them, "
        "and stays up for a look around until Ctrl-C. With --once it stops by itself and exits "
        "0 only if every system agrees."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_json(parser)
        parser.add_argument("--once", action="store_true", help="Run it, compare, stop.")
        parser.add_argument(
            "--medusa",
            choices=["stand-in", "real"],
            default="stand-in",
            help="real: installs and starts a Medusa (needs Node and PostgreSQL).",
        )
        parser.add_argument(
            "--faults",
            action="store_true",
            help="Lose one answer of the ERP and send every event three times "
            "(a real Medusa sends them once).",
        )
        parser.add_argument("--port", type=int, default=0, help="Of the portal; 0: a free one.")
        parser.add_argument(
            "--folder",
            type=Path,
            default=settings.BASE_DIR / "var" / "demo",
            help="For logs and data (var/demo): empty, new, or an earlier demo's, whose database "
            "is made anew.",
        )
        parser.add_argument(
            "--database",
            metavar="URL",
            default="",
            help="An empty database to use instead of the folder's own. DATABASE_URL and .env are "
            "the portal's and never used.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["folder"].resolve()
        plan = Plan(
            folder=folder,
            port=options["port"],
            has_real_shop=options["medusa"] == "real",
            has_faults=options["faults"],
            stays_up=not options["once"],
        )
        self._as_json = options["json"]
        # What this process itself calls is told in sentences; the logs are the portal's.
        logging.getLogger("integrations").setLevel(logging.ERROR)
        try:
            _refuse_production()
            place.run_apart(folder, database_url=options["database"])
            with stoppable(), place.held(folder):
                self._play(plan)
        except PortalError as exc:
            raise Refused(sentence(exc)) from exc
        except Stopped:
            self.stderr.write("Stopped; everything is down.")
            if options["once"]:
                raise Refused("It was stopped before its end.") from None

    def _play(self, plan: Plan) -> None:
        say = demo.with_clock(self._say)
        say(f"Logs are in {plan.folder / 'logs'}, data is in {_database()}.")
        with open_stage(plan, say=say) as stage:
            sign_ins = add_sign_ins()
            say(f"The portal runs at {stage.base_url}.")
            told = tell(stage, has_faults=plan.has_faults, say=say)
            self._report(told, plan)
            if plan.stays_up:
                for line in ("", *demo.addresses(stage, sign_ins, told), "", "Ctrl-C stops it."):
                    self._say(line)
                demo.stay(stage)
        if told.problems:
            raise Refused("The systems do not agree: " + "; ".join(told.problems) + ".")

    def _report(self, told: Told, plan: Plan) -> None:
        if self._as_json:
            self.stdout.write(json.dumps(demo.as_json(told, plan=plan), indent=2, default=str))
            return
        self._say("")
        for line in demo.side_by_side(told.views):
            self._say(line)
        self._say("Every system agrees." if not told.problems else "THE SYSTEMS DO NOT AGREE:")
        for problem in told.problems:
            self._say(f"  {problem}")

    def _say(self, line: str) -> None:
        # With --json the standard output is for programs alone.
        out = self.stderr if self._as_json else self.stdout
        out.write(line, str)  # not in the colour of errors
        out.flush()


def _refuse_production() -> None:
    if not settings.DEBUG:
        raise NeedsOperator(
            "The demo makes sign-ins with known passwords and runs only with DEBUG=true.",
            reason="demo_in_production",
        )


def _database() -> str:
    # Without user and password, which a URL may carry.
    return os.environ.get(place.DATABASE_URL, "").rpartition("@")[2]
