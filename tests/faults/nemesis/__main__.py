"""python -m tests.faults.nemesis --seed N --seconds S [--logs folder]; exits 1 on a failure."""

import argparse
import os
import secrets
import sys
from pathlib import Path


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    asked.add_argument("--seconds", type=float, default=30)
    asked.add_argument("--logs", type=Path, help="keeps the logs of all processes here")
    words = asked.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from tests.faults import nemesis

    sys.stdout.write(f"seed {words.seed}, {words.seconds:.0f} s\n")
    sys.stdout.flush()
    report = nemesis.run(words.seed, words.seconds, folder=words.logs)
    sys.stdout.write("\n".join(report.lines()) + "\n")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
