"""What the copy keeps of what everyone pays, once the storefront holds it. Pure."""

from collections.abc import Mapping

from integrations.flows.prices.decide import BaseDecision, texts_of
from integrations.flows.prices.kept import Told


def told_of(decision: BaseDecision, ids: Mapping[tuple[str, int], str]) -> list[Told]:
    """`ids` are the storefront's, by currency and first quantity. Of a row that is sold at more
    than once, the first of its prices counts."""
    first = {wanted.row.pk: wanted for wanted in reversed(decision.wanted)}
    texts = texts_of(decision.wanted)
    return [
        Told(
            pk=pk,
            list_id="",
            price_id=ids.get((wanted.row.currency, wanted.low), ""),
            fingerprint=decision.fingerprint,
            written=texts[wanted.row.ref],
        )
        for pk, wanted in first.items()
    ]
