"""Addresses that a remote system names and people click on. Pure."""

from urllib.parse import urlsplit


def web_link(text: str) -> str:
    """`text` where it is an address of the web (http, https), else empty.

    A remote may send anything here, also `javascript:…`, and it becomes a link on our pages
    and on the buyer's.
    """
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return ""
    is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    return text.strip() if is_web else ""
