"""Customers of a page of which one cannot be read: it says so and stops no other. Pure."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from integrations.adapters.misreading import OF_SHAPE
from integrations.records import Address, ErpCustomer

Raw = TypeVar("Raw")
Found = TypeVar("Found")
Named = tuple[Any, Any, Any]


def read_customers(
    raws: Sequence[Raw], read: Callable[[Raw], ErpCustomer], named: Callable[[Raw], Named]
) -> tuple[ErpCustomer, ...]:
    """One record per row, in their order; of a row with a value that is none, what is wrong.

    `named` tells ref, number and name of a row as they came. Raises what the first row failed
    with where most of several fail, and what a row without a ref failed with: then the answer
    is of another shape, and not one customer.
    """
    found: list[ErpCustomer] = []
    bad: list[Exception] = []
    for raw in raws:
        try:
            found.append(read(raw))
        except OF_SHAPE as exc:
            ref, number, name = (_text(value) for value in named(raw))
            if not ref:
                raise
            bad.append(exc)
            problem = _problem_of(exc)
            found.append(unreadable_customer(ref, number=number, name=name, problem=problem))
    if len(found) > 1 and len(bad) > len(found) / 2:
        raise bad[0]
    return tuple(found)


def told(read: Callable[[Raw], Found], raw: Raw, otherwise: Found) -> Found:
    """What a row refers to; a row that cannot be read says so when it is read itself."""
    try:
        return read(raw)
    except OF_SHAPE:
        return otherwise


def unreadable_customer(ref: str, *, number: str, name: str, problem: str) -> ErpCustomer:
    """Blocked, for whoever looks at nothing else."""
    return ErpCustomer(
        ref=ref,
        number=number,
        name=name,
        tax_id="",
        email="",
        phone="",
        currency="",
        price_list_ref="",
        group_ref="",
        group_name="",
        payment_term_ref="",
        payment_term_name="",
        credit_limit=None,
        is_credit_known=False,
        is_blocked=True,
        block_reason="",
        is_tax_exempt=False,
        bill_to=Address(),
        ship_to=(),
        contacts=(),
        is_active=True,
        updated_at=None,
        problem=problem,
    )


def field(row: Mapping[str, Any], name: str, read: Callable[[Any], Found]) -> Found:
    """`read` of a field; what cannot be read is told with its name."""
    value = row[name]
    try:
        found = read(value)
    except OF_SHAPE as exc:
        raise ValueError(f"its {name} is {_shown(value)}, which cannot be read") from exc
    if isinstance(found, Decimal) and not found.is_finite():
        raise ValueError(f"its {name} is {_shown(value)}, which is no amount")
    return found


def flag_of(value: Any) -> bool:
    """Yes or no as the ERPs write it; empty is no. Raises ValueError for anything else."""
    if value is True or (isinstance(value, str) and value in ("T", "X", "true")):
        return True
    if value is None or value is False or (isinstance(value, str) and value in ("", "F", "false")):
        return False
    raise ValueError(f"{_shown(value)} is neither yes nor no")


def _shown(value: Any) -> str:
    return repr(value)[:60]


def _text(value: Any) -> str:
    is_told = isinstance(value, (str, int)) and not isinstance(value, bool)
    return str(value) if is_told else ""


def _problem_of(exc: Exception) -> str:
    if isinstance(exc, KeyError) and exc.args and isinstance(exc.args[0], str):
        return f"the ERP does not tell its {exc.args[0]}"
    if isinstance(exc, ValueError):
        return str(exc)
    return f"its data have a form that the portal does not know ({type(exc).__name__})"
