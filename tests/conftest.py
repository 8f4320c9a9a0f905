"""What all tests share: markers, skips that must not hide, and the people and tools of the tests."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.test import Client, TransactionTestCase
from django.utils import translation
from factory.django import DjangoModelFactory

from tests.plugins.emptying import database_can_be_emptied  # noqa: F401 - a fixture for every test

hypothesis.settings.register_profile("portal", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("portal")

DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "django_db_serialized_rollback"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        from qa_portal.core.management.commands.compile_translations import compile_catalogues

        compile_catalogues()


# ------------------------------------------------------------------ which tests run
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what touches the database, keep heavy tests on one worker, leave out the other database's."""
    other = "postgres" if os.environ["TEST_DATABASE"] == "sqlite" else "sqlite"
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        if uses_database(item):
            item.add_marker("database")
        if item.get_closest_marker("browser") or item.get_closest_marker("process"):
            item.add_marker(pytest.mark.xdist_group("heavy"))
        (left_out if item.get_closest_marker(other) else kept).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def uses_database(item: pytest.Item) -> bool:
    case = getattr(item, "cls", None)
    return (
        item.get_closest_marker("django_db") is not None
        or not DATABASE_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))
        or (isinstance(case, type) and issubclass(case, TransactionTestCase))
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and find_chromium() is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    if item.get_closest_marker("redis") and not (os.environ.get("TEST_REDIS_URL") or find_redis_server()):
        pytest.skip("needs Redis: apt-get install redis-server, or set REDIS_URL")


# ------------------------------------------------------------------ REQUIRE_ALL=1: a skip is a failure
def refuse_skip(report: Any) -> None:
    """Turn the report of a skip into one of a failure, where REQUIRE_ALL=1 wants every test to run."""
    is_skip = report.outcome == "skipped" and not hasattr(report, "wasxfail")
    if is_skip and os.environ.get("REQUIRE_ALL") == "1":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        if "optional: " in str(reason):  # a program that no package provides
            return
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: REQUIRE_ALL=1 allows no skip. {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    report = yield
    refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    report = yield
    refuse_skip(report)
    return report


# ------------------------------------------------------------------ people
@pytest.fixture
def staff_user(db: None) -> Any:
    """A member of the bureau's staff."""
    from qa_portal.accounts.enums import Role
    from qa_portal.accounts.models import RoleGrant, User

    user = User.objects.create_user("staff@example.com", "a-long-password", name="Staff")
    RoleGrant.objects.create(user=user, role=Role.STAFF)
    return user


@pytest.fixture
def staff_client(staff_user: Any) -> Client:
    """A browser in which `staff_user` is signed in."""
    client = Client()
    client.force_login(staff_user)
    return client


# ------------------------------------------------------------------ data
@pytest.fixture(autouse=True)
def numbers_begin_anew() -> None:
    """Numbers and names that factories count out do not depend on the tests that ran before."""
    for factory in DjangoModelFactory.__subclasses__():
        factory.reset_sequence(0, force=True)


@pytest.fixture(autouse=True)
def language_begins_anew() -> None:
    """The language of a request in an earlier test does not stay."""
    translation.deactivate()


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """Holds `2019` and `2020`, two complete years in the import format."""
    return Path(settings.BASE_DIR) / "reports" / "demonstration"


@pytest.fixture(scope="session")
def expected_dir() -> Path:
    """Holds `2019` and `2020` with the exact figures and ranking of the reference years."""
    return Path(__file__).parent / "reference"


# ------------------------------------------------------------------ programs beside the portal
@pytest.fixture
def process_env(tmp_path: Path) -> dict[str, str]:
    """Environment for a real `manage.py` process: the portal's own settings, own empty data folder."""
    dropped = ("DATABASE_URL", "PYTHONWARNINGS")
    env = {k: v for k, v in os.environ.items() if k not in dropped and not k.startswith(("TEST_", "PYTEST_"))}
    return {**env, "DJANGO_SETTINGS_MODULE": "qa_portal.settings", "PORTAL_VAR_DIR": str(tmp_path / "var")}


def find_chromium() -> str | None:
    named = os.environ.get("CHROMIUM_PATH")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The system's Chromium; the test is skipped without one (mark it `browser`)."""
    return find_chromium() or pytest.skip("needs Chromium: apt-get install chromium")


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Any]:
    """A headless Chromium for all browser tests of this worker."""
    from playwright.sync_api import sync_playwright

    # playwright keeps an event loop in this thread, which Django would take for an async view
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=arguments)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A fresh page without cookies."""
    context = browser.new_context(locale="zh-CN")
    yield context.new_page()
    context.close()


def find_redis_server() -> str | None:
    return shutil.which("redis-server")


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the given Redis, or of one started for these tests (mark the test `redis`)."""
    if given := os.environ.get("TEST_REDIS_URL"):
        yield given
        return
    program = find_redis_server() or pytest.skip("needs Redis: apt-get install redis-server")
    port = free_port()
    folder = tmp_path_factory.mktemp("redis")
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)


def free_port() -> int:
    """A TCP port of this machine that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for_port(port: int, seconds: float = 90) -> None:
    """Return when something listens on the port. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")
