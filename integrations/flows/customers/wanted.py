"""What a customer of the ERP asks for: a company, its people, its groups. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from integrations.flows.groups import group_ref
from integrations.records import ErpCustomer, ErpLicence

LONGEST_EMAIL = 254
LONGEST_NAME = 200
OF_COMPANY = "company"  # the contact ref of the company's own address
BY_HAND = "it waits in the matching workbench"
AGAIN = "again"  # in `CustomerCopy.written`: why it is to be carried out once more


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who buys for the company. `email` is normal: without blanks, in small letters."""

    email: str
    name: str
    phone: str
    contact_ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`groups` maps the refs of the ERP's audiences to their names. `countries` and `licences`
    are None where the ERP does not tell: then what was told last stays. `left_out` says of which
    contacts, or restrictions, nothing is made, as (label, reason)."""

    ref: str
    number: str
    name: str
    tax_id: str
    is_active: bool
    is_blocked: bool
    block_reason: str
    terms: str
    credit: str
    groups: Mapping[str, str]
    people: tuple[Person, ...]
    countries: tuple[str, ...] | None = None
    licences: tuple[ErpLicence, ...] | None = None
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def as_json(self) -> dict[str, Any]:
        """What is kept once it was carried out, and compared the next time."""
        return {
            "number": self.number,
            "name": self.name,
            "tax_id": self.tax_id,
            "is_active": self.is_active,
            "is_blocked": self.is_blocked,
            "block_reason": self.block_reason,
            "terms": self.terms,
            "credit": self.credit,
            "groups": dict(sorted(self.groups.items())),
            "people": {one.email: [one.name, one.phone, one.contact_ref] for one in self.people},
            **self._restrictions,
        }

    @property
    def _restrictions(self) -> dict[str, Any]:
        """Only what the ERP tells of, so that nothing else changes where it tells of none."""
        found: dict[str, Any] = {}
        if self.countries is not None:
            found["countries"] = ", ".join(self.countries)
        if self.licences is not None:
            found["licences"] = sorted(
                [one.name, one.number, one.valid_until.isoformat() if one.valid_until else ""]
                for one in self.licences
            )
        return found

    @property
    def fingerprint(self) -> str:
        text = json.dumps(self.as_json, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def notes(self) -> dict[str, str]:
        """For whoever looks at the customer in the storefront."""
        return {"erp_customer": self.number or self.ref, "payment_terms": self.terms}


def wanted_of(customer: ErpCustomer) -> Wanted:
    people, left_out = people_of(customer)
    name = " ".join(customer.name.split()) or customer.number or customer.ref
    return Wanted(
        ref=customer.ref,
        number=customer.number,
        name=name,
        tax_id=customer.tax_id.strip(),
        is_active=customer.is_active,
        is_blocked=customer.is_blocked,
        block_reason=customer.block_reason if customer.is_blocked else "",
        terms=customer.payment_term_name,
        credit=credit_of(customer),
        groups=_groups(customer) if customer.is_active else {},
        people=people if customer.is_active else (),
        countries=customer.allowed_countries,
        licences=customer.licences,
        left_out=(*_too_long(name), *left_out, *customer.unread) if customer.is_active else (),
    )


def _too_long(name: str) -> tuple[tuple[str, str], ...]:
    if len(name) <= LONGEST_NAME:
        return ()
    why = f"it has {len(name)} characters, and {LONGEST_NAME} are kept here: shorten it in the ERP"
    return (("name", why),)


def why_again(before: Mapping[str, Any]) -> str:
    """Why what was carried out is to be carried out once more; empty: it is not."""
    return str(before.get(AGAIN, ""))


def credit_of(customer: ErpCustomer) -> str:
    if not customer.is_credit_known:
        return "not told"
    if customer.credit_limit is None:
        return "no limit"
    return f"{customer.credit_limit.normalize():f} {customer.currency}".strip()


def people_of(customer: ErpCustomer) -> tuple[tuple[Person, ...], tuple[tuple[str, str], ...]]:
    """Who buys for them, each address once; and the contacts that cannot, with the reason."""
    contacts = [(one.name, one.email, one.phone, one.ref) for one in customer.contacts]
    if customer.email.strip():
        contacts.append((customer.name, customer.email, customer.phone, OF_COMPANY))
    people: dict[str, Person] = {}
    left_out: list[tuple[str, str]] = []
    for name, email, phone, ref in contacts:
        normal = normal_email(email)
        problem = _problem_of(normal)
        if problem:
            left_out.append((" ".join(name.split()) or ref, problem))
        elif normal not in people:
            people[normal] = Person(
                email=normal,
                name=" ".join(name.split())[:LONGEST_NAME],
                phone=phone.strip(),
                contact_ref=ref,
            )
    return tuple(people[email] for email in sorted(people)), tuple(left_out)


def normal_email(email: str) -> str:
    """One text for one mailbox, however it was typed."""
    return email.strip().lower()


def first_and_last(name: str) -> tuple[str, str]:
    """A name in the storefront's two fields."""
    first, _, last = name.partition(" ")
    return first, last


def _problem_of(email: str) -> str:
    if not email:
        return "no e-mail address"
    if len(email) > LONGEST_EMAIL:
        return "its e-mail address is too long"
    try:
        validate_email(email)
    except ValidationError:
        return f"{email} is no e-mail address"
    return ""


def _groups(customer: ErpCustomer) -> dict[str, str]:
    """The audiences of prices that it belongs to: a list's, a group's, and its own."""
    found = {group_ref("customer", customer.ref): customer.name[:LONGEST_NAME]}
    if customer.price_list_ref:
        found[group_ref("price_list", customer.price_list_ref)] = ""
    if customer.group_ref:
        found[group_ref("customer_group", customer.group_ref)] = customer.group_name
    return found
