"""External ids: NetSuite's own unique key, and how our references are written as one. Pure.

Letters, digits, `_` and `-` only, and one namespace for all kinds of transactions: an order
and a payment of one name would collide. So each kind has its prefix; any other character of a
reference becomes `-` and the two hexadecimal digits of its bytes.
"""

import re

ORDER = "mso-"
PAYMENT = "mpay-"
_ESCAPE = re.compile(r"((?:-[0-9A-F]{2})+)")


def external_id(prefix: str, our_ref: str) -> str:
    return prefix + "".join(
        one if one.isascii() and (one.isalnum() or one == "_") else _escaped(one) for one in our_ref
    )


def our_ref_of(prefix: str, eid: str) -> str:
    """Our reference, or an empty text for an external id that is not ours."""
    if not eid.startswith(prefix):
        return ""
    pieces = _ESCAPE.split(eid.removeprefix(prefix))
    return "".join(_unescaped(piece) if piece.startswith("-") else piece for piece in pieces)


def _escaped(character: str) -> str:
    return "".join(f"-{byte:02X}" for byte in character.encode())


def _unescaped(piece: str) -> str:
    return bytes.fromhex(piece.replace("-", "")).decode("utf-8", "replace")
