"""How a customer stands: limit, exposure, terms and warnings, of the company behind a contact.

Odoo only warns, it refuses no order. A missing right to one accounting field fails a whole
read, so which fields may be read is asked first.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.odoo.customers import customer_id, unknown_customer
from integrations.adapters.odoo.rounding import Rounding
from integrations.adapters.odoo.wire import amount_of, currency_of, id_of, name_of, text_of
from integrations.records import CreditStanding

Row = Mapping[str, Any]

_PLAIN = ["name", "active", "commercial_partner_id", "property_payment_term_id"]
_ACCOUNTING = ("credit", "credit_limit", "credit_to_invoice")
_WARNINGS = ("sale_warn", "sale_warn_msg")  # up to 18 the first may say "block"
_ON_ORDERS = ("partner_credit_warning", "sale_warning_text")


class Credit(Rounding):
    """Implements `ChecksCredit`."""

    def credit_standing(self, customer_ref: str) -> CreditStanding:
        """Up to eight calls. What the portal pushed and Odoo does not count yet is not in it:
        goods that are invoiced on delivery count when they left the house."""
        as_of = datetime.now(UTC)
        contact = self._partner(customer_id(customer_ref), customer_ref)
        whole_id = id_of(contact["commercial_partner_id"]) or contact["id"]
        whole = contact
        if whole_id != contact["id"]:
            whole = self._partner(whole_id, customer_ref)
        company = self._credit_rules()
        warnings = self._warnings(contact["id"])
        return to_standing(contact, whole, company, warnings, as_of=as_of)

    def _partner(self, partner_id: int, customer_ref: str) -> Row:
        readable = self.client.existing_fields("res.partner", (*_ACCOUNTING, *_WARNINGS))
        found = self.client.call(
            "res.partner",
            "read",
            ids=[partner_id],
            writes=False,
            fields=[*_PLAIN, *sorted(readable)],
        )
        if not found:
            raise unknown_customer(customer_ref)
        row: Row = found[0]
        return row

    def _credit_rules(self) -> Row:
        found: Row = self.client.call(
            "res.company",
            "read",
            ids=[self.company_id()],
            writes=False,
            fields=["currency_id", "partner_id", "account_use_credit_limit"],
        )[0]
        return found

    def _warnings(self, partner_id: int) -> list[str]:
        """What Odoo would say on top of an order of theirs, without its amount."""
        names = self.client.existing_fields("sale.order", _ON_ORDERS)
        if not names:
            return []
        answer = self.client.call(
            "sale.order",
            "onchange",
            ids=[],
            writes=False,
            values={"partner_id": partner_id, "order_line": []},
            field_names=[],
            fields_spec={name: {} for name in sorted(names)},
        )
        return [text_of(answer["value"].get(name)) for name in sorted(names)]


def to_standing(
    contact: Row, whole: Row, company: Row, warnings: list[str], *, as_of: datetime
) -> CreditStanding:
    """`whole` is the company that pays, `contact` the one who orders. Pure.

    A limit of 0 is none. Odoo shows the company's default where the customer has no limit of
    their own, and no limit counts while the company's switch is off.
    """
    is_known = "credit_limit" in whole and "credit" in whole
    limit = amount_of(whole.get("credit_limit")) if company["account_use_credit_limit"] else None
    reason = block_reason(contact) or block_reason(whole)
    return CreditStanding(
        is_blocked=bool(reason),
        block_reason=reason,
        limit=limit or None,
        is_limit_known=is_known or not company["account_use_credit_limit"],
        exposure=_exposure(whole) if is_known else Decimal(0),
        currency=currency_of(company),
        as_of=as_of,
        payment_term_ref=str(id_of(whole["property_payment_term_id"]) or ""),
        payment_term_name=name_of(whole["property_payment_term_id"]),
        note=_note(contact, whole, warnings),
    )


def _exposure(whole: Row) -> Decimal:
    return amount_of(whole["credit"]) + amount_of(whole.get("credit_to_invoice"))


def block_reason(partner: Row) -> str:
    """Why Odoo, or the portal for it, sells them nothing; empty when it does. Pure."""
    if not partner["active"]:
        return f"{partner['name']} is archived in Odoo."
    if partner.get("sale_warn") == "block":
        return text_of(partner["sale_warn_msg"]) or f"{partner['name']} is blocked in Odoo."
    return ""


def _note(contact: Row, whole: Row, warnings: list[str]) -> str:
    """Each text once; a text on the order that holds the partner's own is enough."""
    said = [text for text in warnings if text]
    own = [text_of(row.get("sale_warn_msg")) for row in (contact, whole)]
    for text in dict.fromkeys(own):
        if text and not any(text in other for other in said):
            said.append(text)
    return "\n".join(said)
