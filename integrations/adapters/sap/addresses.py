"""The address that an order is shipped to, in the lengths that SAP keeps. Pure."""

from typing import Any

from integrations.adapters.sap.customers_ref import customer_number
from integrations.adapters.sap.settings import SapSettings
from integrations.errors import NeedsOperator
from integrations.records import Address, OrderDraft

SHIP_TO = "SH"
_NAME = 40
# How long the parts of an address may be; a name takes two lines where no person shares them.
_LONGEST = {
    "street1": 60,
    "street2": 40,
    "postal_code": 10,
    "city": 40,
    "region": 3,
    "country_code": 3,
    "phone": 30,
}


def ship_to_body(draft: OrderDraft, settings: SapSettings) -> dict[str, Any]:
    filled = {name: value for name, value in address_body(draft.ship_to).items() if value}
    return {
        "PartnerFunction": SHIP_TO,
        "Customer": customer_number(draft.customer_ref),
        "to_Address": [{"CorrespondenceLanguage": settings.language, **filled}],
    }


def address_body(address: Address) -> dict[str, str]:
    """Cut where it is longer, see `cut_parts`; a state that is no key of SAP's stays away."""
    name, second = _names(address)
    return {
        "OrganizationName1": name[:_NAME],
        "OrganizationName2": (name[_NAME:] or second)[:_NAME],
        "StreetName": address.street1[:60],
        "StreetSuffixName1": address.street2[:40],
        "PostalCode": address.postal_code[:10],
        "CityName": address.city[:40],
        "Region": address.region if len(address.region) <= 3 else "",
        "Country": address.country_code[:3],
        "PhoneNumber": address.phone[:30],
    }


def cut_parts(address: Address) -> list[str]:
    """The parts of which SAP's fields do not hold all."""
    name, second = _names(address)
    long = [part for part, most in _LONGEST.items() if len(getattr(address, part)) > most]
    is_name_cut = len(name) > 2 * _NAME or (len(name) > _NAME and bool(second))
    return [*(["name"] if is_name_cut or len(second) > _NAME else []), *long]


def in_full(address: Address) -> str:
    person = f"{address.first_name} {address.last_name}".strip()
    town = f"{address.postal_code} {address.city}".strip()
    parts = (
        address.company,
        person,
        address.street1,
        address.street2,
        town,
        address.region,
        address.country_code,
        address.phone,
    )
    return ", ".join(part for part in parts if part)


def refuse_cut(address: Address, ref: str) -> None:
    """Raises NeedsOperator for an address that would be cut on an order that is there already,
    whose text says another one."""
    parts = [part for part in cut_parts(address) if part != "region"]
    if parts:
        raise NeedsOperator(
            f"The new address of {ref} does not fit into SAP: {', '.join(parts)} too long.",
            reason="address_too_long",
            cause=f"address_too_long:{ref}",
            hint="Shorten it in the storefront and requeue, or enter it in SAP by hand and skip "
            "this step.",
            ids={"erp_number": ref},
        )


def _names(address: Address) -> tuple[str, str]:
    """The company, and the person below it; a person alone stands first."""
    person = f"{address.first_name} {address.last_name}".strip()
    return (address.company, person) if address.company else (person, "")
