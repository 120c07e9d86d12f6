"""Payment terms as Odoo keeps them: a name, and lines of what is due when."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from integrations.adapters.odoo.base import OdooPart
from integrations.adapters.odoo.wire import id_of, text_of
from integrations.records import PaymentTerm

Row = Mapping[str, Any]


class Terms(OdooPart):
    """Completes `QuotesPrices`."""

    def payment_terms(self) -> Sequence[PaymentTerm]:
        terms = self.client.call(
            "account.payment.term",
            "search_read",
            writes=False,
            domain=[],
            fields=["name"],
        )
        lines = self.client.call(
            "account.payment.term.line",
            "search_read",
            writes=False,
            domain=[["payment_id", "in", [row["id"] for row in terms]]],
            fields=["payment_id", "delay_type", "nb_days"],
        )
        by_term: defaultdict[int, list[Row]] = defaultdict(list)
        for line in lines:
            by_term[id_of(line["payment_id"]) or 0].append(line)
        return tuple(to_term(row, by_term[row["id"]]) for row in terms)


def to_term(row: Row, lines: Sequence[Row]) -> PaymentTerm:
    """The last part counts; a part that is not counted in days from the invoice leaves none."""
    by_days = bool(lines) and all(line["delay_type"] == "days_after" for line in lines)
    days = max(int(line["nb_days"]) for line in lines) if by_days else None
    return PaymentTerm(ref=str(row["id"]), name=text_of(row["name"]), days=days)
