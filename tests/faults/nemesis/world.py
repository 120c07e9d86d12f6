"""The whole product in one place: a shop, an ERP, servers of its own, the portal's processes."""

import contextlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import requests
from django.core.management import call_command
from django.utils import timezone

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.engine import runner
from integrations.flows.runs import request_run
from integrations.sandbox.connecting import Connected, connect
from integrations.sandbox.erp import API_KEY, seed_erp
from integrations.sandbox.processes import free_port
from integrations.sandbox.shop import seed_shop
from tests.faults.nemesis import pace
from tests.faults.nemesis.crew import Crew
from tests.faults.nemesis.schedule import Plan
from tests.support.postgres import as_default
from tests.support.processes import wait_for
from tests.support.servers import PostgresServer, RedisServer

DATABASE = "test_nemesis"


@dataclass
class World:
    """Everything a fault can hit. `redis` is None where the database carries the wake-ups."""

    shop: MedusaStandIn
    erp: OdooStandIn
    postgres: PostgresServer
    redis: RedisServer | None
    portal: Connected
    crew: Crew
    folder: Path


@contextmanager
def open_world(plan: Plan, folder: Path) -> Iterator[World]:
    """Starts all of it, products synced and events on their way; ends all of it."""
    with contextlib.ExitStack() as stack:
        postgres = stack.enter_context(PostgresServer())
        redis = stack.enter_context(RedisServer()) if plan.broker == "redis" else None
        url = postgres.create(DATABASE)
        stack.enter_context(as_default(url))
        call_command("migrate", verbosity=0, skip_checks=True)
        shop = stack.enter_context(MedusaStandIn())
        erp = stack.enter_context(OdooStandIn(api_key=API_KEY))
        portal = connect(seed_shop(shop), seed_erp(erp), now=timezone.now())
        _sync_products(portal)
        port = free_port()
        environment = {
            **pace.TIMES,
            "DATABASE_URL": url,
            "DOTENV": "off",
            "BASE_URL": f"http://127.0.0.1:{port}",
            "ENGINE_NOTIFY": "true" if plan.broker == "notify" else "false",
            **({"Q_REDIS_URL": redis.url} if redis else {}),
        }
        crew = Crew(trees=plan.trees, port=port, environment=environment, folder=folder)
        stack.callback(crew.end)
        crew.start()
        world = World(shop, erp, postgres, redis, portal, crew, folder)
        wait_for(crew.is_complete, "the worker trees did not start")
        _wire(world, environment["BASE_URL"])
        yield world


@contextmanager
def own_folder(folder: Path | None) -> Iterator[Path]:
    """`folder`, or a temporary one."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="nemesis-") as name:
        yield Path(name)


def _sync_products(portal: Connected) -> None:
    # The last seconds are left to the next run: what is being committed shows up late.
    request_run(portal.products, actor="nemesis", now=timezone.now() + timedelta(seconds=5))
    while runner.drain():
        continue


def _wire(world: World, base_url: str) -> None:
    wait_for(lambda: _answers(base_url), f"no web:\n{world.crew.web.log.read_text()}")
    world.erp.webhook_url = f"{base_url}{world.portal.erp.hook_path}"
    world.shop.hooks.configure(
        url=f"{base_url}{world.portal.shop.hook_path}",
        secret=world.portal.shop.credentials["hook_secret"],
    )


def _answers(base_url: str) -> bool:
    try:
        return requests.get(f"{base_url}/readyz", timeout=2).ok
    except requests.RequestException:
        return False
