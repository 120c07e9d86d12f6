"""What everyone pays for variants that are about to be created, as far as the copy knows.

A product that is created with its prices is sold at them from the first moment, in every
currency, and the prices flow finds nothing left to do.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from integrations.flows.prices.decide import decide_base
from integrations.flows.prices.kept import PriceCopy
from integrations.flows.prices.settings import terms_of
from integrations.models import Flow

NOT_THERE_YET = "new"


def opening_prices(
    flow: Flow,
    variant_refs: Iterable[str],
    *,
    sold_in: frozenset[str],
    gross: frozenset[str],
    now: datetime,
) -> Mapping[str, Mapping[str, Decimal]]:
    """Variant of the ERP to what one piece costs everyone, by currency (upper case, net).

    `flow` is the prices flow that will own them. An unclear price is left out.
    """
    terms = terms_of(flow.settings, sold_in=sold_in, gross=gross, now=now)
    found: dict[str, dict[str, Decimal]] = {}
    for rows in PriceCopy(flow, run_id=0).base_offers(variant_refs).values():
        decision = decide_base(rows, NOT_THERE_YET, terms)
        for wanted in decision.wanted:
            if wanted.low <= 1:
                found.setdefault(wanted.row.variant_ref, {})[wanted.row.currency] = wanted.amount
    return found
