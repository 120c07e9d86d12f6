"""`manage.py check_mapping`: is this mapping of a custom ERP usable, and does it fit its ERP?"""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from integrations import adapters
from integrations.adapters.custom.adapter import ports_of
from integrations.adapters.custom.dry_run import SampleRequest, sample_requests
from integrations.adapters.custom.mapping import json_schema, load_mapping
from integrations.errors import PortalError
from integrations.http import Session
from integrations.management.command import Answer, PortalCommand, add_json, sentence
from integrations.management.pairs import pairs_of, secret_of
from integrations.records import TestReport


class Command(PortalCommand):
    help = "Checks the mapping of a custom ERP, shows what it would send, tries it with --url."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="The mapping, as it goes into the connection.")
        parser.add_argument("--url", help="Try it on this ERP; only calls that read are made.")
        parser.add_argument(
            "--secret",
            action="append",
            default=[],
            metavar="KEY=VALUE",
            help="As for `connection add`: KEY=@FILE reads a file, KEY=- the standard input.",
        )
        parser.add_argument(
            "--allow-private", action="store_true", help="Allow an address in your own network."
        )
        parser.add_argument("--schema", action="store_true", help="Print the JSON Schema instead.")
        add_json(parser)
        parser.set_defaults(run=run)


def run(options: dict[str, Any]) -> Answer:
    if options["schema"]:
        text = json.dumps(json_schema(), indent=1)
        return Answer(rows=json_schema(), lines=[text])
    text = _text(options["file"])
    mapping = load_mapping(text)
    samples, serves = sample_requests(mapping), ports_of(mapping)
    report = _tried(text, options) if options["url"] else None
    lines = [f"{mapping.title}: no mistakes.", f"It serves {', '.join(serves)}.", ""]
    lines += ["What it would send for a made-up order:", *map(_told, samples)]
    rows = {
        "title": mapping.title,
        "serves": serves,
        "requests": [{name: getattr(one, name) for name in _SHOWN} for one in samples],
    }
    if report is None:
        return Answer(rows=rows, lines=lines)
    checks = [{"name": one.name, "ok": one.ok, "detail": one.detail} for one in report.checks]
    return Answer(
        rows={**rows, "checks": checks},
        lines=[*lines, "", f"On {options['url']}:", *_report(report)],
        refusal="" if report.is_ok else "The mapping does not fit this ERP yet.",
    )


_SHOWN = ("where", "line", "request", "body", "problem")


def _text(path: str | None) -> str:
    if not path:
        raise CommandError("Name the file of the mapping, or --schema.", returncode=2)
    try:
        return Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise CommandError(f"{path} cannot be read: {exc}.") from exc


def _tried(text: str, options: dict[str, Any]) -> TestReport:
    secrets = pairs_of("--secret", options["secret"], read=secret_of)
    session = Session(
        base_url=options["url"],
        allow_private=options["allow_private"],
        secrets=tuple(secrets.values()),
    )
    try:
        adapter = adapters.spec("custom").open(session, {"mapping": text}, secrets)
        report: TestReport = adapter.test()
    except PortalError as exc:
        raise CommandError(sentence(exc)) from exc
    finally:
        session.close()
    return report


def _told(one: SampleRequest) -> str:
    if one.problem:
        return f"  line {one.line:3}  {one.where}: {one.problem}"
    body = f"\n            {one.body}" if one.body else ""
    return f"  line {one.line:3}  {one.where}: {one.request}{body}"


def _report(report: TestReport) -> list[str]:
    lines = []
    for check in report.checks:
        word = "ok" if check.ok else "FAILS"
        lines.append(f"  {word:5}  {check.name}: {check.detail}".rstrip(": "))
        if check.hint:
            lines.append(f"         {check.hint}")
    return lines
