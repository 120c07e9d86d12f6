"""A real Medusa that can be made as good as new: its seeded database is the model of others."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from integrations.sandbox.storefront import MedusaSeed, RealMedusa
from integrations.sandbox.storefront.postgres import drop_database, with_database
from integrations.sandbox.storefront.shop_api import ShopApi, basic
from tests.benchmarks.catalog.goods import PLACES
from tests.benchmarks.catalog.portal import Shop
from tests.support import postgres


@dataclass(frozen=True, slots=True, kw_only=True)
class RealShop:
    """The shop without products, with a stock location for each of the ERP's places."""

    medusa: RealMedusa
    seed: MedusaSeed
    shop: Shop
    model: str

    @property
    def admin(self) -> ShopApi:
        return ShopApi(self.shop.url, {"Authorization": basic(self.shop.secret_key)})

    def renew(self) -> None:
        """The state after the seeding again, from a server that has just started."""
        self.medusa.stop_server()
        url = self.medusa.database_url
        drop_database(url)
        _copy(self.model, url)
        self.medusa.start()
        _warm_up(self.admin)


@contextmanager
def real_shop(say: object) -> Iterator[RealShop]:
    name = f"bench_medusa_{os.getpid()}"
    url = with_database(postgres.url_of("postgres"), name)
    model = with_database(url, f"{name}_model")
    with tempfile.TemporaryDirectory() as folder:
        medusa = RealMedusa(folder=Path(folder), database_url=url, progress=say)  # type: ignore[arg-type]
        try:
            medusa.prepare()
            medusa.start()
            seed = medusa.seed()
            shop = _with_places(seed)
            medusa.stop_server()
            _copy(url, model)
            made = RealShop(medusa=medusa, seed=seed, shop=shop, model=model)
            made.renew()
            yield made
        finally:
            medusa.remove()
            drop_database(model)


def _with_places(seed: MedusaSeed) -> Shop:
    admin = ShopApi(seed.url, {"Authorization": basic(seed.secret_key)})
    locations = {PLACES[0]: seed.location_id}
    for place in PLACES[1:]:
        made = admin.post("/admin/stock-locations", {"name": f"Warehouse {place}"})
        locations[place] = made["stock_location"]["id"]
    return Shop(
        url=seed.url,
        secret_key=seed.secret_key,
        sales_channel_id=seed.sales_channel_id,
        shipping_profile_id=seed.shipping_profile_id,
        locations=locations,
    )


def _copy(model: str, url: str) -> None:
    name, source = (sql.Identifier(one.rpartition("/")[2]) for one in (url, model))
    with psycopg.connect(with_database(url, "postgres"), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, source))


def _warm_up(admin: ShopApi) -> None:
    """What the first call of a kind pays is nobody's: routes and queries are made then."""
    for path in ("products", "product-variants", "inventory-items", "price-lists"):
        admin.get(f"/admin/{path}", limit=1)
