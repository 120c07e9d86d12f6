"""What the ports of an adapter raise: our errors alone.

Answers are read without looking at the type of each value, so one of another shape (a field that
is gone, an object where a number was) shows as an exception of Python. Whoever calls a port gets
`Misread` instead, which says so to an operator.
"""

from collections.abc import Callable, Iterator
from functools import cache, wraps
from typing import Any

from integrations import ports
from integrations.errors import Misread

OF_SHAPE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def guarded(adapter: Any, *, title: str) -> Any:
    """The same adapter; every method of a port raises `Misread` for an answer of another shape."""
    for name in _methods():
        method = getattr(adapter, name, None)
        if callable(method):
            setattr(adapter, name, _guarded(method, title))
    return adapter


def misread(exc: BaseException, *, title: str) -> Misread:
    """Names the field where one is missing; other values may be a buyer's and are not told."""
    what = type(exc).__name__
    if isinstance(exc, KeyError) and exc.args and isinstance(exc.args[0], str):
        what = f"no {exc.args[0]!r}"
    return Misread(
        f"{title} answered in a way the portal does not know ({what}).",
        hint="Look at the last exchange of this connection: an upgrade or an extension may have "
        "changed the answer. “Test connection” compares the fields.",
    )


@cache
def _methods() -> frozenset[str]:
    kinds = [getattr(ports, name) for name in ports.__all__]
    return frozenset(
        name
        for kind in kinds
        for name, value in vars(kind).items()
        if not name.startswith("_") and callable(value)
    )


def _guarded(method: Callable[..., Any], title: str) -> Callable[..., Any]:
    @wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            found = method(*args, **kwargs)
        except OF_SHAPE as exc:
            raise misread(exc, title=title) from exc
        return _read_on(found, title) if isinstance(found, Iterator) else found

    return call


def _read_on(rows: Iterator[Any], title: str) -> Iterator[Any]:
    """What is read while it is walked over."""
    try:
        yield from rows
    except OF_SHAPE as exc:
        raise misread(exc, title=title) from exc
