"""Every code an answer of this API may carry. They are stable: callers branch on them."""

from enum import StrEnum


class Code(StrEnum):
    """With the HTTP status it comes with."""

    MALFORMED = "malformed"  # 400, the body is no JSON
    BAD_INPUT = "bad_input"  # 400, `field` names what is wrong
    KEY_MISSING = "idempotency_key_missing"  # 400
    BAD_SIGNATURE = "bad_signature"  # 401
    UNKNOWN_CUSTOMER = "unknown_customer"  # 404
    NOT_FOUND = "not_found"  # 404
    METHOD_NOT_ALLOWED = "method_not_allowed"  # 405
    NOT_ACCEPTABLE = "not_acceptable"  # 406
    ALREADY_ANSWERED = "already_answered"  # 409, this signed message was used before
    ACCOUNT_BLOCKED = "account_blocked"  # 409
    TOO_LARGE = "too_large"  # 413
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"  # 415
    KEY_REUSED = "key_reused"  # 422
    INTERNAL = "internal"  # 500
    UNAVAILABLE = "unavailable"  # 503 with Retry-After
