"""Staff look after the outbox in a real browser: nothing sticks out, nothing is in the way of anybody."""

from typing import Any

import pytest

from qa_portal.outbox.enums import State
from qa_portal.outbox.models import Message, MessageText
from tests.browser_fixtures import axe_violations, overflow_at, sign_in
from tests.qa_portal.outbox.conftest import people, tell


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_staff_send_again_and_write_a_text(live_server: Any, page: Any, staff_user: Any) -> None:
    for one in people(2):
        tell(one)
    Message.objects.filter(address="p0@example.com").update(state=State.FAILED)
    sign_in(page, live_server.url, staff_user)
    faults: dict[str, Any] = {}

    def look(name: str) -> None:
        if found := [*axe_violations(page), *overflow_at(page)]:
            faults[name] = found

    page.goto(f"{live_server.url}/outbox/")
    look("list")
    page.set_viewport_size({"width": 360, "height": 800})
    page.locator(".stats a").first.click()
    page.locator("tbody th a").click()
    look("message")
    page.get_by_role("button", name="重新发送").click()
    page.get_by_text("已完成。").wait_for()
    assert Message.objects.get(address="p0@example.com").state == State.WAITING

    page.goto(f"{live_server.url}/outbox/texts/")
    look("texts")
    page.goto(f"{live_server.url}/outbox/texts/test.plain/zh-hans/")
    page.get_by_label("主题").fill("事项{nummer}")
    page.get_by_role("button", name="保存文字").click()
    look("refused text")
    assert page.locator(".error-summary").is_visible()
    page.get_by_label("主题").fill("事项{number}")
    page.get_by_role("button", name="预览").click()
    page.get_by_text("事项2021-0001").wait_for()
    assert MessageText.objects.count() == 0
    look("preview")
    page.get_by_role("button", name="保存文字").click()
    page.get_by_text("文字已保存。").wait_for()
    assert MessageText.objects.get().subject == "事项{number}"
    page.goto(f"{live_server.url}/outbox/language/")
    look("language")
    assert faults == {}
