"""Portal, worker, ERP and storefront, each in processes of their own, connected and filled.

    with open_stage(Plan(folder=Path("var/demo")), say=print) as stage:
        ...  # stage.base_url answers, jobs run, orders can be placed

This process shares the stage's database (DATABASE_URL, empty at the start): what it sees
there is what the portal and its worker did.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from integrations.errors import NeedsOperator
from integrations.records.codec import from_json
from integrations.sandbox.connecting import Connected, Hook, connect, new_hook
from integrations.sandbox.desks import ErpDesk, ShopDesk
from integrations.sandbox.processes import (
    Processes,
    Program,
    StageFailed,
    first_line,
    free_port,
    require_free,
    wait_for,
)
from integrations.sandbox.seeds import Remotes
from integrations.sandbox.shop import with_company
from integrations.sandbox.storefront import MedusaSeed, RealMedusa
from integrations.sandbox.storefront.postgres import database_url_from_environment
from integrations.sandbox.storefront.prerequisites import require_node, require_postgres_binaries
from integrations.sandbox.storefront.shop_api import ShopApi, basic
from integrations.secrets import new_token

Say = Callable[[str], None]

# Quick enough to watch. Each sweep is a job of its own, so a demo that stays up goes slower.
PACE = {"SWEEP_OVERLAP_S": "5", "ENGINE_BACKOFF_BASE_S": "1", "ENGINE_BREAKER_OPEN_S": "3"}
SWEEP_ONCE_S, SWEEP_STAYING_S = "3", "6"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`folder` takes logs and data; `port` 0 means a free one."""

    folder: Path
    port: int = 0
    has_real_shop: bool = False
    has_faults: bool = False
    stays_up: bool = False

    @property
    def environment(self) -> dict[str, str]:
        """What portal and worker are told beside what they inherit."""
        return {**PACE, "SWEEP_S": SWEEP_STAYING_S if self.stays_up else SWEEP_ONCE_S}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything that runs. `shop_desk` is None for a real storefront."""

    base_url: str
    shop: MedusaSeed
    remotes: Remotes
    connected: Connected
    erp_desk: ErpDesk
    shop_desk: ShopDesk | None
    programs: tuple[Program, ...]


@contextmanager
def open_stage(plan: Plan, *, say: Say) -> Iterator[Stage]:
    """Starts everything in order and stops it in reverse, also when starting fails half-way.

    Raises StageFailed with a program's last words, and NeedsOperator when the database or the
    port is somebody's already.
    """
    require_free(plan.port)
    with ExitStack() as stack:
        medusa = _prepare_real_shop(stack, plan, say) if plan.has_real_shop else None
        processes = stack.enter_context(Processes(folder=plan.folder / "logs"))
        say("Starting a storefront and an ERP." if medusa is None else "Starting an ERP.")
        key = {"SANDBOX_KEY": new_token()}
        standins = _start_standins(processes, has_shop=medusa is None, env=key)
        say("Creating the portal's tables.")
        _prepare_database()
        say("Starting the portal and its worker.")
        base_url, portal = _start_portal(processes, plan, env=key)
        worker = processes.start("worker", _manage("worker"), env=plan.environment)
        remotes = from_json(Remotes, json.loads(first_line(standins)))
        hook = new_hook()
        shop = remotes.shop or _start_real_shop(medusa, f"{base_url}{hook.path}", hook)
        programs = (standins, portal, worker)
        wait_for("the portal answers", lambda: _answers(base_url), while_running=programs)
        connected = connect(shop, remotes.erp, now=timezone.now(), hook=hook)
        stage = Stage(
            base_url=base_url,
            shop=shop,
            remotes=remotes,
            connected=connected,
            erp_desk=ErpDesk(remotes.erp.url),
            shop_desk=ShopDesk(shop.url) if remotes.shop is not None else None,
            programs=programs,
        )
        _wire(stage, copies=3 if plan.has_faults else 1)
        yield stage


def _start_standins(processes: Processes, *, has_shop: bool, env: Mapping[str, str]) -> Program:
    words = [] if has_shop else ["--without-shop"]
    command = _manage("sandbox", "--json", *words)
    return processes.start("sandbox", command, env=env, reads_output=True)


def _prepare_database() -> None:
    if connection.introspection.table_names():  # asked first: migrating would change them
        raise NeedsOperator(
            "This database holds tables already.",
            reason="database_in_use",
            hint="Name an empty database with --database, or leave that out.",
        )
    call_command("migrate", verbosity=0, interactive=False)


def _start_portal(
    processes: Processes, plan: Plan, *, env: Mapping[str, str]
) -> tuple[str, Program]:
    port = plan.port or free_port()
    base_url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    # Without the limit it waits for ever for a worker that was just starting.
    command += ["--workers-kill-timeout", "3"]
    command += ["--host", "127.0.0.1", "--port", str(port), "erp_portal.wsgi:application"]
    told = {**plan.environment, **env, "BASE_URL": base_url}
    return base_url, processes.start("portal", command, env=told)


def _prepare_real_shop(stack: ExitStack, plan: Plan, say: Say) -> RealMedusa:
    """Installs and builds, before anything else is started: the first time takes minutes."""
    require_node()
    if not database_url_from_environment():
        require_postgres_binaries()
    medusa = RealMedusa(folder=plan.folder / "medusa", with_admin=plan.stays_up, progress=say)
    stack.callback(medusa.remove)  # its packages stay for the next time
    medusa.prepare()
    return medusa


def _start_real_shop(medusa: RealMedusa | None, events_url: str, hook: Hook) -> MedusaSeed:
    if medusa is None:
        raise StageFailed("The sandbox named no storefront.")
    medusa.start(events_url=events_url, secret=hook.secret)
    return with_company(medusa.seed())


def _wire(stage: Stage, *, copies: int) -> None:
    """Tells both remotes where to call; a real shop was told when it was started."""
    connected = stage.connected
    stage.erp_desk.send_events(f"{stage.base_url}{connected.erp.hook_path}")
    if stage.shop_desk is not None:
        url = f"{stage.base_url}{connected.hook.path}"
        stage.shop_desk.send_events(url, connected.hook.secret, copies=copies)
    else:
        _deliver_waiting(stage.shop)


def _deliver_waiting(shop: MedusaSeed) -> None:
    """Has a real shop send again what it sent before its connection was there to take it."""
    api = ShopApi(shop.url, {"Authorization": basic(shop.secret_key)})
    api.post("/admin/erp-portal/redeliver", {})
    wait_for(
        "the storefront's first events arrive",
        lambda: api.get("/admin/erp-portal/status")["pending"] == 0,
    )


def _answers(base_url: str) -> bool:
    try:
        return requests.get(f"{base_url}/readyz", timeout=2).ok
    except requests.RequestException:
        return False


def _manage(*words: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
