"""The mapping of a custom ERP is entered, refused with its line, and kept as it was written."""

import pytest

from integrations.adapters.custom.mapping import load_mapping
from integrations.models import Connection
from integrations.sandbox.erps.custom import mapping
from tests import factories as make

pytestmark = pytest.mark.django_db

ADD = "/admin/integrations/connection/add/?kind=custom"
# as a browser sends the lines of a text box
TEXT = mapping("odd").replace("\n", "\r\n")
ERP = {
    "name": "Altwerk",
    "base_url": "https://erp.example",
    "verify_tls": "on",
    "setting_mapping": TEXT,
    "secret_api_key": "key-of-altwerk",
}


def test_mapping_has_a_box_of_many_lines(signed_in):
    page = signed_in(make.integration_admin()).get(ADD).content.decode()

    assert '<textarea name="setting_mapping"' in page
    assert 'rows="24"' in page


def test_mapping_is_kept_as_it_was_written(signed_in):
    signed_in(make.integration_admin()).post(ADD, ERP)

    kept = Connection.objects.get().settings["mapping"]
    assert kept == TEXT
    assert load_mapping(kept).title == "Altwerk"


def test_bad_mapping_is_refused_with_its_line(signed_in):
    spoilt = TEXT.replace("  timezone:", "  timzone:")

    answer = signed_in(make.integration_admin()).post(ADD, {**ERP, "setting_mapping": spoilt})

    page = answer.content.decode()
    line = spoilt[: spoilt.index("timzone")].count("\n") + 1
    assert f"line {line}: unknown key &#x27;timzone&#x27; in formats" in page
    assert "did you mean &#x27;timezone&#x27;?" in page
    assert not Connection.objects.exists()
