"""Walking through the portal in a real Chromium as people do: pages are looked at, forms are typed into."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core import mail

from qa_portal.outbox.delivery import deliver_due
from submissions.form.sections import BY_KEY
from submissions.form.spec import Field, Kind
from tests.browser_fixtures import axe_violations, sign_in

HEIGHT = 900
LINK = re.compile(r"https?://[^\s/]+(/\S+)")


@dataclass
class Walk:
    """One screen width, the server, and every fault that anybody met on the way."""

    browser: Any
    address: str
    width: int
    faults: dict[str, list[str]] = field(default_factory=dict)

    @contextmanager
    def window(self, user: Any = None) -> Iterator["Window"]:
        """A browser of one person, signed in or not."""
        context = self.browser.new_context(locale="zh-CN", viewport={"width": self.width, "height": HEIGHT})
        page = context.new_page()
        if user is not None:
            sign_in(page, self.address, user)
        window = Window(self, page)
        page.on("console", lambda message: window.heard(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: window.heard(str(error)))
        yield window
        context.close()


@dataclass
class Window:
    """A page of one person, with the steps that all journeys share."""

    walk: Walk
    page: Any

    def heard(self, text: str) -> None:
        """The browser complained; a refused form is told by its status, which is no fault."""
        if "422" not in text:
            self.walk.faults.setdefault(self.page.url, []).append(text)

    def open(self, path: str) -> None:
        self.page.goto(self.walk.address + path)

    def look(self, name: str) -> None:
        """Axe finds nothing, and the page does not scroll sideways."""
        self.page.wait_for_load_state("load")
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        found = axe_violations(self.page) + ([f"{wide} px wide"] if wide > self.walk.width else [])
        if found:
            self.walk.faults[name] = found

    def press(self, name: str, *, within: str = "main") -> None:
        """A button by its words."""
        self.page.locator(within).get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str, *, within: str = "main") -> None:
        """A link by its words."""
        self.page.locator(within).get_by_role("link", name=name, exact=True).first.click()

    def open_tab(self, part: str) -> None:
        """A part of a page that stands beside another one, and on a phone behind it."""
        tab = self.page.locator(f".desk-tabs a[href='#{part}'][role=tab]")
        if tab.count():
            tab.click()

    def type(self, values: dict[str, str]) -> None:
        """Fields by name; choices are taken by value."""
        for name, value in values.items():
            at = self.page.locator(f"main [name='{name}']")
            if at.evaluate("one => one.tagName") == "SELECT":
                at.select_option(value)
            else:
                at.fill(value)

    def submit(self, action: str) -> None:
        """Press the button of the form that is sent to an address with this ending, opened if it is folded."""
        form = self.page.locator(f"main form[action$='{action}']").first
        for summary in form.locator("xpath=ancestor::details[not(@open)]/summary").all():
            summary.click()
        form.locator("button[type=submit], button:not([type])").first.click()

    # ------------------------------------------------------------------ sections
    def fill(self, section: str, values: dict[str, Any]) -> None:
        """Type a section; keys that are not in `values` stay as they are."""
        for spec in BY_KEY[section].fields:
            if spec.key in values:
                self._fill(spec, values[spec.key])

    def _fill(self, spec: Field, value: Any) -> None:
        if spec.kind == Kind.ROWS:
            for place, row in enumerate(value):
                rows = self.page.locator(f"[data-rows={spec.key}] [data-row-list] > [data-row]")
                if rows.count() <= place:
                    self.page.locator(f"[data-rows={spec.key}] [data-step=add]").click()
                for column in spec.columns:
                    if column.key in row:
                        self._cell(rows.nth(place).locator(f"[name$='-{column.key}']"), column, row[column.key])
        elif spec.kind in (Kind.YES_NO, Kind.CHOICES):
            for one in value if isinstance(value, list) else [value]:
                self.page.locator(f"#f-{spec.key}-{one}").check()
        else:
            self._cell(self.page.locator(f"#f-{spec.key}"), spec, value)

    @staticmethod
    def _cell(at: Any, spec: Field, value: str) -> None:
        if spec.kind in (Kind.CHOICE, Kind.UNIT):
            at.select_option(value)
        else:
            at.fill(value)

    # ------------------------------------------------------------------ evidence
    def upload(self, slot: str, name: str, content: bytes) -> None:
        """Choose a file in its slot and wait until the portal has it."""
        kind = "image/png" if name.endswith(".png") else "application/pdf"
        self.page.set_input_files(f"#files-{slot}", [{"name": name, "mimeType": kind, "buffer": content}])
        self.page.wait_for_selector(f"#slot-{slot} .slot-file .file-name:has-text('{name}')")

    def describe(self, slot: str, facts: dict[str, str], claims: tuple[str, ...] = ()) -> None:
        """Say what the file of a slot proves; a word of `claims` names the boxes."""
        form = self.page.locator(f"#slot-{slot} .file-proves form")
        if not form.is_visible():
            self.page.locator(f"#slot-{slot} .file-proves summary").click()
        for key, value in facts.items():
            at = form.locator(f"[name={key}]")
            if at.evaluate("one => one.tagName") == "SELECT":
                at.select_option(value)
            else:
                at.fill(value)
        for words in claims:
            for label in form.locator("label", has_text=words).all():
                label.click()


def link_from_mail(to: str, part: str) -> str:
    """The path of the link with `part` in the newest mail to this person, sent at once or by the outbox."""
    deliver_due()
    for message in reversed(mail.outbox):
        found = [path for path in LINK.findall(message.body) if part in path]
        if to in message.to and found:
            return str(found[0])
    raise AssertionError(f"no mail to {to} with {part}: {[(one.to, one.subject) for one in mail.outbox]}")
