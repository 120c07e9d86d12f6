"""Customers and their groups.

Medusa keeps up to two rows of one e-mail, a guest's and that of who registered, and compares
addresses letter by letter, capitals included. It verifies no address.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from integrations.adapters.medusa.client import Client, Params, in_chunks
from integrations.adapters.medusa.mapping.values import moment
from integrations.records import CustomerWrite, Page, StorefrontCustomer

_FIELDS = (
    "fields",
    "id,email,has_account,first_name,last_name,company_name,phone,created_at,groups.id",
)
_PATH = "/admin/customers"
PAGE = 200


class Customers:
    """Implements WritesCustomers over Medusa's Admin API."""

    _client: Client

    def find_customers(self, emails: Sequence[str]) -> Sequence[StorefrontCustomer]:
        wanted = set(emails)
        found: list[StorefrontCustomer] = []
        for some in in_chunks(sorted(wanted)):
            found += self._customers([("email[]", email) for email in some])
        # A filter that a future Medusa no longer knew would be everybody.
        return [one for one in found if one.email in wanted]

    def customers_by_id(self, customer_ids: Sequence[str]) -> Sequence[StorefrontCustomer]:
        found: list[StorefrontCustomer] = []
        for some in in_chunks(sorted(set(customer_ids))):
            found += self._customers([("id[]", one) for one in some])
        return found

    def members_of(self, group_ids: Sequence[str]) -> Sequence[StorefrontCustomer]:
        wanted = set(group_ids)
        found: dict[str, StorefrontCustomer] = {}
        for some in in_chunks(sorted(wanted)):
            rows = self._customers([("order", "id"), *(("groups[]", one) for one in some)])
            found |= {one.customer_id: one for one in rows if wanted & set(one.group_ids)}
        return list(found.values())

    def registered_page(
        self, since: datetime | None, cursor: str | None
    ) -> Page[StorefrontCustomer]:
        offset = int(cursor or 0)
        params = [("has_account", "true"), ("order", "created_at"), _FIELDS]
        if since is not None:
            params.append(("created_at[$gte]", since.isoformat()))
        params += [("limit", str(PAGE)), ("offset", str(offset))]
        answer = self._client.get(_PATH, params)
        rows = answer.get("customers") or []
        end = offset + len(rows)
        is_last = not rows or end >= int(answer.get("count") or 0)
        return Page(
            rows=tuple(to_customer(row) for row in rows), next_cursor=None if is_last else str(end)
        )

    def write_customer(self, write: CustomerWrite) -> StorefrontCustomer:
        path = _PATH if write.customer_id is None else f"{_PATH}/{write.customer_id}"
        answer = self._client.post(path, to_payload(write), [_FIELDS])
        return to_customer(answer["customer"])

    def change_members(self, group_id: str, add: Sequence[str], remove: Sequence[str]) -> None:
        if not (add or remove):
            return
        body = {"add": sorted(set(add)), "remove": sorted(set(remove))}
        self._client.post(f"/admin/customer-groups/{group_id}/customers", body, [("fields", "id")])

    def _customers(self, params: Params) -> list[StorefrontCustomer]:
        rows = self._client.rows(_PATH, "customers", [*params, _FIELDS])
        return [to_customer(row) for row in rows]


def to_customer(row: Mapping[str, Any]) -> StorefrontCustomer:
    return StorefrontCustomer(
        customer_id=row["id"],
        email=row.get("email") or "",
        is_registered=bool(row.get("has_account")),
        first_name=row.get("first_name") or "",
        last_name=row.get("last_name") or "",
        company_name=row.get("company_name") or "",
        phone=row.get("phone") or "",
        group_ids=tuple(sorted(group["id"] for group in row.get("groups") or [] if group)),
        created_at=moment(row, "created_at"),
    )


def to_payload(write: CustomerWrite) -> dict[str, Any]:
    return {
        name: value
        for name, value in (
            ("email", write.email if write.customer_id is None else ""),
            ("first_name", write.first_name),
            ("last_name", write.last_name),
            ("company_name", write.company_name),
            ("phone", write.phone),
            ("metadata", dict(write.notes)),
        )
        if value
    }
