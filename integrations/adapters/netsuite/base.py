"""What every ability of the adapter shares: the client, the settings, the currencies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from integrations.adapters.netsuite.client import NetSuiteClient, Row
from integrations.adapters.netsuite.settings import NetSuiteSettings
from integrations.adapters.netsuite.wire import SQL_TIME, is_true, text_of, window_text
from integrations.errors import NeedsOperator
from integrations.records import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """`digits` is NetSuite's currency precision: 0 or 2, whatever ISO 4217 says."""

    ref: str
    code: str
    digits: int
    is_base: bool


class NetSuitePart:
    """One ability; the adapter is made of these."""

    page_size = 500

    def __init__(self, client: NetSuiteClient, settings: NetSuiteSettings) -> None:
        self.client = client
        self.settings = settings

    @cached_property
    def currencies(self) -> Mapping[str, Currency]:
        """By NetSuite's id; one call per adapter."""
        rows = self.client.rows(
            "SELECT id, symbol, currencyprecision, isbasecurrency FROM currency ORDER BY id"
        )
        return {
            text_of(row["id"]): Currency(
                ref=text_of(row["id"]),
                code=text_of(row.get("symbol")).upper(),
                digits=int(row.get("currencyprecision") or 0),
                is_base=is_true(row.get("isbasecurrency")),
            )
            for row in rows
        }

    def currency(self, code: str) -> Currency:
        """Raises NeedsOperator (`no_currency`) for one that the account does not have."""
        found = next((one for one in self.currencies.values() if one.code == code), None)
        if found is None:
            raise NeedsOperator(
                f"The account has no currency {code}.",
                reason="no_currency",
                cause=f"no_currency:{code}",
                hint="Add it in Lists > Accounting > Currencies with this ISO code, and to the "
                "customer.",
            )
        return found

    @property
    def base_currency(self) -> str:
        return next((one.code for one in self.currencies.values() if one.is_base), "")

    def code_of(self, currency_ref: str) -> str:
        found = self.currencies.get(currency_ref)
        return found.code if found else ""

    def grouped_page(
        self, sql: str, column: str, last: str, params: Sequence[str], *, size: int = 0
    ) -> tuple[list[Row], str]:
        """The rows of the groups after `last`, each group whole, and the last one told where
        more may follow (else empty).

        `sql` asks in the order of `column`, with `{}` for the condition on it, whose parameter
        comes first. A page may end within a group: that one is left for the next page, or read
        to its end where it fills the page by itself. `size` is that of a page, where not the usual.
        """
        size = size or self.page_size
        found = self.client.page(sql.format(">"), [last, *params], limit=size)
        if len(found) < size:
            return found, ""
        cut = text_of(found[-1][column])
        whole = [row for row in found if text_of(row[column]) != cut]
        if whole:
            return whole, text_of(whole[-1][column])
        return list(self.client.rows(sql.format("="), [cut, *params])), cut

    def window_terms(self, column: str, window: Window) -> tuple[str, list[str]]:
        """A condition on a time column, both ends included, and its parameters."""
        zone, moment = self.settings.zone, f"TO_DATE(?, {SQL_TIME})"
        terms = [f"{column} <= {moment}"]
        params = [window_text(window.end, zone, is_start=False)]
        if window.start is not None:
            terms.append(f"{column} >= {moment}")
            params.append(window_text(window.start, zone, is_start=True))
        return " AND ".join(terms), params
