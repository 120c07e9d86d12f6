"""Customers, their groups and their logins.

A customer that an operator creates is not the one of a buyer who registers with the same
e-mail: that makes a second record, with an account and without groups.
"""

from integrations.adapters.medusa.sandbox.ids import new_id, now
from integrations.adapters.medusa.sandbox.refusals import Json, Refusal, not_found

_COLUMNS = ("email", "company_name", "first_name", "last_name", "phone", "metadata")


class Customers:
    """Customers and groups by id, passwords by e-mail, login tokens."""

    def __init__(self) -> None:
        self.rows: dict[str, Json] = {}
        self.groups: dict[str, Json] = {}
        self._passwords: dict[str, str] = {}
        self._tokens: dict[str, str] = {}  # token → e-mail

    def create(self, row: Json, *, has_account: bool) -> Json:
        email = row.get("email")
        if email and self.find(email, has_account=has_account):
            account = str(has_account).lower()
            raise Refusal(f"Customer with email: {email}, has_account: {account}, already exists.")
        moment = now()
        customer: Json = {
            "id": new_id("cus"),
            **dict.fromkeys(_COLUMNS),
            **{name: row[name] for name in _COLUMNS if name in row},
            "has_account": has_account,
            "created_by": None,
            "created_at": moment,
            "updated_at": moment,
            "deleted_at": None,
            "groups": [],
            "addresses": [],
        }
        self.rows[customer["id"]] = customer
        return customer

    def find(self, email: str, *, has_account: bool | None = None) -> Json | None:
        """By exact e-mail; the one with an account first when it does not matter."""
        found = [
            row
            for row in self.rows.values()
            if row["email"] == email and has_account in (None, row["has_account"])
        ]
        return max(found, key=lambda row: bool(row["has_account"]), default=None)

    def guest(self, email: str) -> Json:
        """Whom a cart with this e-mail belongs to: an account's customer, too."""
        return self.find(email) or self.create({"email": email}, has_account=False)

    def get(self, customer_id: str) -> Json:
        if customer_id not in self.rows:
            raise not_found(f"Customer with id: {customer_id} not found")
        return self.rows[customer_id]

    # -- groups

    def create_group(self, row: Json) -> Json:
        if any(group["name"] == row["name"] for group in self.groups.values()):
            raise Refusal(f"Customer group with name: {row['name']}, already exists.")
        moment = now()
        group: Json = {
            "id": new_id("cusgroup"),
            "name": row["name"],
            "metadata": row.get("metadata"),
            "created_by": None,
            "created_at": moment,
            "updated_at": moment,
            "deleted_at": None,
        }
        self.groups[group["id"]] = group
        return group

    def change_members(self, group_id: str, add: list[str], remove: list[str]) -> Json:
        group = self.groups.get(group_id)
        if group is None:
            raise not_found(f"Customer group with id: {group_id} not found")
        for customer_id in add:
            if customer_id not in self.rows:
                raise not_found(
                    f"You tried to set relationship customer_id: {customer_id}, "
                    "but such entity does not exist"
                )
        for customer_id in add:
            groups = self.rows[customer_id]["groups"]
            if group not in groups:
                groups.append(group)
        for customer_id in set(remove) & set(self.rows):
            kept = [one for one in self.rows[customer_id]["groups"] if one["id"] != group_id]
            self.rows[customer_id]["groups"] = kept
        return group

    # -- what people do in the admin

    def delete(self, customer_id: str) -> None:
        del self.rows[customer_id]

    def delete_group(self, group_id: str) -> None:
        """Its members stay, and so do rules of price lists that name it."""
        del self.groups[group_id]
        for row in self.rows.values():
            row["groups"] = [one for one in row["groups"] if one["id"] != group_id]

    # -- logins

    def register(self, email: str, password: str) -> str:
        """A token that is good for creating the customer."""
        if self.find(email, has_account=True):
            raise Refusal("Identity with email already exists", status=401, type="unauthorized")
        self._passwords[email] = password
        return self._token(email)

    def log_in(self, email: str, password: str) -> str:
        if not password or self._passwords.get(email) != password:
            raise Refusal("Invalid email or password", status=401, type="unauthorized")
        return self._token(email)

    def email_of(self, authorization: str) -> str | None:
        """Whose `Bearer …` this is; None for a guest."""
        return self._tokens.get(authorization.removeprefix("Bearer "))

    def logged_in(self, authorization: str) -> Json | None:
        email = self.email_of(authorization)
        return self.find(email, has_account=True) if email else None

    def _token(self, email: str) -> str:
        token = new_id("jwt")
        self._tokens[token] = email
        return token
