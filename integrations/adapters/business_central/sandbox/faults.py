"""Refusals in the words of Business Central: {"error": {"code", "message"}}, the message
ending in a correlation id (Microsoft Learn: "API error codes")."""

import uuid
from typing import Any


class BcFault(Exception):
    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status

    def body(self) -> dict[str, Any]:
        words = f"{self.message}  CorrelationId:  {uuid.uuid4()}."
        return {"error": {"code": self.code, "message": words}}


def dialog(message: str) -> BcFault:
    """Error() in AL code."""
    return BcFault("Application_DialogException", message)


def field_refused(message: str) -> BcFault:
    """TestField and FieldError in AL code."""
    return BcFault("Application_FieldValidationException", message)


def not_found(entity: str) -> BcFault:
    return BcFault("BadRequest_NotFound", f"The {entity} does not exist.", 404)


def no_segment(name: str) -> BcFault:
    return BcFault(
        "BadRequest_ResourceNotFound", f"Resource not found for the segment '{name}'.", 404
    )


def bad_request(message: str) -> BcFault:
    return BcFault("BadRequest", message)


def changed() -> BcFault:
    return BcFault(
        "Request_EntityChanged",
        "Another user has already changed the record.",
        409,
    )
