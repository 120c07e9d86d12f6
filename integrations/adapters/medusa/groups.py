"""Customer groups: found by the ref that they carry in name and metadata."""

from collections.abc import Sequence
from typing import Any

from integrations.adapters.medusa.client import Client, in_chunks
from integrations.records import StorefrontGroup

_PATH = "/admin/customer-groups"
_FIELDS = ("fields", "id,name,metadata")
REF = "erp_ref"


class Groups:
    """Implements KeepsGroups over Medusa's Admin API.

    Medusa cannot be asked for a metadata key; its `q` searches names, which contain the ref.
    """

    _client: Client

    def find_groups(self, ref: str) -> Sequence[StorefrontGroup]:
        rows = self._client.rows(_PATH, "customer_groups", [("q", ref), _FIELDS])
        return [group for group in map(_group, rows) if group.ref == ref]

    def groups_by_id(self, group_ids: Sequence[str]) -> Sequence[StorefrontGroup]:
        found: list[StorefrontGroup] = []
        for ids in in_chunks(sorted(set(group_ids))):
            params = [("id[]", one) for one in ids] + [_FIELDS]
            found += map(_group, self._client.rows(_PATH, "customer_groups", params))
        return found

    def create_group(self, ref: str, name: str) -> StorefrontGroup:
        if ref not in name:
            raise ValueError(f"The name {name!r} does not contain {ref!r}.")
        body = {"name": name, "metadata": {REF: ref}}
        return _group(self._client.post(_PATH, body, [_FIELDS])["customer_group"])


def _group(row: dict[str, Any]) -> StorefrontGroup:
    return StorefrontGroup(
        group_id=row["id"],
        name=row.get("name") or "",
        ref=str((row.get("metadata") or {}).get(REF) or ""),
    )
