"""Which customer of SAP a customer reference means."""

from integrations.errors import NeedsOperator


def customer_number(customer_ref: str) -> str:
    """As SAP writes it; letters in capitals."""
    ref = customer_ref.strip().upper()
    if not (ref.isascii() and ref.isalnum() and len(ref) <= 10):
        raise NeedsOperator(
            f"{customer_ref!r} is not the number of a customer in SAP.",
            reason="bad_customer_ref",
            hint="Link the customer to a customer number of up to 10 characters.",
        )
    return ref


def unknown_customer(customer_ref: str) -> NeedsOperator:
    return NeedsOperator(
        f"Customer {customer_ref} does not exist in SAP.",
        reason="unknown_customer",
        cause=f"unknown_customer:{customer_ref}",
        hint="Link the account to a customer number that SAP has, then requeue.",
        ids={"customer": customer_ref},
    )


def not_extended(customer_ref: str, sales_area: str) -> NeedsOperator:
    return NeedsOperator(
        f"Customer {customer_ref} is not extended to the sales area {sales_area} in SAP.",
        reason="unknown_customer",
        cause=f"unknown_customer:{customer_ref}",
        hint="Extend the customer to the sales area in SAP, or link the account to another one; "
        "then requeue.",
        ids={"customer": customer_ref},
    )
