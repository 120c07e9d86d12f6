""" "Test connection": what the flows need, tried one by one, told in sentences."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial

from integrations.adapters.clocks import compare_clocks
from integrations.adapters.expiry import expiry_check
from integrations.adapters.odoo.rounding import Rounding
from integrations.adapters.odoo.wire import currency_of, id_of, name_of
from integrations.adapters.probing import Probe, no_rounding_product, tried
from integrations.records import Check, TestReport

_RIGHTS = (
    ("sale.order", "create", "Sales / User: All Documents"),
    ("sale.order", "write", "Sales / User: All Documents"),
    ("product.product", "read", "Sales / User: All Documents"),
    ("res.partner", "read", "Sales / User: All Documents"),
    ("stock.picking", "read", "Inventory / User"),
    ("stock.move", "read", "Inventory / User"),
    ("account.move", "read", "Accounting / Read-only"),
    ("mail.message", "read", "Internal user"),
)


class Health(Rounding):
    """Implements `TestsConnection`. Reads only."""

    def test(self) -> TestReport:
        """Stops early where going on would only repeat the same failure."""
        checks: list[Check] = []
        for probe in self._way_probes():
            checks.append(tried(probe, title="Odoo"))
            if not checks[-1].ok:
                return TestReport(version=self._version_if_known(checks), checks=tuple(checks))
        checks += [tried(probe, title="Odoo") for probe in self._right_probes()]
        checks += [tried(probe, title="Odoo") for probe in self._setup_probes()]
        checks.append(self._key())
        return TestReport(version=self.client.version_text(), checks=tuple(checks))

    def _version_if_known(self, checks: list[Check]) -> str:
        return self.client.version_text() if checks[0].ok else ""

    # -- the way there

    def _way_probes(self) -> Iterable[Probe]:
        yield Probe("reachable", self._reachable)
        yield Probe("database_up", self._database_up)
        yield Probe("signed_in", self._signed_in)

    def _reachable(self) -> Check:
        version = self.client.version_text()
        spoken = "/json/2" if self.client.protocol == "json2" else "/jsonrpc"
        known = self.client.major_version() >= 17
        return Check(
            name="reachable",
            ok=known,
            detail=f"Odoo {version} over {spoken}.",
            hint="" if known else "Versions before 17 are not supported.",
        )

    def _database_up(self) -> Check:
        # without the parameter Odoo says "pass" even when its database is gone
        found = self.client.read_plain("/web/health", {"db_server_status": "1"})
        is_up = found.get("db_server_status", True)
        return Check(name="database_up", ok=bool(is_up), detail="The database server answers.")

    def _signed_in(self) -> Check:
        uid = self.client.call("res.users", "context_get", writes=False)["uid"]
        user = self.client.call("res.users", "read", ids=[uid], writes=False, fields=["login"])[0]
        return Check(name="signed_in", ok=True, detail=f"Signed in as {user['login']}.")

    def _clock(self) -> Check:
        reply = self.client.session.call("GET", "/web/health", writes=False)
        return compare_clocks(reply.headers.get("date", ""), now=datetime.now(UTC), title="Odoo")

    # -- what the service user may do

    def _company(self) -> Check:
        fields = ["name", "currency_id"]
        company = self.client.call(
            "res.company", "read", ids=[self.company_id()], writes=False, fields=fields
        )[0]
        return Check(
            name="company", ok=True, detail=f"{company['name']}, {name_of(company['currency_id'])}."
        )

    def _right_probes(self) -> Iterable[Probe]:
        for model, operation, group in _RIGHTS:
            yield Probe(f"may_{operation}:{model}", partial(self._right, model, operation, group))

    def _right(self, model: str, operation: str, group: str) -> Check:
        may = self._has_access(model, operation)
        return Check(
            name=f"may_{operation}:{model}",
            ok=may,
            hint="" if may else f"Give the service user the group {group!r} in Odoo.",
        )

    def _has_access(self, model: str, operation: str) -> bool:
        if self.client.major_version() < 18:
            return bool(
                self.client.call(
                    model,
                    "check_access_rights",
                    writes=False,
                    operation=operation,
                    raise_exception=False,
                )
            )
        return bool(
            self.client.call(model, "has_access", ids=[], writes=False, operation=operation)
        )

    def _key(self) -> Check:
        return expiry_check(
            "api_key",
            self.settings.api_key_expires_on,
            today=datetime.now(UTC).date(),
            unknown="Keys of ordinary users live at most 90 days: enter 'api_key_expires_on'.",
            renew="Make a new key in Odoo and enter it here.",
        )

    # -- what the connection names

    def _setup_probes(self) -> Iterable[Probe]:
        yield Probe("company", self._company)
        yield Probe("clock", self._clock)
        yield Probe("fields", self._fields)
        for currency, pricelist_id in sorted(self.settings.pricelists.items()):
            probe = partial(self._pricelist, currency, pricelist_id)
            yield Probe(f"pricelist:{currency}", probe)
        for kind in ("rounding", "shipping", "free_text"):
            if kind == "rounding" or self.settings.product_ref_for(kind):
                yield Probe(f"{kind}_product", partial(self._service_product, kind))
        if self.settings.warehouse_id is not None:
            yield Probe("warehouse", self._warehouse)

    def _fields(self) -> Check:
        wanted = {"origin", "delivery_status", "invoice_status", "locked", "picking_ids"}
        missing = wanted - self.client.existing_fields("sale.order", sorted(wanted))
        return Check(
            name="fields",
            ok=not missing,
            detail=f"Missing on orders: {', '.join(sorted(missing))}." if missing else "",
            hint="Install the modules Sales and Inventory in Odoo." if missing else "",
        )

    def _pricelist(self, currency: str, pricelist_id: int) -> Check:
        name = f"pricelist:{currency}"
        found = self.client.call(
            "product.pricelist",
            "search_read",
            writes=False,
            domain=[["id", "=", pricelist_id]],
            fields=["name", "currency_id"],
        )
        if not found:
            return Check(
                name=name,
                ok=False,
                detail=f"There is no active pricelist {pricelist_id}.",
                hint="Correct the setting 'pricelists'.",
            )
        theirs = currency_of(found[0])
        return Check(
            name=name,
            ok=theirs == currency,
            detail=f"{found[0]['name']} is in {theirs}.",
            hint="" if theirs == currency else "Correct the setting 'pricelists'.",
        )

    def _service_product(self, kind: str) -> Check:
        ref = self.settings.product_ref_for(kind)
        if not ref:
            return no_rounding_product("the id of a service product without tax")
        product_id = int(ref)
        found = self.client.call(
            "product.product",
            "search_read",
            writes=False,
            domain=[["id", "=", product_id]],
            fields=["name", "type"],
        )
        # what was agreed in words may be goods that are delivered
        is_fit = bool(found) and (kind == "free_text" or found[0]["type"] == "service")
        return Check(
            name=f"{kind}_product",
            ok=is_fit,
            detail=str(found[0]["name"]) if found else f"There is no active product {product_id}.",
            hint=""
            if is_fit
            else f"Name {'an active' if kind == 'free_text' else 'a service'} product for the "
            f"{kind.replace('_', ' ')} line.",
        )

    def _warehouse(self) -> Check:
        found = self.client.call(
            "stock.warehouse",
            "search_read",
            writes=False,
            domain=[["id", "=", self.settings.warehouse_id]],
            fields=["name", "company_id"],
        )
        wrong = bool(found) and id_of(found[0]["company_id"]) != self.company_id()
        return Check(
            name="warehouse",
            ok=bool(found) and not wrong,
            detail=str(found[0]["name"]) if found else "There is no such warehouse.",
            hint="It belongs to another company." if wrong else "",
        )
