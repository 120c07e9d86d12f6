"""What an accepted quote agreed for its order, for whoever brings the order into the ERP.

Read from the acceptance and the document that was signed, never from the storefront: there the
same facts are metadata, and a buyer may write those of their cart.
"""

from decimal import Decimal
from typing import Any

from integrations.engine.models import SyncJob
from integrations.flows.orders import agreed
from integrations.flows.orders.agreed import QUOTE_KEY, Agreement, Configuration
from integrations.flows.totals.currency import round_half_up
from integrations.models import Connection
from integrations.records import StorefrontOrder
from quotes.models import Acceptance, ChoiceList
from quotes.services.counterparts import trading_flow
from quotes.services.quoted_order import PLACE_ORDER, acceptance_named, agreed_lines, order_of


def agreed_in_quote(order: StorefrontOrder, erp: Connection) -> Agreement | None:
    """That of a storefront's order: by its id, else by the quote that it names.

    A name alone proves nothing; whose order it is, is told by the agreement's `order_ref`.
    """
    rows = Acceptance.objects.select_related("version__quote", "quote", "buyer", "orderer")
    acceptance = rows.filter(order_ref=order.order_id).first()
    named = acceptance_named(str(order.metadata.get(QUOTE_KEY) or ""))
    if acceptance is None and named is not None:
        acceptance = rows.filter(quote=named.quote, version__revision=named.revision).first()
    return None if acceptance is None else agreement_of(acceptance, erp)


def agreement_of(acceptance: Acceptance, erp: Connection) -> Agreement:
    """What the order of the acceptance must be, wherever it is read."""
    version = acceptance.version
    document: dict[str, Any] = version.document or {}
    terms = document["terms"]
    order = order_of(acceptance, trading_flow().source)
    return Agreement(
        name=str(version),
        currency=order.currency,
        gross_total=round_half_up(version.gross_total or Decimal(0), order.currency),
        lines=agreed_lines(order),
        erp=version.erp_id,
        customer_ref=version.erp_customer_ref,
        order_ref=acceptance.order_ref or _drafted(acceptance),
        is_given_up=not acceptance.is_live,
        po_number=acceptance.po_number,
        payment_term_ref=terms["ref"],
        payment_term_name=terms["name"],
        ship_to=order.ship_to,
        bill_to=order.bill_to,
        is_term_known=_is_known(terms["ref"], terms["name"], erp),
        configurations={
            str(line["n"]): _configuration(line["configuration"]) for line in document["lines"]
        },
    )


def register_all() -> None:
    """Has orders planned with what their quotes agreed. Safe to repeat."""
    agreed.register(agreed_in_quote)


def _drafted(acceptance: Acceptance) -> str:
    """The draft that our own job made, which keeps its id as an order; empty before that.

    The event of the conversion may be faster than the job that converts.
    """
    jobs = SyncJob.objects.filter(kind=PLACE_ORDER, key=f"quote:{acceptance.quote_id}")
    job = jobs.filter(payload__acceptance=acceptance.pk).order_by("id").last()
    if job is None:
        return ""
    outputs = {step.name: step.output or {} for step in job.steps.all()}
    known = (outputs.get(name, {}).get("order") for name in ("convert", "check", "draft"))
    return str(next(filter(None, known), ""))


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
