"""What sales does beside the plain editor, wide and on a phone."""

import pytest

from tests.browser.looking import assert_well_made
from tests.browser.sales import Sales
from tests.browser.test_quote_admin import editor_of, sales

pytestmark = [pytest.mark.browser, pytest.mark.slow]

__all__ = ["sales"]


def test_price_tiers_of_a_line(page, sales: Sales, shoot):
    sales.draft.lines.filter(n=1).update(
        tiers=[
            {"from": "240", "unit_price": "162", "is_manual": True},
            {"from": "480", "unit_price": None, "is_manual": False},
        ]
    )
    page.goto(editor_of(sales.draft))
    page.locator("summary", has_text="price tiers").first.click()

    shoot(page, "price-tiers")
    assert_well_made(page)
