"""`manage.py generate_key`: a new key for CREDENTIAL_KEYS, or a new secret for webhooks."""

from typing import Any

from django.core.management.base import CommandParser

from integrations import secrets
from integrations.management.command import Answer, PortalCommand, add_json


class Command(PortalCommand):
    help = "Prints a new key for CREDENTIAL_KEYS. It is stored nowhere: keep it safe."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        add_json(parser)
        parser.add_argument(
            "--webhook",
            action="store_true",
            help="Print a secret (whsec_…) for signing webhooks instead: enter it on both sides.",
        )
        parser.set_defaults(run=generate)


def generate(options: dict[str, Any]) -> Answer:
    key = secrets.new_signing_secret() if options["webhook"] else secrets.generate_key()
    return Answer(rows={"key": key}, lines=[key])
