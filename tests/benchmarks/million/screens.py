"""The lists that read jobs, as the console shows them, among a million jobs."""

import re
import statistics
import time
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse

from integrations.engine.models import JobState
from integrations.looks import words
from tests import factories as make
from tests.benchmarks.million.rows import Remotes

LOOKS = 5
JOBS, ORDERS, ISSUES = "engine_syncjob", "integrations_order", "integrations_issue"


def pages(remotes: Remotes) -> dict[str, str]:
    """The address of each page, by what a person would call it."""
    found = {
        "jobs": _list(JOBS),
        "jobs, page 2": _list(JOBS, p="2"),
        "jobs, oldest first": _list(JOBS, o="1"),
        "jobs of a healthy connection": _list(JOBS, connection=str(remotes.healthy[3].pk)),
        "jobs of the dead connection": _list(JOBS, connection=str(remotes.dead.pk)),
        "jobs, key prefix": _list(JOBS, q="order:order_0001"),
        "jobs, rare key": _list(JOBS, q="heavy:7"),
        "jobs, number": _list(JOBS, q="500000"),
        "jobs, unknown key": _list(JOBS, q="nothing:1"),
        "parked jobs that send": _list(JOBS, attention="parked", kind="push_order"),
        "open jobs of the dead connection": _list(
            JOBS, attention="open", connection=str(remotes.dead.pk)
        ),
        "done jobs of one kind and connection": _list(
            JOBS,
            state__exact="done",
            kind="record_payment",
            connection=str(remotes.healthy[2].pk),
        ),
        "orders": _list(ORDERS),
        "issues": _list(ISSUES),
        "first page": reverse("admin:index"),
    }
    for attention in ("parked", "open", "doubt"):
        found[f"jobs, attention {attention}"] = _list(JOBS, attention=attention)
    for state in JobState.values:
        found[f"jobs, state {state}"] = _list(JOBS, state__exact=state)
    for kind in words.JOBS:
        found[f"jobs, kind {kind}"] = _list(JOBS, kind=kind)
    return found


def pages_ms(remotes: Remotes) -> dict[str, float]:
    """The median of each page, looked at by somebody who may see everything."""
    client = Client()
    client.force_login(make.UserFactory(username="bench", is_superuser=True))
    found = pages(remotes)
    found["jobs, last page"] = _list(JOBS, p=str(_last_page(client, found["jobs"])))
    return {name: _page_ms(client, address) for name, address in found.items()}


def _page_ms(client: Client, address: str) -> float:
    times = []
    for _ in range(LOOKS + 1):
        began = time.perf_counter()
        answer = client.get(address)
        times.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")
    return statistics.median(times[1:])  # the first one compiled the template


def _last_page(client: Client, address: str) -> int:
    """The highest page number that the list links to."""
    text = client.get(address).content.decode()
    return max(map(int, re.findall(r"[?&;]p=(\d+)", text)), default=1)


def _list(model: str, **filters: str) -> str:
    return f"{reverse(f'admin:{model}_changelist')}?{urlencode(filters)}"
