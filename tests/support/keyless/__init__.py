"""An ERP that enforces no key: it takes two orders with one reference, as some vendors do.

A stand-in and its adapter, registered as a package of somebody else would be:
ADAPTERS=keyless=tests.support.keyless.SPEC.
"""

from integrations.adapters import AdapterSpec

KIND = "keyless"
PATH = "tests.support.keyless.SPEC"
ENVIRONMENT = {"ADAPTERS": f"{KIND}={PATH}"}

SPEC = AdapterSpec(
    kind=KIND,
    role="erp",
    title="Keyless ERP",
    adapter="tests.support.keyless.adapter.open_adapter",
    sandbox="tests.support.keyless.server.KeylessErp",
)
