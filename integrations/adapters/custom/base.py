"""What every ability of the adapter shares: the client, the mapping and the settings."""

from collections.abc import Mapping
from typing import Any

from integrations.adapters.custom.client import CustomClient, misfit
from integrations.adapters.custom.mapping.loading import ErpMapping
from integrations.adapters.custom.mapping.requests import Operation
from integrations.adapters.custom.mapping.shapes import Entry
from integrations.adapters.custom.paths import MISSING, plain
from integrations.adapters.custom.rows import Row
from integrations.adapters.custom.values import wall_window
from integrations.errors import NeedsOperator
from integrations.http import Reply
from integrations.records import Window


class CustomPart:
    """One ability; the adapter of a mapping is made of those that its sections serve."""

    def __init__(
        self, client: CustomClient, mapping: ErpMapping, settings: Mapping[str, str]
    ) -> None:
        self.client, self.mapping, self.settings = client, mapping, settings

    def row(self, raw: Any, fields: Entry, *, currency: str = "", parent: Any = MISSING) -> Row:
        return Row(
            raw,
            fields,
            self.mapping.formats,
            currency=currency or self.mapping.currency,
            parent=parent,
        )

    def refs_of(self, raw: Any, fields: Entry, *names: str) -> Row:
        """A row of which nothing but these fields is looked at."""
        named = {name: fields[name] for name in names}
        return self.row(raw, Entry(where=fields.where, line=fields.line, values_by_key=named))

    def rows_within(self, row: Row, section: Entry) -> list[Row]:
        """The rows of a list inside a row."""
        return [
            self.row(raw, section["fields"], currency=row.currency, parent=row.raw)
            for raw in row.rows(section["rows"])
        ]

    def asked_window(self, window: Window) -> dict[str, Any]:
        """What {since} and {until} are filled with."""
        if window.start is None:
            return {"since": None, "until": window.end}
        since, until = wall_window(window.start, window.end, self.mapping.formats)
        return {"since": since, "until": until}

    def product_ref_for(self, kind: str) -> str:
        """The product that stands in for a line of this kind which names none."""
        return self.settings.get(f"{kind}_product_ref", "")

    def new_ref(self, operation: Operation, reply: Reply) -> str:
        """The id of what was just made, out of the body or a header of the answer."""
        told: Any = MISSING
        where = operation.ref
        if where["header"]:
            told = reply.headers.get(where["header"].lower(), MISSING)
        elif reply.text.strip():
            told = where["path"].find(reply.json())
        if told is MISSING or told in (None, ""):
            raise misfit(operation, "is answered without the new id")
        text = plain(told)
        return text.rstrip("/").rpartition("/")[2] if where["last_segment"] else text


class Settling(CustomPart):
    """An ability that writes what may turn up later than its answer was lost."""

    @property
    def settle_s(self) -> float:
        """How long after a lost answer what was written may still turn up."""
        return float(self.mapping["orders"]["reference"]["settle_s"])


def unknown_customer(customer_ref: str) -> NeedsOperator:
    return NeedsOperator(
        f"The ERP has no customer {customer_ref!r}.",
        reason="unknown_customer",
        cause=f"unknown_customer:{customer_ref}",
        hint="Link the company to its customer in the ERP again.",
        ids={"customer": customer_ref},
    )


def refuse_no_customer(customer_ref: str) -> None:
    if not customer_ref.strip():
        raise NeedsOperator(
            "No customer of the ERP is named.",
            reason="bad_customer_ref",
            hint="Link the company to its customer in the ERP.",
        )
