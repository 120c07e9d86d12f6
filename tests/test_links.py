"""What a remote calls an address becomes a link only where it is one."""

import pytest

from integrations.records import web_link


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (" https://carrier.example/T?n=1#now ", "https://carrier.example/T?n=1#now"),
        ("HTTP://carrier.example", "HTTP://carrier.example"),
        ("javascript:alert(1)", ""),
        ("data:text/html,<script>", ""),
        ("//carrier.example/T", ""),
        ("https:///T", ""),
        ("http://[::1", ""),
        ("T-1", ""),
        ("", ""),
    ],
)
def test_only_addresses_of_the_web_are_kept(told: str, kept: str) -> None:
    assert web_link(told) == kept
