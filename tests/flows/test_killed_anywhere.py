"""A batch flow that is killed anywhere and started again ends as one that nobody disturbed.

Two nights of each flow are told once without a fault, which says how many calls and writes they
make. Then they are told once for each: the process is killed there, another one goes on.
"""

import copy
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from integrations.engine import lease, runner
from integrations.engine.models import OPEN, Resource, SyncJob
from integrations.flows.runs import batch as batches
from integrations.flows.runs import register_batch, request_run
from integrations.models import (
    Account,
    Buyer,
    CustomerCopy,
    Flow,
    IdLink,
    PriceRow,
    Run,
    StockLevel,
)
from integrations.sandbox.storefront.shop_api import ShopApi, basic
from tests.faults.forks import Fork
from tests.flows.kill_stories import Story, stories
from tests.support.kill_points import NEVER, Trap, WatchedShop, watch_writes
from tests.support.shop_state import doubles, orphans, state_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

KINDS = ("products", "moving SKUs", "prices", "stock", "customers")
# The long story of three nights; all others are told once for every call and write.
STEPS = {"moving SKUs": (2, 4)}
EVERY_CALL = [(kind, STEPS.get(kind, (1, 1))[0]) for kind in KINDS]
EVERY_WRITE = [(kind, STEPS.get(kind, (1, 1))[1]) for kind in KINDS]
NIGHT = timedelta(days=1)


def _copy(this: Path, there: Path) -> None:
    """As SQLite does it: threads of tests before may still have the file open."""
    with closing(sqlite3.connect(this)) as source, closing(sqlite3.connect(there)) as target:
        source.backup(target)


@dataclass
class Theatre:
    """One story, told again and again from the same beginning."""

    story: Story
    medusa: WatchedShop
    flow: Flow
    folder: Path

    def __post_init__(self) -> None:
        self._began = timezone.now()
        self._parts = ("catalogue", "customers", "price_lists", "checkout")
        self._shop = self._copied({name: getattr(self.medusa, name) for name in self._parts})
        self._file = Path(connection.settings_dict["NAME"])
        self._saved = self.folder / "beginning.sqlite3"
        _copy(self._file, self._saved)

    def begin_anew(self) -> None:
        connections.close_all()
        _copy(self._saved, self._file)
        with self.medusa.lock:
            for name, part in self._copied(self._shop).items():
                setattr(self.medusa, name, part)
            self.medusa.log.clear()

    # -- telling it

    def tell(self) -> None:
        """From where it stands to the end of the last night."""
        for night in range(self._nights_over(), len(self.story.nights)):
            self.story.night = night
            now = self._began + NIGHT * (night + 1)
            for _ in range(2):  # a run that is over may still have to be taken note of
                if self._nights_over() <= night:
                    flow = Flow.objects.get(pk=self.flow.pk)
                    request_run(flow, actor="olga", complete=True, now=now)
                self._work()

    def _nights_over(self) -> int:
        return Run.objects.filter(flow=self.flow, state="done").count()

    def tell_and_die(self, *, call: int = NEVER, write: int = NEVER) -> tuple[int, int]:
        """In a process of its own, which is killed at that call or write; how many of each it
        came to."""
        told = self.folder / "writes"
        self.medusa.trap = calls = Trap(call, pid=None)

        def body(_: int) -> None:
            trap = Trap(write)
            watch_writes(trap)
            self.tell()
            told.write_text(str(trap.count))

        told.unlink(missing_ok=True)
        fork = Fork(body, self.folder / "log")
        calls.kills(fork.pid)
        code = fork.wait()
        self.medusa.trap = None
        expected = 0 if call == write == NEVER else -9
        assert code == expected, (self.folder / "log").read_text()[-3000:]
        return calls.count, int(told.read_text()) if told.exists() else 0

    def told_after_death(self, *, call: int = NEVER, write: int = NEVER) -> dict[str, Any]:
        """The outcome of a telling from the beginning that was killed there and taken up again."""
        self.begin_anew()
        self.tell_and_die(call=call, write=write)
        self.recover()
        self.tell()
        return self.outcome()

    def recover(self) -> None:
        """As the sweep does once the lease of the dead process has run out."""
        past = timezone.now() - timedelta(seconds=1)
        SyncJob.objects.filter(lease_until__isnull=False).update(lease_until=past)
        lease.sweep()

    def _work(self) -> None:
        moving = SyncJob.objects.filter(state__in=OPEN)
        for _ in range(20):
            past = timezone.now() - timedelta(seconds=1)
            moving.filter(due_at__gt=past).update(due_at=past)
            Resource.objects.update(not_before=None)
            while runner.drain("batch"):
                pass
            if not moving.exists():
                return
        raise AssertionError([*moving.values_list("kind", "state", "error_text")])

    # -- how it ended

    @property
    def admin(self) -> ShopApi:
        return ShopApi(self.medusa.url, {"Authorization": basic(self.medusa.shop.secret_key)})

    def outcome(self) -> dict[str, Any]:
        runs = Run.objects.filter(flow=self.flow).order_by("id")
        return {
            "shop": state_of(self.admin),
            "doubles": doubles(self.admin),
            "orphans": orphans(self.admin),
            "runs": [*runs.values_list("state", "failed", "skipped", "read")],
            "portal": portal(),
        }

    @staticmethod
    def _copied(parts: dict[str, Any]) -> dict[str, Any]:
        return copy.deepcopy(parts)


def portal() -> dict[str, Any]:
    """What the portal keeps, without ids that the shop gave."""
    links = IdLink.objects.exclude(kind="price_list").values_list("kind", "source_ref", "label")
    made = IdLink.objects.filter(kind="price_list").values_list("source_ref", "label")
    prices = PriceRow.objects.values_list("ref", "written", "problem", "is_in_doubt", "is_active")
    levels = StockLevel.objects.values_list("variant_ref", "location_ref", "available")
    companies = Account.objects.values_list("name", "is_active", "is_blocked_in_erp")
    copies = CustomerCopy.objects.values_list("ref", "is_present", "written")
    buyers = Buyer.objects.values_list("email", "is_active", "account__name")
    tables = {
        "links": [(kind, ref if kind != "account" else "", label) for kind, ref, label in links],
        "lists": made,
        "prices": prices,
        "levels": levels,
        "companies": companies,
        "copies": copies,
        "buyers": buyers,
    }
    return {name: sorted(map(str, rows)) for name, rows in tables.items()}


@pytest.fixture
def theatre(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Theatre]:
    if connection.vendor != "sqlite":
        pytest.skip("its database is put back as a file")
    story = stories()[request.param]
    usual = batches.batch_of(story.kind)
    register_batch(story.kind, story.open)
    with WatchedShop() as medusa:
        yield Theatre(story=story, medusa=medusa, flow=story.flow(medusa), folder=tmp_path)
    register_batch(story.kind, usual)


@pytest.mark.parametrize(("theatre", "step"), EVERY_CALL, indirect=["theatre"])
def test_killed_at_any_call_it_ends_as_if_undisturbed(theatre: Theatre, step: int) -> None:
    calls, writes, wanted = undisturbed(theatre)
    assert calls > 10

    for number in range(1, calls + 1, step):
        assert theatre.told_after_death(call=number) == wanted, (
            f"killed at call {number} of {calls}"
        )


@pytest.mark.parametrize(("theatre", "step"), EVERY_WRITE, indirect=["theatre"])
def test_killed_at_any_write_it_ends_as_if_undisturbed(theatre: Theatre, step: int) -> None:
    calls, writes, wanted = undisturbed(theatre)
    assert writes > 20

    for number in range(1, writes + 1, step):
        assert theatre.told_after_death(write=number) == wanted, (
            f"killed at write {number} of {writes}"
        )


def undisturbed(theatre: Theatre) -> tuple[int, int, dict[str, Any]]:
    """How many calls and writes it takes, and how it ends."""
    theatre.begin_anew()
    calls, writes = theatre.tell_and_die()
    wanted = theatre.outcome()
    assert (wanted["doubles"], wanted["orphans"]) == ([], [])
    assert {run[:2] for run in wanted["runs"]} == {("done", 0)}
    return calls, writes, wanted
