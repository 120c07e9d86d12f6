"""Both stand-ins, filled, in one process."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.sandbox.erp import API_KEY, seed_erp
from integrations.sandbox.seeds import Remotes
from integrations.sandbox.shop import seed_shop


@contextmanager
def running(
    *, erp_port: int = 0, shop_port: int = 0, has_shop: bool = True, sandbox_key: str = ""
) -> Iterator[Remotes]:
    """Starts and fills the stand-ins, on free ports by default; stops them at the end.

    Whoever shares `sandbox_key` may set their faults from the console.
    """
    with ExitStack() as stack:
        erp = stack.enter_context(OdooStandIn(port=erp_port, api_key=API_KEY))
        shop = stack.enter_context(MedusaStandIn(port=shop_port)) if has_shop else None
        for one in filter(None, (erp, shop)):
            one.sandbox_key = sandbox_key
        yield Remotes(erp=seed_erp(erp), shop=seed_shop(shop) if shop is not None else None)
