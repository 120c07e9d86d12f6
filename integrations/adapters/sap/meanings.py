"""What SAP's own messages mean to an operator. Pure.

Message numbers that are documented: V2/474 (approved document) and F5/201 (posting period), both
from SAP's message texts. All others quoted for sales orders (V1/…, VP/…, M7/053) could not be
confirmed, so no number decides alone: the words do as well, in English and German. Who or what an
order names is not judged by messages at all, see `refusals`.
"""

import re
from collections.abc import Set
from dataclasses import dataclass

from integrations.errors import AuthFailed, NeedsOperator


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """`codes` or `words` tell it; `sentence` is followed by SAP's own words."""

    codes: frozenset[str] = frozenset()
    words: re.Pattern[str]
    sentence: str
    reason: str
    hint: str


_ACCESS_HINT = (
    "Add the service to the communication arrangement, or give the user the role; then test the "
    "connection and requeue."
)
_MEANINGS = (
    Meaning(
        # M7/053 is said of goods movements; unverified
        codes=frozenset({"F5/201", "M7/053"}),
        words=re.compile(
            r"posting period .*(not open|closed)|period .* is not open|"
            r"posting only possible in periods|buchungsperiode .*nicht (offen|geöffnet)",
            re.IGNORECASE,
        ),
        sentence="The posting period is closed in SAP",
        reason="closed_period",
        hint="Have accounting open the period (Manage Posting Periods, or OB52), then requeue.",
    ),
    Meaning(
        codes=frozenset({"V2/474"}),
        words=re.compile(r"(document|order) .*(is|was) (already )?approved", re.IGNORECASE),
        sentence="SAP lets nobody change an order that is approved",
        reason="erp_order_locked",
        hint="Withdraw the approval in SAP and requeue, or make the change there by hand.",
    ),
    Meaning(
        words=re.compile(
            r"no authori[sz]ation|not authori[sz]ed|missing authori[sz]ation|"
            r"keine berechtigung|nicht berechtigt",
            re.IGNORECASE,
        ),
        sentence="The user of the connection may not do this in SAP",
        reason="erp_access_denied",
        hint=_ACCESS_HINT,
    ),
)


def meaning_of(codes: Set[str], words: str) -> NeedsOperator | None:
    """What a person must do about a refusal with these messages; None where only SAP's words
    are known. Equal causes have no words in them: those name orders and transactions."""
    for one in _MEANINGS:
        if codes & one.codes or one.words.search(words):
            return NeedsOperator(
                f"{one.sentence}: {words}", reason=one.reason, cause=one.reason, hint=one.hint
            )
    return None


def access_denied(words: str, said: str) -> NeedsOperator:
    """`said` is `words` without what differs from call to call: equal denials are one issue."""
    return NeedsOperator(
        f"The user of the connection may not do this in SAP: {words or 'access denied'}",
        reason="erp_access_denied",
        cause=f"erp_access_denied:{said[:80]}",
        hint=_ACCESS_HINT,
    )


# ---------------------------------------------------------------- signing in

_EXPIRED = re.compile(
    r"password\b.*\b(expired|must be changed|has to be changed|initial)|expired password|"
    r"(kennwort|passwort)\b.*(abgelaufen|geändert werden|initial)",
    re.IGNORECASE,
)
_LOCKED = re.compile(
    r"user\b.*\b(is |has been )?locked|too many failed|password logon no longer possible|"
    r"benutzer\b.*gesperrt|zu viele fehlversuche",
    re.IGNORECASE,
)
_API_KEY = re.compile(r"api[\s_-]?key", re.IGNORECASE)


def refused_sign_in(words: str, status: int) -> AuthFailed:
    """SAP's page for a refused sign-in; most systems say no more than "Logon failed"."""
    message, hint = _sign_in_words(words)
    return AuthFailed(message, status=status, remote_words=words, hint=hint)


def _sign_in_words(words: str) -> tuple[str, str]:
    if _EXPIRED.search(words):
        return (
            "The password of the SAP user of this connection has expired.",
            "Set a new one in SAP (best for a user whose password never expires), enter it on the "
            "connection, then resume the connection.",
        )
    if _LOCKED.search(words):
        return (
            "SAP has locked the user of this connection.",
            "Have it unlocked in SAP, check the password on the connection, then resume it.",
        )
    if _API_KEY.search(words):
        return (
            "The gateway in front of SAP refused the API key.",
            "Enter a valid 'Gateway API key' on the connection, then resume it.",
        )
    return (
        "SAP refused the credentials.",
        "Check user, password and SAP client of the connection, and whether the password has "
        "expired (SAP locks a user after some tries); then resume it.",
    )


def refused_client(words: str, status: int) -> AuthFailed:
    """What the token service says of an OAuth client."""
    if re.search(r"expired", words, re.IGNORECASE):
        return AuthFailed(
            "The secret of the OAuth client has expired.",
            status=status,
            remote_words=words,
            hint="Create a new secret, enter it on the connection, then resume the connection.",
        )
    return AuthFailed(
        "The token service refused the OAuth client.",
        status=status,
        remote_words=words,
        hint="Check client id, secret and token URL of the connection, then resume it.",
    )
