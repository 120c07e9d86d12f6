"""What to do with each SKU at each location of the storefront. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from integrations.records import ErpStock, StockWrite, StorefrontStock

ZERO = Decimal(0)
NOTHING = "0+0"  # the fingerprint of a level that is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the ERP can promise of one SKU where the storefront has one location.

    `is_left`: the flow does not sell it from there any more, but did: none is wanted there.
    """

    variant_ref: str
    sku: str
    location_id: str
    available: Decimal
    incoming: Decimal
    is_left: bool = False

    @property
    def ref(self) -> str:
        """Names it in links and plans."""
        return f"{self.variant_ref}@{self.location_id}"

    @property
    def fingerprint(self) -> str:
        return f"{_plain(self.available)}+{_plain(self.incoming)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`reason` is set for a skip; `write` is worked out once the storefront was asked."""

    what: Literal["write", "unchanged", "skip"]
    ref: str
    label: str
    wanted: Wanted | None = None
    reason: str = ""


def add_up(
    rows: Iterable[ErpStock], place_of: Callable[[ErpStock], str | None]
) -> tuple[list[Wanted], dict[str, str]]:
    """The sums per SKU and storefront location, and the ERP locations without one (ref → name)."""
    sums: dict[tuple[str, str], list[ErpStock]] = defaultdict(list)
    homeless: dict[str, str] = {}
    for row in rows:
        place = place_of(row)
        if place is None:
            homeless[row.location_ref] = row.location_name
        else:
            sums[row.variant_ref, place].append(row)
    wanted = [
        Wanted(
            variant_ref=variant_ref,
            sku=some[0].sku,
            location_id=place,
            available=sum((row.available for row in some), ZERO),
            incoming=sum((row.incoming for row in some), ZERO),
        )
        for (variant_ref, place), some in sums.items()
    ]
    return wanted, homeless


def left_behind(
    levels: Iterable[ErpStock], wanted: Iterable[Wanted], written: Mapping[str, str]
) -> list[Wanted]:
    """Of the variants of `levels`, what was written at locations that nothing of them belongs to
    any more: a warehouse mapping or the flow's `locations` changed. Those that are none already
    are left out."""
    skus = {one.variant_ref: one.sku for one in levels}
    kept = {one.ref for one in wanted}
    left = []
    for ref, fingerprint in written.items():
        variant_ref, _, place = ref.rpartition("@")
        if ref not in kept and fingerprint != NOTHING and variant_ref in skus:
            left.append(
                Wanted(
                    variant_ref=variant_ref,
                    sku=skus[variant_ref],
                    location_id=place,
                    available=ZERO,
                    incoming=ZERO,
                    is_left=True,
                )
            )
    return left


def decide(wanted: Sequence[Wanted], written: Mapping[str, str]) -> list[Decision]:
    """`written` maps refs to the fingerprint of what was last written."""
    return [
        Decision(
            what="unchanged" if written.get(one.ref) == one.fingerprint else "write",
            ref=one.ref,
            label=one.sku,
            wanted=one,
        )
        for one in wanted
    ]


def write_of(wanted: Wanted, held: StorefrontStock, uncounted: Decimal) -> StockWrite:
    """The level that lets a buyer have what the ERP can promise, and no piece more.

    `uncounted` is how much of this SKU the storefront has reserved for orders that the ERP
    does not have yet; at several locations all of it is taken to be at each.
    """
    level = held.at(wanted.location_id)
    reserved = level.reserved if level else ZERO
    return StockWrite(
        item_id=held.item_id,
        sku=wanted.sku,
        location_id=wanted.location_id,
        level_id=level.level_id if level else None,
        stocked=max(ZERO, wanted.available + max(ZERO, reserved - uncounted)),
        incoming=max(ZERO, wanted.incoming),
    )


def _plain(number: Decimal) -> str:
    """One text for one number, however many zeros it came with."""
    return format(number.normalize(), "f")
