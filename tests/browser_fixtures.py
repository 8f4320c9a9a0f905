"""What tests in a real browser share: signing in, and what every page must satisfy there."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

WIDTHS = (320, 360, 768, 1440)
# elements beyond the right edge that do not stand in a part that scrolls by itself
OUTSIDE = """width => [...document.body.querySelectorAll('*')]
  .filter(at => at.getBoundingClientRect().right > width + 1 && !at.closest('.table-region'))
  .slice(0, 5).map(at => at.outerHTML.slice(0, 120))"""


def sign_in(page: Any, address: str, user: Any) -> None:
    """Give the browser a session of `user` on the server at `address`."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])


def axe_violations(page: Any) -> list[str]:
    """Each violation that axe finds, as “rule: the elements”."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {[node['html'][:160] for node in rule['nodes']]}" for rule in found]


def overflow_at(page: Any, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """The widths at which the page scrolls sideways, with the first elements that stick out."""
    faults = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            outside = page.evaluate(OUTSIDE, width)
            faults.append(f"{width} px: the page is {wide} px wide: {outside}")
    return faults
