"""A portal's database for one measurement."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support import postgres


@contextmanager
def own_database() -> Iterator[str]:
    """Its URL; it is the default one inside the block, and gone after it."""
    name = f"test_bench_catalog_{os.getpid()}"
    url = postgres.create_migrated(name)
    try:
        with postgres.as_default(url):
            yield url
    finally:
        postgres.drop(name)
