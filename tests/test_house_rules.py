"""Rules of the house that no linter knows."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENDORS = re.compile(
    r"\b(odoo|sap|s/4hana|netsuite|business_?central|dynamics|salesforce|hubspot)\b", re.IGNORECASE
)
MEDUSA = re.compile(r"medusa", re.IGNORECASE)
# Rooms that may name vendors: their adapters, the registry, and the demo company.
MAY_NAME_VENDORS = ("integrations/adapters/", "integrations/sandbox/")
# Medusa is the fixed other half: these may name it too.
MAY_NAME_MEDUSA = (*MAY_NAME_VENDORS, "integrations/webhooks/", "integrations/management/")


def sources() -> list[Path]:
    rooms = [ROOT / room for room in ("erp_portal", "integrations", "quotes", "templates")]
    return [
        path
        for room in rooms
        for path in room.rglob("*")
        if path.suffix in {".py", ".html"} and "node_modules" not in path.parts
    ]


def naming(pattern: re.Pattern[str], allowed: tuple[str, ...]) -> list[str]:
    found = []
    for path in sources():
        place = path.relative_to(ROOT).as_posix()
        if not place.startswith(allowed) and pattern.search(path.read_text()):
            found.append(place)
    return sorted(found)


def test_vendors_are_named_only_in_their_adapters() -> None:
    assert naming(VENDORS, MAY_NAME_VENDORS) == []


def test_the_storefront_is_named_only_where_it_must_be() -> None:
    # Migrations and models speak of "the storefront"; a note of how it rounds may name it.
    allowed = (
        *MAY_NAME_MEDUSA,
        "erp_portal/settings.py",
        "integrations/records/",
        "integrations/models/order.py",
    )
    assert naming(MEDUSA, allowed) == []


def test_every_dependency_is_pinned_and_has_a_reason() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            if line and not line.startswith(("#", "-r")):
                assert re.match(r"^[\w.\-\[\]]+==\S+ +# \w.+", line), line


IMPORTED = re.compile(r"^\s*(?:from|import) (integrations[\w.]*)", re.MULTILINE)


def test_stand_ins_know_nothing_of_what_they_test() -> None:
    """What they shared with an adapter would be wrong in both."""
    vendors = sorted(ROOT.glob("integrations/adapters/*/sandbox"))
    assert len(vendors) > 5
    for room in (ROOT / "integrations" / "standin", *vendors):
        known = ("integrations.standin", ".".join(room.relative_to(ROOT).parts))
        for path in room.rglob("*.py"):
            names = IMPORTED.findall(path.read_text())
            assert [name for name in names if not name.startswith(known)] == [], path
