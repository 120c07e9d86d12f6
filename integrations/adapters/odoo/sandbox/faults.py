"""Odoo's exceptions as a caller sees them: a dotted name, a message, a status over /json/2."""

STATUS = {
    "odoo.exceptions.UserError": 422,
    "odoo.exceptions.ValidationError": 422,
    "odoo.exceptions.AccessError": 403,
    "odoo.exceptions.AccessDenied": 403,
    "odoo.exceptions.MissingError": 404,
    "werkzeug.exceptions.BadRequest": 400,
    "werkzeug.exceptions.Unauthorized": 401,
    "werkzeug.exceptions.NotFound": 404,
    "werkzeug.exceptions.UnprocessableEntity": 422,
}


class OdooFault(Exception):
    """`rpc` is (name, message) where /jsonrpc says the same thing in another way."""

    def __init__(self, name: str, message: str, *, rpc: tuple[str, str] | None = None) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.rpc = rpc or (name, message)

    @property
    def status(self) -> int:
        return STATUS.get(self.name, 500)

    def body(self, *, over_rpc: bool = False) -> dict[str, object]:
        name, message = self.rpc if over_rpc else (self.name, self.message)
        arguments: list[object] = [message]
        if not over_rpc and name.startswith("werkzeug."):
            arguments.append(self.status)
        return {
            "name": name,
            "message": message,
            "arguments": arguments,
            "context": {},
            "debug": 'Traceback (most recent call last):\n  File "/opt/odoo/stand-in.py", line 1\n',
        }


def user_error(message: str) -> OdooFault:
    return OdooFault("odoo.exceptions.UserError", message)


def access_error(message: str) -> OdooFault:
    return OdooFault("odoo.exceptions.AccessError", message)


def value_error(message: str) -> OdooFault:
    return OdooFault("builtins.ValueError", message)


def type_error(message: str) -> OdooFault:
    return OdooFault("builtins.TypeError", message)


def missing(model: str, record_id: object, uid: int) -> OdooFault:
    return OdooFault(
        "odoo.exceptions.MissingError",
        f"Record does not exist or has been deleted.\n(Record: {model}({record_id},), User: {uid})",
    )


def missing_required(label: str, name: str, model_label: str, model: str) -> str:
    of_model = f"'{model_label}' ({model})" if model else model_label
    return (
        f"Missing required value for the field '{label}' ({name}).\nModel: {of_model}\n"
        "- create/update: a mandatory field is not set\n"
        "- delete: another model requires the record being deleted, you can archive it instead\n"
    )


def validation_error(message: str) -> OdooFault:
    return OdooFault(
        "odoo.exceptions.ValidationError", f"The operation cannot be completed: {message}"
    )


def unauthorized(message: str) -> OdooFault:
    return OdooFault("werkzeug.exceptions.Unauthorized", message)


def not_found(message: str, *, rpc: tuple[str, str] | None = None) -> OdooFault:
    return OdooFault("werkzeug.exceptions.NotFound", message, rpc=rpc)


def no_database(words: str) -> OdooFault:
    return OdooFault("psycopg2.OperationalError", words)
