"""What must hold on every screen: nothing sticks out, is cut off or shuts anybody out."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Elements that hide what does not fit though they are no scroll container, and cells whose
# text runs out of them at the top and bottom.
CLIPPED = """
() => [...document.querySelectorAll('body *')].filter(element => {
  const style = getComputedStyle(element);
  if (style.visibility === 'hidden' || !element.getClientRects().length) return false;
  const hides = ['hidden', 'clip'].includes(style.overflowX);
  const box = element.getBoundingClientRect();
  const tall = element.matches('td, th, .badge') && style.display !== 'table-cell'
    && element.scrollHeight > element.clientHeight + 1;
  if (tall) return true;
  return hides && box.width > 2 && element.scrollWidth > element.clientWidth + 1
    && !element.closest('[data-simplebar]') && !element.closest('pre');
}).map(e => `${e.tagName}.${e.className}: ${e.textContent.trim().slice(0, 60)}`)
"""
GRAVE = {"serious", "critical"}


def assert_fits(page: Page) -> None:
    """No horizontal scroll of the page and no text that is cut off."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"the page is {wide} px too wide"
    assert page.evaluate(CLIPPED) == []


def assert_open_to_everybody(page: Page) -> None:
    """axe has no serious or critical finding."""
    found = Axe().run(page).response["violations"]
    grave = [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]
    assert grave == []


def assert_well_made(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    assert page.complaints == []
    assert_fits(page)
    assert_open_to_everybody(page)
