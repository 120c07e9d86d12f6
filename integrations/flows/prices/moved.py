"""Prices that became others under the same id of the ERP: for whom, in which currency, of what.

What such a row was is in the storefront still, and no row of the ERP says so any more. So it is
set aside in the copy, under a ref of its own and as no longer offered, and goes from there as
any price does that the ERP withdraws: planned, counted, and repeated until it is done.
"""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from integrations.flows.bulk import update_each
from integrations.models import PriceRow

# What a storefront holds nothing of, and never may have.
UNTOLD = Q(fingerprint="", storefront_price_id="", is_in_doubt=False)
_WAS = "|was|"
_LONGEST_STEM = 170  # a ref has room for 200 characters


def set_aside(rows: QuerySet[PriceRow], refs: Collection[str]) -> None:
    """Of the rows with these refs, those that a storefront was told of; the refs become free.

    For the transaction that writes their new content. The name is of the row's key: a row that
    goes to and fro is set aside each time, and each time is removed.
    """
    told = rows.filter(ref__among=refs).exclude(UNTOLD).values_list("pk", "ref")
    update_each(
        PriceRow,
        ("ref",),
        [(pk, f"{ref[:_LONGEST_STEM]}{_WAS}{pk}") for pk, ref in told],
        {"is_active": False, "seen_in": None},
    )
