"""Where an agreed order is delivered and billed to: as it was signed, unless people decide.

An address that somebody changed in the storefront after the acceptance may be a wish of the buyer
or a theft of the goods. Such an order waits: the addresses are put right there, or a person
chooses between the signed ones and those of the storefront, and a second person agrees.
"""

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Protocol

from integrations.errors import NeedsOperator
from integrations.records import Address, StorefrontOrder

if TYPE_CHECKING:
    from integrations.flows.orders.overrides import Overrides

DIFFER = "quoted_addresses_differ"
SEEN = "addresses"  # among the ids of the refusal: the digest of what its sentence tells
SIGNED, OF_STOREFRONT = "signed", "storefront"
CHOICES = ((SIGNED, "Those that were signed"), (OF_STOREFRONT, "Those of the storefront now"))


class Signed(Protocol):
    """An agreement, as far as places go; None where it says nothing of one."""

    @property
    def name(self) -> str: ...
    @property
    def ship_to(self) -> Address | None: ...
    @property
    def bill_to(self) -> Address | None: ...


def refuse_elsewhere(seen: StorefrontOrder, signed: Signed, overrides: "Overrides") -> None:
    """Raises NeedsOperator, with both addresses, for an order that goes elsewhere than agreed.

    What a person decided counts for the addresses that they saw.
    """
    if overrides.addresses == SIGNED:
        return
    if overrides.addresses == OF_STOREFRONT and overrides.addresses_for == digest(seen):
        return
    changed = _changed(seen, signed)
    if changed:
        raise NeedsOperator(
            f"Order {seen.display_id} was accepted with {signed.name}, {' and '.join(changed)}.",
            reason=DIFFER,
            cause=f"{DIFFER}:{seen.order_id}",
            hint="Ask the buyer. Then put the addresses right in the storefront and requeue, or "
            "edit this job and say which addresses count.",
            ids={"order": seen.order_id, SEEN: digest(seen)},
        )


def places(
    seen: StorefrontOrder, signed: Signed | None, overrides: "Overrides"
) -> tuple[Address, Address]:
    """Where the draft is delivered, and where it is billed to."""
    if signed is None or overrides.addresses != SIGNED:
        return seen.ship_to, seen.bill_to
    return signed.ship_to or seen.ship_to, signed.bill_to or seen.bill_to


def digest(seen: StorefrontOrder) -> str:
    """Changes with either address, as people read them."""
    text = json.dumps([_read(seen.ship_to), _read(seen.bill_to)])
    return hashlib.sha256(text.encode()).hexdigest()


def _changed(seen: StorefrontOrder, signed: Signed) -> list[str]:
    pairs = (
        ("delivered to", signed.ship_to, seen.ship_to),
        ("billed to", signed.bill_to, seen.bill_to),
    )
    return [
        f"{verb} “{_written(agreed)}”, but the storefront now has “{_written(here)}”"
        for verb, agreed, here in pairs
        if agreed is not None and _read(agreed) != _read(here)
    ]


def _read(address: Address) -> list[str]:
    """All parts without what nobody sees: the case and the spaces."""
    return [" ".join(part.split()).casefold() for part in asdict(address).values()]


def _written(address: Address) -> str:
    return ", ".join(part for part in asdict(address).values() if part) or "nowhere"
