"""What an accepted quote agreed for its order, for whoever brings the order into the ERP.

Read from the acceptance and the document that was signed, never from the storefront: there the
same facts are metadata, and a buyer may write those of their cart.
"""

from typing import Any

from integrations.engine.models import SyncJob
from integrations.flows.orders import agreed
from integrations.flows.orders.agreed import Agreed, Configuration
from integrations.models import Connection
from integrations.records import StorefrontOrder
from quotes.models import Acceptance, ChoiceList
from quotes.services.ordering import PLACE_ORDER

QUOTE_KEY = "quote_number"


def agreed_in_quote(order: StorefrontOrder, shop: Connection, erp: Connection) -> Agreed | None:
    """What was accepted for this order; None for one that is of no quote of ours."""
    acceptance = _recorded(order) or _just_placed(order, shop)
    if acceptance is None:
        return None
    document: dict[str, Any] = acceptance.version.document or {}
    ref, name = document["terms"]["ref"], document["terms"]["name"]
    return Agreed(
        source=str(acceptance.version),
        po_number=acceptance.po_number,
        payment_term_ref=ref,
        payment_term_name=name,
        is_term_known=_is_known(ref, name, erp),
        configurations={
            str(line["n"]): _configuration(line["configuration"]) for line in document["lines"]
        },
    )


def register_all() -> None:
    """Has orders planned with what their quotes agreed. Safe to repeat."""
    agreed.register("quotes", agreed_in_quote)


def _recorded(order: StorefrontOrder) -> Acceptance | None:
    rows = Acceptance.objects.select_related("version__quote")
    return rows.filter(order_ref=order.order_id).first()


def _just_placed(order: StorefrontOrder, shop: Connection) -> Acceptance | None:
    """The event of a conversion may be faster than the job that converts.

    Which quote the order names is a hint from its metadata; that the order is this quote's is
    told by the draft which our own job has made of it.
    """
    number = str(order.metadata.get(QUOTE_KEY) or "")
    digits = number.removeprefix("Q-")
    if digits == number or not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        return None
    rows = Acceptance.objects.select_related("version__quote")
    found = rows.filter(quote_id=int(digits), order_ref="").first()
    return found if found and order.order_id in _drafts_of(found, shop) else None


def _drafts_of(acceptance: Acceptance, shop: Connection) -> set[str]:
    """The order of the newest draft, which keeps its id when it is converted."""
    jobs = SyncJob.objects.filter(kind=PLACE_ORDER, key=f"quote:{acceptance.quote_id}")
    job = jobs.filter(payload__storefront=shop.pk).order_by("id").last()
    if job is None:
        return set()
    steps = {step.name: step.output or {} for step in job.steps.filter(name__in=["draft", "check"])}
    made = steps.get("check") or steps.get("draft") or {}
    return {str(made["order"])} if made.get("order") else set()


def _is_known(ref: str, name: str, erp: Connection) -> bool:
    """Whether the ERP has these terms, by the copy of its list: an id of another ERP, or one that
    means other terms by now, must not be sent. Without a copy the ERP itself decides."""
    if not ref:
        return True
    copies = ChoiceList.objects.filter(connection=erp, kind=ChoiceList.Kind.TERMS)
    rows = copies.values_list("rows", flat=True).first()
    return not rows or any((row["ref"], row["name"]) == (ref, name) for row in rows)


def _configuration(choices: list[Any]) -> Configuration:
    return tuple((str(name), str(value)) for name, value in choices)
