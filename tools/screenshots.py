#!/usr/bin/env python3
"""Take pictures of the main pages, at three widths, as each demonstration account sees them.

    make screenshots                          into var/screenshots
    .venv/bin/python tools/screenshots.py --docs   also the two pictures of the README, into docs/images

A portal of its own is started on a throw-away database with the reference years; nothing of `var/` is
touched but the pictures. Needs Chromium.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDTHS = (360, 768, 1440)
HEIGHT = 900
TALLEST = 6000  # of one picture; longer pages are cut
YEAR = 2020
OPEN_YEAR = 2021  # in which the demonstration takes applications
PUBLIC = {
    "sign-in": "/accounts/login/",
    "forgotten-password": "/accounts/password/reset/",
    "help": "/help/",
    "not-found": "/no-such-page/",
    "components": "/components/",
}
EVERYBODY = {
    "home": "/",
    "notices": "/notices/",
    "jobs": "/jobs/",
    "account": "/accounts/",
    "sign-ins": "/accounts/sessions/",
}
BUREAU = {
    "overview": f"/years/{YEAR}/",
    "applications": f"/years/{YEAR}/applications/",
    "application": f"/years/applications/{YEAR}-0001/",
    "ranking": f"/years/{YEAR}/ranking/",
    "statistics": f"/years/{YEAR}/statistics/",
    "circular": f"/years/{YEAR}/circular/",
    "search": "/search/?q=轴承",
    "units": "/organisations/units/",
    "formal-check": f"/checking/{OPEN_YEAR}/",
}
STAFF = {
    "circular-settings": f"/years/{YEAR}/circular/settings/",
    "circular-texts": f"/years/{YEAR}/circular/texts/",
    "import": "/years/import/",
    "import-experts": f"/years/{YEAR}/experts/import/",
    "import-units": "/organisations/units/import/",
    "announcements": "/announcements/",
}
MANAGERS = {"people": "/organisations/people/", "units": "/organisations/units/", "search": "/search/?q=demo"}
OF_ORGANISATION = {"organisation": "/organisations/mine/"}
APPLICANT = OF_ORGANISATION | {
    "profile": "/organisations/mine/profile/",
    "call": "/applications/call/",
    "applications": "/applications/",
}
RECOMMENDER = OF_ORGANISATION | {"queue": f"/recommending/{OPEN_YEAR}/"}
TECHNICAL = {"admin": "/admin/", "admin-people": "/admin/accounts/user/", "admin-grants": "/admin/accounts/rolegrant/"}
OF_ROLE: dict[str, dict[str, str]] = {
    "applicant": APPLICANT,
    "recommender": RECOMMENDER,
    "staff": BUREAU | STAFF,
    "leader": BUREAU,
    "system_admin": MANAGERS | TECHNICAL,
    "security_admin": MANAGERS,
    "auditor": {"trail": "/audit/"},
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--output", type=Path, default=ROOT / "var" / "screenshots")
    parser.add_argument("--docs", action="store_true", help="also write docs/images")
    parser.add_argument("--role", help="only this role (and not the public pages)")
    options = parser.parse_args()
    program = os.environ.get("CHROMIUM_PATH") or next((p for name in BROWSERS if (p := shutil.which(name))), None)
    if program is None:
        sys.stderr.write("Error: needs Chromium: apt-get install chromium\n")
        return 1
    options.output.mkdir(parents=True, exist_ok=True)
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with portal() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        taken = 0
        if not options.role:
            taken += shoot(fresh_page(browser), address, "public", PUBLIC, options.output)
        for email, password, role in accounts():
            if options.role in (None, role):
                page = fresh_page(browser)
                sign_in(page, address, email, password)
                taken += shoot(page, address, role, EVERYBODY | OF_ROLE.get(role, {}), options.output)
        if options.docs:
            taken += shoot_for_readme(browser, address, ROOT / "docs" / "images")
        browser.close()
    sys.stdout.write(f"{taken} pictures in {options.output}\n")
    return 0


def accounts() -> list[tuple[str, str, str]]:
    """E-mail address, password and role of the demonstration accounts."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qa_portal.settings")
    from django.conf import settings

    return list(settings.DEMONSTRATION_ACCOUNTS)


@contextmanager
def portal() -> Iterator[str]:
    """A portal on a free port with a database that goes with it; gives its address."""
    with tempfile.TemporaryDirectory(prefix="portal-screenshots-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
        probe.close()
        inherited = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        env = inherited | {"PORTAL_VAR_DIR": folder, "PORT": port, "PORTAL_PROFILE": "demonstration"}
        manage = [sys.executable, str(ROOT / "manage.py")]
        subprocess.run([*manage, "prepare"], env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        server = subprocess.Popen([*manage, "serve"], env=env, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(address, server)
            yield address
        finally:
            server.terminate()
            server.wait(20)


def wait_for(address: str, server: "subprocess.Popen[bytes]", seconds: float = 60) -> None:
    """Return when the portal answers. Raises RuntimeError when it ends or stays silent."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            urlopen(f"{address}/accounts/login/", timeout=5).close()  # noqa: S310 - the address is our own
            return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("the portal did not start")


def fresh_page(browser: Browser, **options: Any) -> Page:
    """A window without cookies, in Chinese, without motion."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce", **options)
    return context.new_page()


def sign_in(page: Page, address: str, email: str, password: str) -> None:
    page.goto(f"{address}/accounts/login/")
    page.locator("#id_login").fill(email)
    page.locator("#id_password").fill(password)
    page.locator("#id_password").press("Enter")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def shoot(page: Page, address: str, who: str, pages: dict[str, str], output: Path) -> int:
    """A picture of every page at every width; how many."""
    for name, path in pages.items():
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.goto(address + path)
            tall = int(page.evaluate("document.documentElement.scrollHeight"))
            cut = {"x": 0, "y": 0, "width": width, "height": min(max(tall, HEIGHT), TALLEST)}
            page.screenshot(path=output / f"{who}-{name}-{width}.png", full_page=True, clip=cut)  # type: ignore[arg-type]
    return len(pages) * len(WIDTHS)


def shoot_for_readme(browser: Browser, address: str, folder: Path) -> int:
    """The two pictures that the README shows, small enough for a repository."""
    folder.mkdir(parents=True, exist_ok=True)
    staff = next(account for account in accounts() if account[2] == "staff")
    page = fresh_page(browser, viewport={"width": 1280, "height": 900})
    sign_in(page, address, staff[0], staff[1])
    for name in ("statistics", "circular"):
        page.goto(address + BUREAU[name])
        page.screenshot(path=folder / f"{name}.png")
    return 2


if __name__ == "__main__":
    sys.exit(main())
