"""Which partner of Odoo a customer reference means."""

from integrations.errors import NeedsOperator


def customer_id(customer_ref: str) -> int:
    if not customer_ref.isascii() or not customer_ref.isdigit():
        raise NeedsOperator(
            f"{customer_ref!r} is not the id of a customer in Odoo.",
            reason="bad_customer_ref",
            hint="Link the customer to a contact by its number.",
        )
    return int(customer_ref)


def unknown_customer(customer_ref: str) -> NeedsOperator:
    return NeedsOperator(
        f"There is no contact {customer_ref} in Odoo, or the service user may not see it.",
        reason="unknown_customer",
        cause=f"unknown_customer:{customer_ref}",
        hint="Link the customer to a contact that exists, in the company of the connection.",
        ids={"customer": customer_ref},
    )
