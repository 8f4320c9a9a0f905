"""Maintenance: one plain page for everybody, without a database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from qa_portal.home.maintenance import Maintenance, current_maintenance, end_maintenance, maintenance_file
from tests.qa_portal.home.html import PageReader, faults


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path


def switch(*arguments: str, capsys: Any = None) -> str:
    call_command("maintenance", *arguments)
    return capsys.readouterr().out if capsys else ""


def test_everybody_gets_the_page_in_both_languages(client: Client) -> None:
    switch("on")
    for path in ("/", "/accounts/login/", "/no-such-page/", "/healthz/else"):
        response = client.get(path)  # no database is allowed in this test
        assert (response.status_code, faults(response)) == (503, [])
        assert (response.headers["Retry-After"], response.headers["Cache-Control"]) == ("300", "no-store")
    text = response.content.decode()
    assert "系统维护中" in text
    assert PageReader(text).all("section", lang="en")
    assert client.post("/accounts/login/").status_code == 503


@pytest.mark.django_db
def test_portal_opens_again(client: Client, capsys: Any) -> None:
    assert switch("on", capsys=capsys) == "maintenance until it is switched off\n"
    assert switch("off", capsys=capsys) == "maintenance is over\n"
    assert switch("off", capsys=capsys) == "there was no maintenance\n"
    assert client.get("/accounts/login/").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/static/css/portal.css"])
def test_health_and_static_files_stay_open(client: Client, path: str) -> None:
    from qa_portal.home.maintenance import MaintenanceMiddleware

    switch("on")
    answer = object()
    request = client.get("/").wsgi_request
    request.path = path
    assert MaintenanceMiddleware(lambda request: answer)(request) is answer  # type: ignore[arg-type,return-value]


def test_end_is_told_in_shanghai_time(client: Client, time_machine: Any, capsys: Any) -> None:
    time_machine.move_to(datetime(2026, 11, 22, 20, 0, tzinfo=UTC), tick=False)
    assert switch("on", "--until", "2026-11-23 06:00", capsys=capsys) == "maintenance until 2026-11-23 06:00\n"
    response = client.get("/")
    assert response.headers["Retry-After"] == str(2 * 60 * 60)
    assert "2026年11月23日 06:00" in response.content.decode()
    assert "2026-11-23 06:00, Shanghai time" in response.content.decode()


@pytest.mark.parametrize(("left", "seconds"), [(3600, 3600), (30, 60), (-100, 60)])
def test_overdue_maintenance_asks_to_come_again(time_machine: Any, left: int, seconds: int) -> None:
    time_machine.move_to(datetime(2026, 11, 22, tzinfo=UTC), tick=False)
    assert Maintenance(timezone.now() + timedelta(seconds=left)).retry_after == seconds


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01 06:00", "2001-01-01 06:00", "06:00"])
def test_impossible_end_changes_nothing(text: str) -> None:
    with pytest.raises(CommandError, match="--until"):
        switch("on", "--until", text)
    assert current_maintenance() is None


@pytest.mark.parametrize("content", ["", "x", "{}", '{"until": null}', '{"until": "x"}', "[]"])
def test_file_that_cannot_be_read_still_counts(content: str) -> None:
    maintenance_file().write_text(content)
    assert current_maintenance() == Maintenance()
    assert end_maintenance() is True
