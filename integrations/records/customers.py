"""Customers as the storefront holds them, and as they are written there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontCustomer:
    """One row of the storefront; one e-mail may have two: a guest's and that of who registered.

    `email` as the storefront holds it, which tells nothing of who reads that mailbox.
    `is_registered`: signs in with a password of their own.
    """

    customer_id: str
    email: str
    is_registered: bool
    first_name: str
    last_name: str
    company_name: str
    phone: str
    group_ids: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerWrite:
    """What a customer shall be; `customer_id` None creates a guest's row.

    Of a registered one only `company_name` and `notes` are written: the rest is theirs.
    `notes` go to the metadata, which customers can change themselves: for people to read.
    """

    customer_id: str | None
    email: str
    first_name: str
    last_name: str
    company_name: str
    phone: str
    notes: Mapping[str, str] = field(default_factory=dict)
