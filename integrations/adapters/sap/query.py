"""One read as an address: path and query options, encoded. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from integrations.adapters.sap.wire import any_of

_SAFE = "(),/:'*$"
# Addresses are kept under some 2000 characters: proxies cut longer ones.
KEYS_PER_READ = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """`path` is a set, an entity or a function with its keys in place."""

    path: str
    filter: str = ""
    select: tuple[str, ...] = ()
    expand: tuple[str, ...] = ()
    orderby: str = ""
    top: int | None = None
    skip: int | None = None
    counts: bool = False
    more: tuple[tuple[str, str], ...] = ()

    def address(self, *always: tuple[str, str]) -> str:
        """Relative to the service. `always` are options of the connection, like sap-client."""
        options = [
            ("$filter", self.filter),
            ("$select", ",".join(self.select)),
            ("$expand", ",".join(self.expand)),
            ("$orderby", self.orderby),
            ("$top", "" if self.top is None else str(self.top)),
            ("$skip", "" if not self.skip else str(self.skip)),
            ("$inlinecount", "allpages" if self.counts else ""),
            *self.more,
            *always,
        ]
        return f"{encoded_path(self.path)}{_question(options)}"


def encoded_path(path: str) -> str:
    return quote(path, safe="/()=',;$")


def _question(options: Iterable[tuple[str, str]]) -> str:
    given = [f"{name}={quote(value, safe=_SAFE)}" for name, value in options if value]
    return f"?{'&'.join(given)}" if given else ""


def chunks(values: Iterable[str], size: int = KEYS_PER_READ) -> Iterator[list[str]]:
    """Distinct values in their order, a few at a time."""
    distinct = list(dict.fromkeys(value for value in values if value))
    for start in range(0, len(distinct), size):
        yield distinct[start : start + size]


def reads_of(
    path: str,
    name: str,
    values: Iterable[str],
    *,
    only: str = "",
    select: tuple[str, ...] = (),
    expand: tuple[str, ...] = (),
) -> Sequence[Query]:
    """Reads that together bring the rows whose `name` is one of `values`."""
    return [
        Query(
            path=path,
            filter=" and ".join(filter(None, [only, any_of(name, part)])),
            select=select,
            expand=expand,
        )
        for part in chunks(values)
    ]
