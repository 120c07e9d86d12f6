"""The jobs of a cell, its remote, and what they must come to."""

from typing import Any

from django.apps import apps
from django.db import connection

from integrations.engine import limits
from integrations.engine.models import JobState, SyncJob
from integrations.engine.start import start_job
from tests.faults import kinds
from tests.faults.cells import Cell
from tests.faults.checker import Expected
from tests.faults.remote import Remote

FIRST, SECOND, OTHER = "A-1", "A-2", "B-1"


class Scene:
    """Two jobs of one key, whose first one meets the fault, and one of another key."""

    def __init__(self, cell: Cell, remote: Remote) -> None:
        self.cell, self.remote = cell, remote
        erp = limits.create_resource("the ERP", max_running=4)
        storefront = limits.create_resource("the storefront", max_running=4)
        self._resources = {"erp": erp.pk, "storefront": storefront.pk}
        self._dial()

    def start_all(self) -> None:
        self.start_key()
        self.start_other()

    def start_first(self) -> None:
        self.start(FIRST)

    def start_key(self) -> None:
        self.start_first()
        self.start(SECOND)

    def start_rest(self) -> None:
        """All but the first."""
        self.start(SECOND)
        self.start_other()

    def start_other(self) -> None:
        self.start(OTHER, kind=kinds.OTHER.name)

    def start(self, reference: str, *, kind: str = "") -> SyncJob:
        payload = self.payload(reference)
        return start_job(
            kind or kinds.KINDS[self.cell.step].name,
            key=f"order:{payload['key']}",
            payload=payload,
            resources=self._resources,
            actor="test",
        )

    def payload(self, reference: str) -> dict[str, Any]:
        key, _, seq = reference.partition("-")
        return {
            "reference": reference,
            "key": key,
            "seq": int(seq),
            "url": self.remote.url,
            "resources": self._resources,
        }

    def _dial(self) -> None:
        route, answer = self.cell.route, self.cell.answer
        if self.cell.step == "undo":
            self.remote.refused.add(("pay", FIRST))
        if answer == "refused":
            self.remote.refused.add((route, FIRST))
        elif answer == "lost":
            self.remote.dials.set("lose_answer", times=1, only=route)
        elif answer == "slow":
            self.remote.dials.set("slow_commit", seconds=kinds.SLOW_S, times=1, only=route)
        elif answer == "throttled":
            self.remote.dials.set("throttle", seconds=kinds.RETRY_AFTER_S, times=1, only=route)

    def was_answered(self) -> bool:
        """Whether the remote has given the answer that the cell is about."""
        if self.cell.action == "kill_each":
            return True  # nobody lives long enough to ask
        faults = {"lost": "lose_answer", "slow": "slow_commit", "throttled": "throttle"}
        answer, route = self.cell.answer, self.cell.route
        with self.remote.lock:
            calls = [entry for entry in self.remote.log if entry.route == route]
        if answer == "refused":
            return any(call.status == 422 for call in calls)
        return any(call.fault == faults.get(answer, "") for call in calls)

    def expected(self) -> Expected:
        first, second = self._ends()
        throttles = self.cell.answer == "throttled"
        on_erp = {"reserve", "create", "cancel", "release", "pay", "other", "find"}
        later = self.cell.step == "later"  # its note is on the storefront, all else on the ERP
        return Expected(
            jobs={FIRST: first, SECOND: second, OTHER: JobState.DONE},
            waits=frozenset({"note"} if later else {*on_erp, "note"}) if throttles else frozenset(),
            retry_after_s=kinds.RETRY_AFTER_S,
        )

    def _ends(self) -> tuple[str, str]:
        if self.cell.action == "kill_each":
            return JobState.PARKED, JobState.QUEUED
        is_refused = self.cell.answer == "refused"
        if self.cell.step == "undo":
            turned_back = (JobState.COMPENSATED, JobState.DONE)
            return (JobState.PARKED, JobState.QUEUED) if is_refused else turned_back
        if not is_refused:
            return JobState.DONE, JobState.DONE
        if self.cell.step in {"create", "pivot"}:
            return JobState.COMPENSATED, JobState.DONE  # its reservation can be undone
        return JobState.PARKED, JobState.QUEUED  # a parked order blocks its key


def wipe() -> None:
    """Empties the tables that a cell fills."""
    models = [*apps.get_app_config("engine").get_models(), apps.get_model("django_q", "OrmQ")]
    models += [apps.get_model("integrations", name) for name in ("Event", "Connection")]
    tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables} CASCADE")
