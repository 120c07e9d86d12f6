"""`manage.py connection`: the remote systems the portal talks to."""

from typing import Any

from django.core.management.base import CommandParser

from integrations import adapters
from integrations.engine.models import Resource
from integrations.flows import field_check
from integrations.gateways import connections
from integrations.management.command import (
    Answer,
    PortalCommand,
    add_verb,
    command_actor,
    table,
)
from integrations.management.lookup import connection_named
from integrations.management.pairs import pairs_of, secret_of, text_of
from integrations.models import Connection
from integrations.records import TestReport


class Command(PortalCommand):
    help = "Adds, lists, tests, pauses, resumes and removes connections to remote systems."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        add_verb(verbs, "list", list_all, help="List all connections.")
        _add_add(verbs)
        testing = add_verb(verbs, "test", test, help="Ask what works and what is missing.")
        testing.add_argument("names", nargs="+", metavar="name", help="Name or number.")
        for name, run, help in (
            ("resume", resume, "Let waiting work go on."),
            ("remove", remove, "Remove a connection that nothing depends on."),
        ):
            add_verb(verbs, name, run, help=help).add_argument("name", help="Name or number.")
        pausing = add_verb(verbs, "pause", pause, help="Stop all work with it; nothing is lost.")
        pausing.add_argument("name", help="Name or number.")
        pausing.add_argument("--reason", required=True, help="Why; shown to everyone.")


def _add_add(verbs: Any) -> None:
    parser = add_verb(verbs, "add", add, help="Add a connection.")
    parser.add_argument("--kind", required=True, help=f"One of: {', '.join(adapters.kinds())}.")
    parser.add_argument("--name", required=True)
    parser.add_argument("--url", required=True, help="Base URL of the remote system.")
    parser.add_argument(
        "--setting",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="May be repeated. KEY=@FILE reads a text of several lines from a file.",
    )
    parser.add_argument(
        "--secret",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="May be repeated. KEY=@FILE reads a file and KEY=- the standard input, so that "
        "the secret is neither in the shell's history nor in the list of processes.",
    )
    parser.add_argument(
        "--allow-private", action="store_true", help="Allow an address in your own network."
    )


def add(options: dict[str, Any]) -> Answer:
    connection = connections.add_connection(
        kind=options["kind"],
        name=options["name"],
        url=options["url"],
        settings=pairs_of("--setting", options["setting"], read=text_of),
        credentials=pairs_of("--secret", options["secret"], read=secret_of),
        actor=command_actor(),
        allow_private=options["allow_private"],
    )
    lines = [f"{connection.name} is added.", f"`connection test {connection.name}` tries it."]
    return Answer(rows=_row(connection), lines=lines)


def list_all(options: dict[str, Any]) -> Answer:
    rows = [_row(connection) for connection in Connection.objects.select_related("resource")]
    columns = ("id", "name", "kind", "role", "state", "tested", "url")
    cells = [[row[column] for column in columns] for row in rows]
    lines = table([column.upper() for column in columns], cells)
    return Answer(rows=rows, lines=lines if rows else ["There is no connection yet."])


def test(options: dict[str, Any]) -> Answer:
    found = [connection_named(name) for name in options["names"]]
    reports = [(one, field_check.test_connection(one, actor=command_actor())) for one in found]
    return Answer(
        rows=[{"name": one.name, **connections.as_json(report)} for one, report in reports],
        lines=[line for one, report in reports for line in _told(one, report)],
        refusal=" ".join(filter(None, (_failure(one, report) for one, report in reports))),
    )


def pause(options: dict[str, Any]) -> Answer:
    connection = connection_named(options["name"])
    connections.pause_connection(connection, actor=command_actor(), reason=options["reason"])
    return _standing(connection, "is paused; its jobs wait.")


def resume(options: dict[str, Any]) -> Answer:
    connection = connection_named(options["name"])
    connections.resume_connection(connection, actor=command_actor())
    return _standing(connection, "goes on.")


def remove(options: dict[str, Any]) -> Answer:
    connection = connection_named(options["name"])
    name = connection.name
    connections.remove_connection(connection, actor=command_actor())
    return Answer(rows={"removed": name}, lines=[f"{name} is removed."])


def _told(connection: Connection, report: TestReport) -> list[str]:
    lines = [f"{connection.name} {report.version}".strip()]
    for check in report.checks:
        word = "ok" if check.ok else "FAILS"
        lines.append(f"  {word:5}  {check.name}: {check.detail}".rstrip(": "))
        if check.hint:
            lines.append(f"         → {check.hint}")
    return lines


def _failure(connection: Connection, report: TestReport) -> str:
    failed = [check.name for check in report.checks if not check.ok]
    return f"{connection.name} fails its test: {', '.join(failed)}." if failed else ""


def _standing(connection: Connection, words: str) -> Answer:
    connection.resource.refresh_from_db()
    return Answer(rows=_row(connection), lines=[f"{connection.name} {words}"])


def _row(connection: Connection) -> dict[str, Any]:
    tested = connection.last_test.get("ok")
    return {
        "id": connection.pk,
        "name": connection.name,
        "kind": connection.kind,
        "role": connection.role,
        "state": _state(connection.resource),
        "tested": "never" if tested is None else "ok" if tested else "fails",
        "url": connection.base_url,
        "settings": connection.settings,
        "secrets_set": sorted(connection.credentials),
    }


def _state(resource: Resource) -> str:
    if resource.paused:
        return "paused"
    return "ready" if resource.breaker_state == "closed" else "not answering"
