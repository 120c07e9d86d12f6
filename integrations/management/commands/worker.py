"""`manage.py worker`: runs jobs until it is told to stop."""

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from integrations.engine import queue, single
from integrations.engine.supervisor import Supervisor

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Runs background work: one cluster of processes per lane, the beat and a watchdog. "
        "SIGTERM lets running steps finish. Any number of workers may share a PostgreSQL "
        "database; SQLite allows one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--lane",
            action="append",
            choices=queue.lanes(),
            help="Run only this lane; may be given more than once. Default: all lanes.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        lanes = options["lane"] or queue.lanes()
        try:
            with single.only_tree():
                connection.close()  # the supervisor itself needs no database
                self.stderr.write(f"worker started: {', '.join(lanes)}. Ctrl-C stops it.")
                Supervisor(lanes).run()
        except single.AlreadyRunning as exc:
            raise CommandError(str(exc)) from exc
