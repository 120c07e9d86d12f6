"""`manage.py rotate_keys`: after a new key was put in front of CREDENTIAL_KEYS."""

from typing import Any

from django.core.management.base import CommandParser

from integrations.gateways.resealing import reseal_credentials
from integrations.management.command import Answer, PortalCommand, add_json, command_actor


class Command(PortalCommand):
    help = "Seals all stored credentials under the newest key; older keys can then be dropped."

    def add_arguments(self, parser: CommandParser) -> None:
        add_json(parser)
        parser.set_defaults(run=rotate)


def rotate(options: dict[str, Any]) -> Answer:
    count = reseal_credentials(actor=command_actor())
    lines = [
        f"The credentials of {count} connections are sealed under the newest key.",
        "The older keys of CREDENTIAL_KEYS are no longer needed.",
    ]
    return Answer(rows={"resealed": count}, lines=lines)
