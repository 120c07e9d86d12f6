"""A signed-in browser at two widths over the live server; `SCREENSHOTS=1` also keeps pictures.

SCREENSHOTS=1 python -m pytest tests/browser      writes docs/pictures/<name>-<width>.png
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests import factories as make
from tests.browser.scene import Scene

pytest.register_assert_rewrite("tests.browser.looking")

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
HEIGHTS = {1440: 900, 390: 844}
Shoot = Callable[[Page, str], None]


@pytest.fixture(params=[1440, 390], ids=["wide", "phone"])
def width(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    return Scene()


@pytest.fixture
def page(chromium: Browser, live_server, scene: Scene, client, width: int) -> Iterator[Page]:
    """A page of an integration admin, who may see and press everything on these screens."""
    client.force_login(make.integration_admin())
    size = {"width": width, "height": HEIGHTS[width]}
    context = chromium.new_context(viewport=size, base_url=live_server.url)
    cookie = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    context.close()


@pytest.fixture
def shoot(width: int) -> Shoot:
    """Keeps a picture of the page when SCREENSHOTS=1."""

    def keep(page: Page, name: str) -> None:
        if os.environ.get("SCREENSHOTS") == "1":
            PICTURES.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)

    return keep
