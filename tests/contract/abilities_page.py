"""docs/erps/abilities.md, as its tables and reasons."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "erps" / "abilities.md"


def section(title: str) -> str:
    """What stands below this heading; the part before the first one for an empty title."""
    text = PAGE.read_text()
    rest = text.partition(f"\n## {title}\n")[2] if title else text
    return rest.partition("\n## ")[0]


def table(text: str) -> dict[str, dict[str, str]]:
    """Cell by the head of its column, by ERP."""
    lines = re.findall(r"^\|(.*)\|$", text, re.MULTILINE)
    head, _, *body = [[cell.strip() for cell in line.split("|")] for line in lines]
    return {name: dict(zip(head[1:], cells, strict=True)) for name, *cells in body}
