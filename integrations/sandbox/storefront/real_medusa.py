"""One real Medusa server: prepared, started, seeded and stopped."""

import json
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil
import requests

from integrations.errors import NeedsOperator
from integrations.sandbox.storefront import postgres
from integrations.sandbox.storefront.commands import CommandFailed, node_environment, run, tail
from integrations.sandbox.storefront.packages import Packages, default_home
from integrations.sandbox.storefront.prerequisites import require_node
from integrations.sandbox.storefront.seed import ADMIN_EMAIL, ADMIN_PASSWORD, MedusaSeed, Seeder

STOP_S = 10
HEALTHY_S = 120


def _silent(line: str) -> None:
    pass


class RealMedusa:
    """A Medusa of our own on 127.0.0.1.

    `folder` keeps this run's data and logs, `home` the installed packages (shared, see
    packages.py). Without `database_url` MEDUSA_DATABASE_URL or the server of DATABASE_URL is
    used, else a private PostgreSQL is started. `plugin_options` are the plugin's module
    options; `start()` can also set them through the environment. `progress` gets one line
    for each thing that takes a while.

    Raises MissingPrerequisite where Node, npm or PostgreSQL is missing, CommandFailed where
    one of their programs fails.
    """

    def __init__(
        self,
        *,
        folder: Path,
        port: int = 0,
        database_url: str = "",
        plugin_options: Mapping[str, object] | None = None,
        home: Path | None = None,
        with_admin: bool = False,
        progress: Callable[[str], None] = _silent,
    ) -> None:
        self.folder = folder.resolve()
        self.port = port or postgres.free_port()
        self.log = self.folder / "medusa.log"
        self.packages = Packages(home or default_home(), with_admin=with_admin, say=progress)
        self._database_url = database_url or postgres.database_url_from_environment()
        self._cluster: postgres.PrivateCluster | None = None
        self._plugin_options = dict(plugin_options or {})
        self._with_admin = with_admin
        self._say = progress
        self._sends_to = ("", "")
        self._process: subprocess.Popen[bytes] | None = None
        self._token_secrets = {
            name: secrets.token_hex(32) for name in ("JWT_SECRET", "COOKIE_SECRET")
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        """Where the data is; starts the private PostgreSQL when it is the one to use."""
        if not self._database_url:
            self._cluster = postgres.PrivateCluster(self.folder / "postgres")
            self._say("Starting a private PostgreSQL …")
            self._database_url = self._cluster.start()
        return self._database_url

    def prepare(self) -> None:
        """Everything before `start()`: install, build_plugin, build, migrate. Idempotent."""
        self.install()
        self.build_plugin()
        self.build()
        self.migrate()

    def install(self) -> None:
        """Installs Medusa into the shared cache folder unless it is there."""
        require_node()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.packages.install()

    def build_plugin(self) -> None:
        """Builds, packs and installs the plugin unless it is unchanged."""
        self.packages.build_plugin()

    def build(self) -> None:
        """Builds the app unless it is unchanged."""
        self.packages.build()

    def migrate(self) -> None:
        """Creates the database and its tables, the plugin's too; skipped when up to date.

        Raises NeedsOperator when the database holds tables that no run in this folder made.
        """
        stamp = self._migrated_stamp
        created = self.ensure_database()
        # A private server gets another port each time; its data are the folder's in any case.
        where = "private" if self._cluster else self.database_url
        wanted = f"{self.packages.stamp} {where}"
        if not created and stamp.exists() and stamp.read_text() == wanted:
            return
        self._say("Creating Medusa's tables …")
        self._medusa("db:migrate", "--execute-all-links", "--execute-all-search")
        stamp.write_text(wanted)

    def ensure_database(self) -> bool:
        """Creates the database unless it is there, and remembers that it is ours to drop.

        True when it was created. Raises NeedsOperator as `migrate` does.
        """
        url = self.database_url
        created = postgres.ensure_database(url)
        if created:
            self._created_mark.write_text(url)
        elif self._cluster is None and not self._knows(url) and postgres.has_tables(url):
            raise NeedsOperator(
                "The database named for Medusa holds tables already.",
                reason="database_in_use",
                hint="Let MEDUSA_DATABASE_URL name an empty or a new database, or unset it.",
            )
        return created

    def start(self, *, events_url: str = "", secret: str = "") -> None:
        """Starts the server and waits until it answers.

        `events_url` is the portal's hook address and `secret` (whsec_…) signs what the plugin
        sends there; without them the plugin stores its messages and sends nothing.
        """
        _end_leftover(self._pid_file)
        self._sends_to = (events_url, secret)
        environment = {
            "NODE_ENV": "production",
            "ERP_PORTAL_URL": events_url,
            "ERP_PORTAL_SECRET": secret,
        }
        self._say(f"Starting Medusa on {self.url} …")
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603 (our own fixed command)
                [*self.packages.cli, "start", "-H", "127.0.0.1", "-p", str(self.port)],
                cwd=self.packages.app / ".medusa" / "server",
                env=self._environment(environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches us alone; we stop it in order
            )
        self._pid_file.write_text(str(self._process.pid))
        self.wait_until_healthy()

    def wait_until_healthy(self, timeout_s: float = HEALTHY_S) -> None:
        """Returns when /health answers; raises CommandFailed with the log's end otherwise."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                raise CommandFailed(f"Medusa ended while starting:\n{tail(self.log)}")
            if self.is_healthy():
                return
            time.sleep(0.2)
        raise CommandFailed(f"Medusa did not answer in {timeout_s:.0f} s:\n{tail(self.log)}")

    def is_healthy(self) -> bool:
        """Whether the server answers now."""
        try:
            return requests.get(f"{self.url}/health", timeout=5).ok
        except requests.RequestException:
            return False

    def seed(self) -> MedusaSeed:
        """Fills the started server with a small shop; safe to repeat, see seed.py."""
        self._say("Seeding the storefront …")
        return Seeder(self.url, create_admin=self._create_admin).run()

    def send_events_to(self, events_url: str, secret: str) -> None:
        """Restarts the server with another hook address, unless it has this one already."""
        if self._process is None or self._sends_to != (events_url, secret):
            self.stop_server()
            self.start(events_url=events_url, secret=secret)

    def stop_server(self) -> None:
        """Stops Medusa but leaves its database; `start()` brings it back with all data."""
        if self._process is not None:
            if self._process.poll() is None:
                _end(psutil.Process(self._process.pid))
            self._process.wait()
            self._process = None
        self._pid_file.unlink(missing_ok=True)

    def stop(self) -> None:
        """Stops Medusa and the private PostgreSQL; the data stays."""
        self.stop_server()
        if self._cluster is not None:
            self._cluster.stop()
            self._cluster, self._database_url = None, ""

    def remove(self) -> None:
        """Stops everything and deletes this run's data; the packages stay.

        A database is dropped only where we created it; one that a person made stays.
        """
        self.stop_server()
        if self._cluster is not None:
            self._cluster.remove()
        elif self._database_url and self._has_created_database:
            postgres.drop_database(self._database_url)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _knows(self, url: str) -> bool:
        """Whether the tables in it are from an earlier run in this folder."""
        stamp = self._migrated_stamp
        is_migrated = stamp.exists() and stamp.read_text().endswith(f" {url}")
        return self._has_created_database or is_migrated

    @property
    def _migrated_stamp(self) -> Path:
        return self.folder / ".migrated"

    @property
    def _created_mark(self) -> Path:
        return self.folder / ".created"

    @property
    def _has_created_database(self) -> bool:
        mark = self._created_mark
        return mark.exists() and mark.read_text() == self._database_url

    @property
    def _pid_file(self) -> Path:
        return self.folder / "medusa.pid"

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        return node_environment(
            {
                "DATABASE_URL": self.database_url,
                "SANDBOX_PLUGIN_OPTIONS": json.dumps(self._plugin_options),
                "SANDBOX_ADMIN": "1" if self._with_admin else "0",
                **self._token_secrets,
                **more,
            }
        )

    def _medusa(self, *words: str) -> None:
        log = self.folder / "medusa-commands.log"
        command = [*self.packages.cli, *words]
        run(command, cwd=self.packages.app, env=self._environment({}), log=log)

    def _create_admin(self) -> None:
        self._medusa("user", "-e", ADMIN_EMAIL, "-p", ADMIN_PASSWORD)


def _end_leftover(pid_file: Path) -> None:
    # A run that was killed leaves its server behind, with this folder's database open.
    if not pid_file.exists():
        return
    try:
        process = psutil.Process(int(pid_file.read_text()))
        if "medusa" in " ".join(process.cmdline()):  # the number may be another program's by now
            _end(process)
    except (psutil.Error, ValueError):
        pass
    pid_file.unlink(missing_ok=True)


def _end(process: psutil.Process) -> None:
    members = [process, *process.children(recursive=True)]
    process.terminate()
    _, alive = psutil.wait_procs(members, timeout=STOP_S)
    for member in alive:
        member.kill()
