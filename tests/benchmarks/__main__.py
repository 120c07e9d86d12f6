"""Runs benchmarks and prints reference, ours, ratio and goal; exits 1 where a goal is missed."""

import argparse
import importlib
import os
import pkgutil
import sys

import django

from tests.benchmarks import Measurement


def main(names: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp_portal.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    from tests import benchmarks

    known = sorted(
        name for _, name, is_package in pkgutil.iter_modules(benchmarks.__path__) if is_package
    )
    unknown = set(names) - set(known)
    if unknown:
        sys.stderr.write(f"No benchmark {', '.join(sorted(unknown))}; known: {', '.join(known)}\n")
        return 2
    missed = 0
    for name in names or known:
        for row in importlib.import_module(f"tests.benchmarks.{name}").measure():
            missed += not row.is_met
            sys.stdout.write(
                f"{name}: {row.name}: reference {row.reference:.3f} {row.unit} "
                f"({row.reference_name}), ours {row.ours:.3f} {row.unit}, "
                f"ratio {row.ratio:.2f}, {_judged(row)}\n"
            )
    return 1 if missed else 0


def _judged(row: Measurement) -> str:
    if row.goal is None:
        return "no goal"
    sign = "≤" if row.is_cost else "≥"
    return f"goal {sign} {row.goal:.2f}: {'met' if row.is_met else 'MISSED'}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="tests.benchmarks")
    parser.add_argument("names", nargs="*", help="all of them without one")
    parser.add_argument("--scale", default="", help="as BENCH_SCALE: 0.05 is a twentieth")
    given = parser.parse_args()
    if given.scale:
        os.environ["BENCH_SCALE"] = given.scale
    sys.exit(main(given.names))
