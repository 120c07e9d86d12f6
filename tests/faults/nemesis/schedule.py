"""What a run does and when: a pure function of its seed.

Faults are dealt from a shuffled pack, so that a run of some length meets every kind once
before it meets one twice. Targets are named by role and place, never by process id.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from integrations.sandbox.company import ATELIER, NORDWIND

LANES = ("orders", "batch")
# Who carries the wake-ups: PostgreSQL's NOTIFY, django-q2's table, or Redis.
BROKERS = ("notify", "table", "redis")
SKUS = ("TAPE-5M", "ANCHOR-6", "ANCHOR-8", "DRILL-18V", "SOCKET-DBL", "BREAKER-B16", "LAMP-50W")

# What is killed and stopped; those of a cluster have a lane and those of a kind a place.
IN_CLUSTER = ("worker", "monitor", "pusher", "sentinel", "main")
IN_TREE = ("beat", "supervisor")
ROLES = (*IN_CLUSTER, *IN_TREE, "web")
ANSWERS = ("stall", "fail", "throttle", "lose_answer", "slow_commit", "maintenance")
EVENTS = ("doubled", "reordered", "lost")
# The buyer cancels or changes the order (twice: edits), the shop captures its payment, the ERP
# ships it.
THENS = {"": 5, "cancel": 2, "edit": 1, "edits": 1, "capture": 2, "ship": 2}
# A shipment whose answer was lost waits for the shop's long settle time: for long runs only.
SHIPS_FROM_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """From `at` for `seconds` (0: at once), counted from the start of the run.

    `what` is kill, stop, postgres, redis, erp, shop or events; `which` is the role, the mode
    or the dial; `only` the calls that a dial hits.
    """

    at: float
    what: str
    which: str
    seconds: float = 0.0
    tree: int = 0
    lane: str = ""
    place: int = 0
    only: str = "*"

    @property
    def name(self) -> str:
        return f"{self.what} {self.which}"

    @property
    def ends(self) -> float:
        return self.at + self.seconds

    def __str__(self) -> str:
        where = f" of tree {self.tree}" if self.what in {"kill", "stop"} else ""
        where += f" {self.lane}/{self.place}" if self.lane else ""
        calls = "" if self.only == "*" else f" {self.only}"
        span = f" for {self.seconds:.1f} s" if self.seconds else ""
        return f"{self.at:6.1f} s  {self.name}{where}{calls}{span}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """An order, and what happens to it `later` seconds after it, if anything: see THENS."""

    at: float
    buyer: str
    country: str
    lines: tuple[tuple[str, int], ...]
    then: str = ""
    later: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    seed: int
    seconds: float
    broker: str
    trees: int
    faults: tuple[Fault, ...]
    purchases: tuple[Purchase, ...]

    @property
    def ships(self) -> bool:
        return any(one.then == "ship" for one in self.purchases)


def plan(seed: int, seconds: float, *, lease_s: float) -> Plan:
    """The whole run. Pure: the same arguments give the same plan, whoever asks."""
    broker = Random(f"{seed} broker").choice(BROKERS)
    trees = Random(f"{seed} trees").choice([2, 2, 3])
    faults = _faults(Random(f"{seed} faults"), seconds, broker, trees, lease_s)
    return Plan(
        seed=seed,
        seconds=seconds,
        broker=broker,
        trees=trees,
        faults=tuple(faults),
        purchases=tuple(_purchases(Random(f"{seed} purchases"), seconds)),
    )


def _faults(
    rng: Random, seconds: float, broker: str, trees: int, lease_s: float
) -> Iterator[Fault]:
    """Two faults of one system never overlap: the end of one would end the other."""
    free_at: dict[str, float] = {}
    at = rng.uniform(0.5, 1.5)
    kinds = _dealt(rng, broker)
    while at < seconds:
        what, which = next(kinds)
        fault = _fault(rng, at, what, which, trees, lease_s)
        alone = what not in {"kill", "stop"}
        if not alone or free_at.get(what, 0.0) <= at:
            yield fault
            free_at[what] = fault.ends + 0.2
        at += rng.uniform(0.4, 2.2)


def _dealt(rng: Random, broker: str) -> Iterator[tuple[str, str]]:
    pack = [("kill", role) for role in ROLES]
    pack += [("kill", "worker")] * 2  # it is what does the work
    pack += [("stop", role) for role in ROLES]
    pack += [("stop", "worker")] * 3  # the zombie writer
    pack += [("postgres", "immediate"), ("postgres", "fast")]
    pack += [("erp", answer) for answer in (*ANSWERS, "refuse")]
    pack += [("shop", answer) for answer in ANSWERS]
    pack += [("events", how) for how in EVENTS]
    pack += [("redis", "flush"), ("redis", "stop")] if broker == "redis" else []
    while True:
        rng.shuffle(pack)
        yield from list(pack)


def _fault(rng: Random, at: float, what: str, which: str, trees: int, lease_s: float) -> Fault:
    lane = rng.choices(LANES, (4, 1))[0] if which in IN_CLUSTER else ""
    return Fault(
        at=round(at, 2),
        what=what,
        which=which,
        seconds=round(_seconds(rng, what, which, lease_s), 2),
        tree=rng.randrange(trees),
        lane=lane,
        place=rng.randrange(2) if which == "worker" else 0,
        only=rng.choice(["*", "sale.order.*", "sale.order.load"]) if what == "erp" else "*",
    )


def _seconds(rng: Random, what: str, which: str, lease_s: float) -> float:
    if what == "kill" or which == "flush":
        return 0.0
    if what == "stop":
        return rng.uniform(1.2, 2.5) * lease_s
    return rng.uniform(1.0, 4.0)


def _purchases(rng: Random, seconds: float) -> Iterator[Purchase]:
    at = 0.2
    thens = {one: n for one, n in THENS.items() if one != "ship" or seconds >= SHIPS_FROM_S}
    while at < seconds:
        buyer, country = rng.choice([(NORDWIND.email, "de"), (ATELIER.email, "fr")])
        skus = rng.sample(SKUS, rng.randint(1, 3))
        then = rng.choices(list(thens), list(thens.values()))[0]
        yield Purchase(
            at=round(at, 2),
            buyer=buyer,
            country=country,
            lines=tuple((sku, rng.randint(1, 9)) for sku in skus),
            then=then,
            later=round(rng.uniform(0.1, 8.0), 2),
        )
        at += rng.uniform(0.8, 2.2)
