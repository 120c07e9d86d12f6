"""Ids and keys of one request line."""

from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from integrations.adapters.medusa.client import in_chunks

PROXY = 8_000  # what many a proxy takes of a request line


@given(st.lists(st.text(max_size=120), max_size=400))
def test_every_value_goes_once_and_each_line_fits_through_a_proxy(values: list[str]) -> None:
    chunks = list(in_chunks(values))

    assert [value for chunk in chunks for value in chunk] == values
    for chunk in chunks:
        assert chunk
        assert len(chunk) == 1 or len(urlencode([("external_id[]", one) for one in chunk])) < PROXY
