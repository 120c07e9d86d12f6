"""What people type now this way and now that, made comparable. Pure."""

import unicodedata

LONGEST = 300


def loose_code(text: str) -> str:
    """A SKU, a barcode: without case and spaces. A dot or a dash may tell two apart."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())[:LONGEST]


def loose_name(text: str) -> str:
    """A name: without case, with single spaces, punctuation taken for a space."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    spaced = "".join(sign if sign.isalnum() else " " for sign in folded)
    return " ".join(spaced.split())[:LONGEST] or " ".join(folded.split())[:LONGEST]
