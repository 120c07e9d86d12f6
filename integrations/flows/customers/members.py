"""Rows of people and their groups in the storefront.

Who is put into a company's groups: the customer of a buyer whose address was proven, see
`registrations`. A row that the flow made for somebody who has not registered only with the
setting `unregistered: grouped`: the storefront gives a group's prices to anybody who types the
address of such a row into a cart.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from integrations.errors import Conflict, Rejected, RemoteError
from integrations.flows.customers.wanted import Wanted, first_and_last
from integrations.flows.groups import GROUP
from integrations.flows.runs.batch import Work
from integrations.flows.runs.splitting import in_batches, write_or_split
from integrations.models import Buyer, Connection, Flow, IdLink
from integrations.records import CustomerWrite, StorefrontCustomer

# The storefront takes 100 kB at most here; an id has 30 characters.
MEMBERS_PER_CALL = 500


@dataclass(slots=True)
class Rows:
    """The storefront's rows that a batch is about."""

    by_id: dict[str, StorefrontCustomer] = field(default_factory=dict)

    def guest(self, email: str) -> StorefrontCustomer | None:
        return self._of(email, is_registered=False)

    def registered(self, email: str) -> StorefrontCustomer | None:
        return self._of(email, is_registered=True)

    def add(self, rows: Iterable[StorefrontCustomer]) -> None:
        self.by_id |= {row.customer_id: row for row in rows}

    def _of(self, email: str, *, is_registered: bool) -> StorefrontCustomer | None:
        found = (
            row
            for row in self.by_id.values()
            if row.email.lower() == email and row.is_registered == is_registered
        )
        return next(found, None)


@dataclass(slots=True)
class Membership:
    """Which groups each customer shall be in, of those that are ours."""

    wanted: dict[str, set[str]] = field(default_factory=dict)

    def want(self, customer_id: str, group_ids: Iterable[str]) -> None:
        self.wanted.setdefault(customer_id, set()).update(group_ids)


class People:
    """Writes the people of a batch of companies."""

    def __init__(self, work: Work, shop: Any) -> None:
        self._work, self._shop = work, shop
        self._groups_guests = work.flow.settings.get("unregistered") == "grouped"

    def rows_of(self, buyers: Sequence[Buyer]) -> Rows:
        """What the storefront holds of them: by address, and by the ids that they have."""
        rows = Rows()
        rows.add(self._shop.find_customers([buyer.email.lower() for buyer in buyers]))
        ids = {one for b in buyers for one in (b.storefront_customer_id, b.storefront_guest_id)}
        missing = sorted(ids - set(rows.by_id) - {""})
        if missing:
            rows.add(self._shop.customers_by_id(missing))
        return rows

    def settle(
        self, buyer: Buyer, wanted: Wanted, rows: Rows, groups: set[str], member: Membership
    ) -> None:
        """One buyer whose address is nobody else's. Raises Rejected in the storefront's words."""
        proven = rows.by_id.get(buyer.storefront_customer_id)
        guest = rows.guest(buyer.email.lower()) or rows.by_id.get(buyer.storefront_guest_id)
        if proven is not None:
            self._change(proven, wanted, buyer)
            member.want(proven.customer_id, groups)
            if guest is not None:
                member.want(guest.customer_id, ())
            return
        if guest is None and rows.registered(buyer.email.lower()) is None:
            guest = self._make(buyer, wanted)
            rows.add([guest])
        elif guest is not None:
            self._change(guest, wanted, buyer)
        if guest is not None:
            self._note_guest(buyer, guest)
            member.want(guest.customer_id, groups if self._groups_guests else ())

    def leave(self, buyer: Buyer, member: Membership, *, is_shared: bool = False) -> None:
        """They may have none of our groups (any more). `is_shared`: somebody who may still buy
        for another company has the same address, and so the same row of a guest."""
        if buyer.storefront_customer_id:
            member.want(buyer.storefront_customer_id, ())
        if buyer.storefront_guest_id and not is_shared:
            member.want(buyer.storefront_guest_id, ())

    def _make(self, buyer: Buyer, wanted: Wanted) -> StorefrontCustomer:
        try:
            self._work.checkpoint()
            made: StorefrontCustomer = self._shop.write_customer(_write(None, wanted, buyer))
        except (Rejected, Conflict):
            # An earlier try whose answer was lost, or somebody else a moment ago.
            again = Rows()
            again.add(self._shop.find_customers([buyer.email.lower()]))
            found = again.guest(buyer.email.lower())
            if found is None:
                raise
            return found
        return made

    def _change(self, row: StorefrontCustomer, wanted: Wanted, buyer: Buyer) -> None:
        self._work.checkpoint()
        write = _write(row.customer_id, wanted, buyer)
        if row.is_registered:
            write = replace(write, first_name="", last_name="", phone="")
        self._shop.write_customer(write)

    def _note_guest(self, buyer: Buyer, guest: StorefrontCustomer) -> None:
        if buyer.storefront_guest_id != guest.customer_id:
            buyer.storefront_guest_id = guest.customer_id
            buyer.save(update_fields=["storefront_guest_id"])


def _write(customer_id: str | None, wanted: Wanted, buyer: Buyer) -> CustomerWrite:
    first, last = first_and_last(buyer.name)
    person = next((one for one in wanted.people if one.email == buyer.email.lower()), None)
    return CustomerWrite(
        customer_id=customer_id,
        email=buyer.email.lower(),
        first_name=first,
        last_name=last,
        company_name=wanted.name,
        phone=person.phone if person else "",
        notes=wanted.notes,
    )


def carry_out(
    member: Membership,
    rows: Rows,
    *,
    flow: Flow,
    shop: Any,
    checkpoint: Callable[[], None],
) -> dict[str, RemoteError]:
    """Puts customers into groups and takes them out of those of ours that they may not have.
    {customer id: why not} of those that were refused. Groups of others are left alone."""
    add, remove = differences(member, rows, ours_among(flow.source, flow.target, rows))
    refused: dict[str, RemoteError] = {}
    for group_id in sorted({*add, *remove}):
        pairs = [(one, True) for one in add[group_id]] + [(one, False) for one in remove[group_id]]

        def write(
            some: Sequence[tuple[str, bool]], group_id: str = group_id
        ) -> Sequence[tuple[str, bool]]:
            shop.change_members(
                group_id,
                [one for one, joins in some if joins],
                [one for one, joins in some if not joins],
            )
            return some

        for batch in in_batches(pairs, MEMBERS_PER_CALL):
            for (customer_id, _), _, error in write_or_split(batch, write, checkpoint):
                if error is not None:
                    refused[customer_id] = error
    return refused


def differences(
    member: Membership, rows: Rows, ours: set[str]
) -> tuple[Mapping[str, list[str]], Mapping[str, list[str]]]:
    """Whom to add and whom to remove, by group; only rows that are there. Pure."""
    add: dict[str, list[str]] = defaultdict(list)
    remove: dict[str, list[str]] = defaultdict(list)
    for customer_id, wanted in sorted(member.wanted.items()):
        row = rows.by_id.get(customer_id)
        if row is None:
            continue
        has = set(row.group_ids)
        for group_id in wanted - has:
            add[group_id].append(customer_id)
        for group_id in (has & ours) - wanted:
            remove[group_id].append(customer_id)
    return add, remove


def ours_among(source: Connection, target: Connection, rows: Rows) -> set[str]:
    """Of the groups these rows are in, those that stand for audiences of this ERP."""
    ids = {group_id for row in rows.by_id.values() for group_id in row.group_ids}
    links = IdLink.objects.filter(kind=GROUP, source=source, target=target, target_ref__in=ids)
    return set(links.values_list("target_ref", flat=True))
