"""Whether pages fit every screen and are accessible: the walk that all browser tests share."""

from collections.abc import Iterable
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = (320, 390, 1280)
LOOKED_AT = (320, 1280)  # widths at which axe looks, which takes longest


def unfold(tab: Page) -> None:
    """Open everything folded, also what closes its neighbours when it opens."""
    tab.evaluate("for (const one of document.querySelectorAll('main details')) { one.name = ''; one.open = true }")


def violations(tab: Page) -> list[str]:
    """What axe finds on the page."""
    found: list[dict[str, Any]] = Axe().run(tab).response["violations"]
    return [f"{v['id']}: {v['help']} {[node['target'] for node in v['nodes']][:3]}" for v in found]


def wrong_with(tab: Page, site: str, places: Iterable[str], *, unfolded: bool = True) -> list[str]:
    """What is wider than a screen, and what axe finds, on each of the pages at each width."""
    wrong = []
    for place in places:
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 900})
            tab.goto(site + place)
            if tab.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append(f"{place} is wider than {width}")
            if width in LOOKED_AT:
                if unfolded:
                    unfold(tab)
                wrong += [f"{place} at {width}: {found}" for found in violations(tab)]
    return wrong
