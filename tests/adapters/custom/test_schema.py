"""The published schema says the same as the loader."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from integrations.adapters.custom.mapping import json_schema
from tests.adapters.custom.lab import ODD, PLAIN, SMALL

PUBLISHED = Path(__file__).parents[3] / "docs" / "erps" / "custom-mapping.schema.json"


def problems_of(text: str) -> list[str]:
    validator = jsonschema.Draft202012Validator(json_schema())
    # keys like 10 are numbers to this reader and texts in JSON
    document = json.loads(json.dumps(yaml.safe_load(text)))
    return [f"{one.json_path}: {one.message}" for one in validator.iter_errors(document)]


def test_published_schema_is_the_one_of_the_loader() -> None:
    """Made by `manage.py check_mapping --schema`."""
    assert json.loads(PUBLISHED.read_text()) == json_schema()


def test_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("text", [PLAIN, ODD, SMALL], ids=["plain", "odd", "small"])
def test_good_mapping_fits_the_schema(text: str) -> None:
    assert problems_of(text) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("title: Ledgerline", "titel: Ledgerline"),
        ("kind: oauth_client_credentials", "kind: oauth"),
        ("path: /api/v1/company", "path: company"),
        ("draft: received", "draft: open"),
        ("  per: total", "  per: order"),
        ("      sku: sku", "      skuu: sku"),
    ],
)
def test_mistake_does_not_fit_the_schema(before: str, after: str) -> None:
    assert problems_of(PLAIN.replace(before, after, 1))
