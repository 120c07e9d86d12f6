"""How NetSuite says no: an RFC 7807 body with its own details."""

from typing import Any

from integrations.standin import Response

_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    429: "Too Many Requests",
    500: "Internal Server Error",
}


class Refusal(Exception):
    """Ends a request; nothing of it is kept."""

    def __init__(self, code: str, detail: str, *, status: int = 400, path: str = "") -> None:
        super().__init__(detail)
        self.code, self.detail, self.status, self.path = code, detail, status, path

    def response(self) -> Response:
        entry: dict[str, Any] = {"detail": self.detail, "o:errorCode": self.code}
        if self.path:
            entry["o:errorPath"] = self.path
        body: dict[str, Any] = {
            "type": f"https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.{self.status - 399}",
            "title": _TITLES.get(self.status, "Bad Request"),
            "status": self.status,
            "o:errorDetails": [entry],
        }
        if self.status == 429:
            # the top level may say something else than the detail (Help: concurrency errors)
            body["o:errorCode"] = "USER_ERROR"
        return Response(
            self.status,
            body,
            headers={"Content-Type": "application/vnd.oracle.resource+json; type=error"},
        )


def invalid_value(value: Any, path: str) -> Refusal:
    # the wording of the REST guide's own example
    field = path.rpartition(".")[2]
    return Refusal(
        "INVALID_CONTENT",
        "Error while accessing a resource. You have entered an Invalid Field Value "
        f"{value} for the following field: {field}.",
        path=path,
    )


def user_error(detail: str, path: str = "") -> Refusal:
    return Refusal("USER_ERROR", f"Error while accessing a resource. {detail}", path=path)


def nonexistent() -> Refusal:
    return Refusal(
        "NONEXISTENT_ID",
        "The record instance does not exist. Provide a valid record instance ID.",
        status=404,
    )
