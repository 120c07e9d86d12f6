"""The command line of the fault suite."""

import argparse
import os
import random
import signal
import sys
from collections.abc import Sequence

PATIENCE_S = 15.0
# A lease that is short for a test and long for a busy machine; everything else follows.
SHORT = {
    "ENGINE_LEASE_S": "0.8",
    "ENGINE_HEARTBEAT_S": "0.2",
    "ENGINE_BACKOFF_BASE_S": "0.1",
    "ENGINE_BREAKER_OPEN_S": "1",
    "DATABASE_IDLE_IN_TRANSACTION_S": "1.5",
}


def main(arguments: Sequence[str]) -> int:
    """Runs what the arguments ask for and returns the exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _end)  # so that databases are dropped and workers ended
    _load_django()
    from tests.faults import rules, sections
    from tests.support import postgres

    if options.make_template:
        postgres.create_migrated(options.make_template)
        return 0
    with sections.template(options.template) as template:
        if options.mutation:
            names = [name for name in options.mutation if name != "all"]
            return sections.mutation_proof(names, template=template)
        run = sections.Matrix(slots=options.jobs, template=template, patience_s=options.patience)
        if options.rules:
            return run.try_rules()
        if options.only or options.subset:
            cells = rules.ci_subset() if options.subset else rules.named_like(options.only)
            return run(cells)
        return max(
            run(rules.planned()),
            sections.mutation_proof([], template=template),
            sections.flow_level(),
            sections.nemesis(seed=options.seed, seconds=options.nemesis),
        )


def _end(number: int, frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough, and cleaning up takes a while
    sys.exit(128 + number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--only", action="append", metavar="PATTERN")
    parser.add_argument("--subset", choices=["ci"])
    parser.add_argument("--mutation", action="append", metavar="NAME")
    parser.add_argument("--jobs", type=int, default=6, metavar="N")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), metavar="N")
    parser.add_argument("--nemesis", type=float, default=120, metavar="SECONDS")
    parser.add_argument("--rules", action="store_true")
    parser.add_argument("--template", default="", help="a migrated database named test_…")
    parser.add_argument("--make-template", metavar="NAME", help="makes such a database, no more")
    parser.add_argument("--patience", type=float, default=PATIENCE_S, metavar="SECONDS")
    return parser


def _load_django() -> None:
    from tests.support import postgres

    os.environ.update(SHORT)
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["DATABASE_URL"] = postgres.url_of("postgres")
    os.environ["ENGINE_EXTRA_KINDS"] = "tests.faults.kinds"
    sys.path.insert(0, os.getcwd())  # for the processes that are started
    import django

    django.setup()
