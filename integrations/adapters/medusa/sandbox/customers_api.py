"""Admin API: customers, groups and promotions. Store API: registering and logging in."""

from integrations.adapters.medusa.sandbox.fields import project
from integrations.adapters.medusa.sandbox.ids import new_id, now
from integrations.adapters.medusa.sandbox.lists import filtered, paged, refuse_unknown, values_of
from integrations.adapters.medusa.sandbox.product_rows import merged
from integrations.adapters.medusa.sandbox.refusals import (
    Json,
    Refusal,
    Shape,
    body_of,
    endpoint,
    not_found,
)
from integrations.adapters.medusa.sandbox.state import State
from integrations.standin import Request

_CUSTOMER = Shape(
    {"email": "text", "company_name": "text", "first_name": "text", "last_name": "text",
     "phone": "text", "metadata": "object"}
)  # fmt: skip
_GROUP = Shape({"name": "text!", "metadata": "object"})
_MEMBERS = Shape({"add": "list", "remove": "list"})
_LOGIN = Shape({"email": "text", "password": "text"})
_PROMOTION = Shape(
    {"code": "text!", "type": "text!", "status": "text", "is_automatic": "bool",
     "is_tax_inclusive": "bool", "campaign_id": "text", "rules": "list", "metadata": "object",
     "application_method": "object"}
)  # fmt: skip

_LAZY = ("groups", "addresses")


class CustomersApi(State):
    # -- admin

    @endpoint("POST", "/admin/customers", "customers.create")
    def create_customer(self, request: Request) -> Json:
        row = body_of(request, _CUSTOMER)
        if row.get("email") and "@" not in row["email"]:
            raise Refusal("Invalid request: Invalid email address")
        return {"customer": _view(self._register(row, has_account=False), request)}

    @endpoint("GET", "/admin/customers", "customers.list")
    def list_customers(self, request: Request) -> Json:
        refuse_unknown(request, ("email", "groups", "has_account"))
        rows = filtered(request, self.customers.rows.values(), ("id", "email"))
        groups = set(values_of(request, "groups"))
        if groups:
            rows = [row for row in rows if groups & {one["id"] for one in row["groups"]}]
        account = request.param("has_account")
        if account:
            rows = [row for row in rows if str(row["has_account"]).lower() == account]
        return paged(request, rows, "customers", lambda row: _view(row, request))

    @endpoint("GET", "/admin/customers/{id}", "customers.read")
    def read_customer(self, request: Request) -> Json:
        return {"customer": _view(self.customers.get(request.path_values["id"]), request)}

    @endpoint("POST", "/admin/customers/{id}", "customers.update")
    def update_customer(self, request: Request) -> Json:
        body = body_of(request, _CUSTOMER)
        customer = self.customers.rows.get(request.path_values["id"])
        if customer is None:
            raise not_found(f'Customer with id "{request.path_values["id"]}" not found')
        metadata = merged(customer["metadata"], body)
        customer |= {**body, "metadata": metadata, "updated_at": now()}
        return {"customer": _view(customer, request)}

    @endpoint("POST", "/admin/customer-groups", "customer_groups.create")
    def create_group(self, request: Request) -> Json:
        return {"customer_group": self.customers.create_group(body_of(request, _GROUP))}

    @endpoint("GET", "/admin/customer-groups", "customer_groups.list")
    def list_groups(self, request: Request) -> Json:
        refuse_unknown(request, ("name",))
        rows = filtered(request, self.customers.groups.values(), ("id", "name"))
        words = request.param("q").lower()
        rows = [row for row in rows if words in row["name"].lower()]
        fields = request.param("fields")
        return paged(
            request, rows, "customer_groups", lambda row: project(row, fields, default=row)
        )

    @endpoint("POST", "/admin/customer-groups/{id}/customers", "customer_groups.members")
    def change_members(self, request: Request) -> Json:
        body = body_of(request, _MEMBERS)
        group = self.customers.change_members(
            request.path_values["id"], body.get("add") or [], body.get("remove") or []
        )
        return {"customer_group": group}

    @endpoint("POST", "/admin/promotions", "promotions.create")
    def create_promotion(self, request: Request) -> Json:
        return {"promotion": self._promote(body_of(request, _PROMOTION))}

    @endpoint("GET", "/admin/promotions", "promotions.list")
    def list_promotions(self, request: Request) -> Json:
        refuse_unknown(request, ("code",))
        rows = filtered(request, self.checkout.promotions.values(), ("id", "code"))
        return paged(request, rows, "promotions", dict)

    # -- buyers

    @endpoint("POST", "/auth/customer/emailpass/register", "auth.register")
    def register(self, request: Request) -> Json:
        body = body_of(request, _LOGIN)
        return {"token": self.customers.register(body["email"], body["password"])}

    @endpoint("POST", "/auth/customer/emailpass", "auth.login")
    def log_in(self, request: Request) -> Json:
        body = body_of(request, _LOGIN)
        return {"token": self.customers.log_in(body.get("email", ""), body.get("password", ""))}

    @endpoint("POST", "/store/customers", "store.customers.create")
    def create_own_customer(self, request: Request) -> Json:
        body = body_of(request, _CUSTOMER)
        email = self.customers.email_of(request.headers.get("authorization", ""))
        if email is None:
            raise Refusal("Unauthorized", status=401, type="unauthorized")
        customer = self._register({"email": email, **body}, has_account=True)
        return {"customer": _own(customer)}

    @endpoint("GET", "/store/customers/me", "store.customers.me")
    def read_own_customer(self, request: Request) -> Json:
        customer = self.customers.logged_in(request.headers.get("authorization", ""))
        if customer is None:
            raise Refusal("Unauthorized", status=401, type="unauthorized")
        return {"customer": _own(customer)}

    # -- parts

    def _register(self, row: Json, *, has_account: bool) -> Json:
        customer = self.customers.create(row, has_account=has_account)
        self.emit("customer.created", id=customer["id"])
        return customer

    def _promote(self, row: Json) -> Json:
        if row["code"] in self.checkout.promotions:
            raise Refusal(f"Promotion with code: {row['code']}, already exists.")
        moment = now()
        promotion: Json = {
            "id": new_id("promo"),
            "code": row["code"],
            "is_automatic": row.get("is_automatic", False),
            "is_tax_inclusive": row.get("is_tax_inclusive", False),
            "type": row["type"],
            "limit": None,
            "used": 0,
            "status": row.get("status", "draft"),
            "created_at": moment,
            "updated_at": moment,
            "deleted_at": None,
            "metadata": row.get("metadata"),
            "campaign_id": row.get("campaign_id"),
            "application_method": {"id": new_id("proappmet"), **row["application_method"]},
            "rules": row.get("rules") or [],
            "campaign": None,
        }
        self.checkout.promotions[row["code"]] = promotion
        return promotion


def _view(customer: Json, request: Request) -> Json:
    columns = [name for name in customer if name not in _LAZY]
    return project(customer, request.param("fields"), default=columns)


def _own(customer: Json) -> Json:
    return {name: value for name, value in customer.items() if name not in ("groups", "created_by")}
