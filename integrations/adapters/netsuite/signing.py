"""Token-based sign-in: the OAuth 1.0a header of one request (RFC 5849, HMAC-SHA256). Pure.

Method, address and query are signed, the JSON body is not. NetSuite takes a nonce once and a
timestamp within five minutes, so every attempt needs a header of its own, made when it is sent.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenCredentials:
    """`realm` is the account id as NetSuite shows it: upper case, with underscores."""

    realm: str
    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    token_id: str = field(repr=False)
    token_secret: str = field(repr=False)


def authorization(
    credentials: TokenCredentials,
    *,
    method: str,
    url: str,
    query: Mapping[str, str],
    nonce: str,
    now_s: int,
) -> str:
    """The value of the Authorization header. `url` without its query."""
    oauth = {
        "oauth_consumer_key": credentials.consumer_key,
        "oauth_nonce": nonce,
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": str(now_s),
        "oauth_token": credentials.token_id,
        "oauth_version": "1.0",
    }
    pairs = sorted((_pct(name), _pct(value)) for name, value in {**oauth, **query}.items())
    parameters = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join((method.upper(), _pct(url), _pct(parameters)))
    key = f"{_pct(credentials.consumer_secret)}&{_pct(credentials.token_secret)}"
    digest = hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()
    oauth["oauth_signature"] = base64.b64encode(digest).decode()
    fields = ", ".join(f'{name}="{_pct(value)}"' for name, value in oauth.items())
    return f'OAuth realm="{credentials.realm}", {fields}'


def _pct(text: str) -> str:
    return quote(text, safe="~")
