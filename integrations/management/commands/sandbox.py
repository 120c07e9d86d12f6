"""`manage.py sandbox`: a shop and an ERP to try things on, without accounts anywhere."""

import json
import time
from contextlib import AbstractContextManager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from integrations.management.command import add_json
from integrations.records.codec import to_json
from integrations.sandbox.processes import Stopped, stoppable
from integrations.sandbox.seeds import Remotes
from integrations.sandbox.standins import running

STILL_S = 0.2


class Command(BaseCommand):
    help = (
        "Starts stand-ins of a storefront and an ERP, filled with a small company, and runs "
        "until Ctrl-C. Everything is in memory and gone afterwards."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        add_json(parser)
        parser.add_argument("--erp-port", type=int, default=0, help="0: a free one.")
        parser.add_argument("--shop-port", type=int, default=0, help="0: a free one.")
        parser.add_argument(
            "--without-shop", action="store_true", help="Only the ERP; the storefront is real."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with stoppable(), self._running(options) as remotes:
                if options["json"]:
                    self.stdout.write(json.dumps(to_json(remotes)))
                else:
                    self._tell(remotes)
                self.stdout.flush()
                while True:
                    # Not signal.pause(): a signal that another thread received never ends it.
                    time.sleep(STILL_S)
        except Stopped:
            return

    def _running(self, options: dict[str, Any]) -> AbstractContextManager[Remotes]:
        return running(
            erp_port=options["erp_port"],
            shop_port=options["shop_port"],
            has_shop=not options["without_shop"],
            sandbox_key=settings.SANDBOX_KEY,
        )

    def _tell(self, remotes: Remotes) -> None:
        # The keys open nothing but these two servers, which listen on this machine only.
        erp, shop = remotes.erp, remotes.shop
        self.stdout.write(f"ERP         {erp.url}  database {erp.database}, API key {erp.api_key}")
        if shop is not None:
            self.stdout.write(f"Storefront  {shop.url}  secret key {shop.secret_key}")
            for customer in shop.customers:
                self.stdout.write(f"  buyer {customer.email}, password {customer.password}")
        self.stdout.write("Ctrl-C stops both.")
