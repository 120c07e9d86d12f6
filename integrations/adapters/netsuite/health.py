""" "Test connection": what the flows need, tried one by one, told in sentences."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from integrations.adapters.clocks import compare_clocks
from integrations.adapters.expiry import expiry_check
from integrations.adapters.netsuite.answers import Missing
from integrations.adapters.netsuite.client import SUITEQL
from integrations.adapters.netsuite.columns import OPTIONAL
from integrations.adapters.netsuite.fields import TABLES, Fields
from integrations.adapters.netsuite.settings import host_prefix
from integrations.adapters.netsuite.wire import is_true, text_of
from integrations.adapters.probing import Probe, no_rounding_product, tried
from integrations.errors import NeedsOperator, Rejected
from integrations.records import Check, TestReport

CERTIFICATE_WARNING = timedelta(days=30)
VENDOR_HOST = ".suitetalk.api.netsuite.com"
LIMITS = "/services/rest/system/v1/governanceLimits"
USUAL_SLOTS = 2
# What the role must see, and the permission that shows it.
_PERMISSIONS = (
    ("transaction", "Transactions > Sales Order, Find Transaction"),
    ("item", "Lists > Items"),
    ("pricing", "Lists > Items, and Set Up > Set Up Pricing"),
    ("aggregateItemLocation", "Lists > Items and Locations"),
    ("customer", "Lists > Customers"),
    ("currency", "Lists > Currency"),
    ("term", "Lists > Terms"),
    ("PreviousTransactionLineLink", "Transactions > Item Fulfillment, Invoice, Credit Memo"),
)


class Health(Fields):
    """Implements `TestsConnection`. Reads only."""

    def test(self) -> TestReport:
        """Stops early where going on would only repeat the same failure."""
        checks: list[Check] = []
        for probe in (Probe("account", self._account), Probe("signed_in", self._signed_in)):
            checks.append(tried(probe, title="NetSuite"))
            if not checks[-1].ok:
                return TestReport(version="", checks=tuple(checks))
        checks += [tried(probe, title="NetSuite") for probe in self._probes()]
        checks.append(self._certificate() if self.settings.auth == "oauth2" else _token_based())
        return TestReport(version="SuiteTalk REST v1", checks=tuple(checks))

    def _probes(self) -> Iterable[Probe]:
        yield Probe("clock", self._clock)
        for table, permission in _PERMISSIONS:
            yield Probe(f"may_read:{table}", partial(self._may_read, table, permission))
        yield Probe("optional_columns", self._optional_columns)
        yield Probe("fields", self._record_fields)
        yield Probe("concurrency", self._concurrency)
        for kind in ("rounding", "shipping", "free_text"):
            if kind == "rounding" or self.settings.product_ref_for(kind):
                yield Probe(f"{kind}_product", partial(self._service_item, kind))
        if self.settings.location_id:
            yield Probe("location", self._location)

    def _certificate(self) -> Check:
        return expiry_check(
            "certificate",
            self.settings.certificate_expires_on,
            today=datetime.now(UTC).date(),
            unknown="A certificate lives two years at most: enter 'certificate_expires_on'.",
            renew="Upload a new certificate in OAuth 2.0 Client Credentials (M2M) Setup, and "
            "enter its id and key here.",
            warns_before=CERTIFICATE_WARNING,
        )

    def _account(self) -> Check:
        host = urlsplit(self.client.session.base_url).hostname or ""
        prefix = host_prefix(self.settings.account_id)
        is_other = host.endswith(VENDOR_HOST) and host != f"{prefix}{VENDOR_HOST}"
        return Check(
            name="account",
            ok=not is_other,
            detail=f"Account {self.settings.account_id} at {host}.",
            hint=f"The address of this account is https://{prefix}{VENDOR_HOST}."
            if is_other
            else "",
        )

    def _signed_in(self) -> Check:
        self.client.page("SELECT id FROM currency", limit=1)
        way = "a certificate" if self.settings.auth == "oauth2" else "a token"
        return Check(name="signed_in", ok=True, detail=f"Signed in with {way}.")

    def _clock(self) -> Check:
        reply = self.client.call(
            "POST",
            SUITEQL,
            writes=False,
            json={"q": "SELECT id FROM currency", "params": []},
            query={"limit": "1", "offset": "0"},
            headers={"Prefer": "transient"},
        )
        return compare_clocks(
            reply.headers.get("date", ""),
            now=datetime.now(UTC),
            title="NetSuite",
            suffers="Sign-ins fail from five minutes on",
        )

    def _may_read(self, table: str, permission: str) -> Check:
        try:
            found = self.client.page(f"SELECT * FROM {table}", limit=1)
        except (Rejected, NeedsOperator) as exc:
            return Check(
                name=f"may_read:{table}",
                ok=False,
                detail=exc.message,
                hint=f"Give the role of the portal the permission {permission}.",
            )
        missing = self.missing_columns(table, TABLES[table][0])
        if missing:
            names, needed_by = ", ".join(missing), ", ".join(TABLES[table][1])
            return Check(
                name=f"may_read:{table}",
                ok=False,
                detail=f"{table} has no column {names}, or the role may not see it.",
                hint=f"{needed_by} need it: switch its feature on, or give the role the "
                f"permission {permission}.",
            )
        nothing = "" if found else "The role sees no row in it yet."
        return Check(name=f"may_read:{table}", ok=True, detail=nothing)

    def _optional_columns(self) -> Check:
        """What the portal goes without; nothing stops for it."""
        lost = [
            f"{table}.{name} ({columns[name]})"
            for table, columns in OPTIONAL.items()
            for name in self.missing_columns(table, tuple(columns))
        ]
        return Check(
            name="optional_columns",
            ok=True,
            detail=f"Done without: {', '.join(lost)}." if lost else "All are there.",
            hint="Let the role see them, if the account has them." if lost else "",
        )

    def _record_fields(self) -> Check:
        missing = [field for field in self.record_fields() if not field.type]
        ours = [field for field in missing if field.name == self.settings.line_field]
        names = ", ".join(f"{field.entity}.{field.name}" for field in missing)
        hint = f"The account or the role lacks {names}."
        if ours:
            hint = (
                f"Make a transaction column field {self.settings.line_field}, type free-form "
                "text, applied to sales, and show it to the role."
            )
        return Check(
            name="fields",
            ok=not missing,
            detail="All fields are there." if not missing else f"Missing: {names}.",
            hint=hint if missing else "",
        )

    def _concurrency(self) -> Check:
        """Only an administrator may ask; anybody else gets the usual advice."""
        try:
            found = self.client.call("GET", LIMITS, writes=False).json()
        except (NeedsOperator, Rejected, Missing):
            return Check(
                name="concurrency",
                ok=True,
                detail="The role may not see the account's limit.",
                hint=f"The portal uses up to {USUAL_SLOTS} places at once. See Setup > "
                "Integration > Integration Governance for what the account has.",
            )
        own = int(found.get("integrationConcurrencyLimit") or 0)
        limit = own or int(found.get("accountConcurrencyLimit") or 0)
        return Check(
            name="concurrency",
            ok=limit > USUAL_SLOTS,
            detail=f"{limit} requests at once, shared by every integration of the account."
            if not own
            else f"{limit} requests at once for this integration.",
            hint="" if limit > USUAL_SLOTS else "Lower the portal's slots, or raise the limit.",
        )

    def _service_item(self, kind: str) -> Check:
        name, ref = f"{kind}_product", self.settings.product_ref_for(kind)
        if not ref:
            return no_rounding_product("an other charge item without tax")
        found = self.client.page("SELECT itemid, isinactive FROM item WHERE id = ?", [ref])
        is_there = bool(found) and not is_true(found[0].get("isinactive"))
        return Check(
            name=name,
            ok=is_there,
            detail=text_of(found[0].get("itemid")) if found else f"There is no item {ref}.",
            hint="" if is_there else f"Name an active item for the {kind.replace('_', ' ')} line.",
        )

    def _location(self) -> Check:
        ref = self.settings.location_id
        found = self.client.page("SELECT name FROM location WHERE id = ?", [ref])
        return Check(
            name="location",
            ok=bool(found),
            detail=text_of(found[0].get("name")) if found else f"There is no location {ref}.",
            hint="" if found else "Correct the setting 'location_id'.",
        )


def _token_based() -> Check:
    return Check(
        name="sign_in",
        ok=True,
        detail="Token-based sign-in.",
        hint="NetSuite ends it: no new integrations from 2027.1. Change to oauth2.",
    )
