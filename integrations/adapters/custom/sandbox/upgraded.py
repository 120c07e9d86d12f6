"""What an upgrade does to the fields of an answer."""

from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]


class Upgraded:
    """`fields_changed`: a dial of fields by (entity, name)."""

    fields_changed: dict[tuple[str, str], str]

    def change_field(self, entity: str, name: str, how: str) -> None:
        self.fields_changed[entity, name] = how

    def put_field_back(self, entity: str, name: str) -> None:
        self.fields_changed.pop((entity, name), None)

    def shown_row(self, entity: str, row: Mapping[str, Any]) -> Row:
        """As the fields are called and written since the upgrade."""
        found: Row = {}
        for name, value in row.items():
            how = self.fields_changed.get((entity, name), "")
            if how == "rename_field":
                found[f"{name}_2"] = value
            elif how == "retype_field":
                found[name] = {"value": value}
            elif how != "drop_field":
                found[name] = value
        return found
