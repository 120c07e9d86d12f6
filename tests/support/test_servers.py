"""The tests' own servers come back with what they promised to keep, and leave nothing behind."""

from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from tests.support.servers import PostgresServer, RedisServer

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]


@pytest.mark.parametrize("mode", ["immediate", "fast"])
def test_postgres_keeps_what_was_committed_over_a_stop(mode: str) -> None:
    with PostgresServer() as server:
        url = server.create("test_kept")
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")

        server.stop("immediate" if mode == "immediate" else "fast")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url, connect_timeout=1)
        server.start()

        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
            assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_killed_postgres_comes_back() -> None:
    with PostgresServer() as server:
        url = server.create("test_killed")

        server.restart()
        server.kill()
        server.start()

        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_redis_forgets_when_flushed_and_when_stopped() -> None:
    with RedisServer() as server, redis.Redis.from_url(server.url) as client:
        client.set("a", "1")
        server.flush()
        assert client.get("a") is None

        client.set("a", "2")
        server.stop()
        with pytest.raises(redis.ConnectionError):
            client.get("a")
        server.start()
        assert client.get("a") is None


def test_nothing_is_left_after_a_failure_inside() -> None:
    with pytest.raises(RuntimeError), PostgresServer() as postgres, RedisServer() as second:
        servers = (postgres, second)
        tree = [psutil.Process(one.pid) for one in servers]
        tree += tree[0].children(recursive=True)
        raise RuntimeError

    assert [process for process in tree if lives(process)] == []
    assert not any(Path(one.folder).exists() for one in servers)


def lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
