"""What a script sees: one line on stderr, exit status 1, never a traceback."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from tests.builders import small_year, write_year

pytestmark = pytest.mark.process
Manage = Callable[..., tuple[int, str, str]]


@pytest.fixture
def manage(process_env: dict[str, str]) -> Manage:
    """Runs `manage.py` on an own SQLite file: exit status, stdout, stderr."""

    def run(*arguments: str, **variables: str) -> tuple[int, str, str]:
        command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *arguments]
        env = {**process_env, "DATABASE_URL": f"sqlite:///{process_env['PORTAL_VAR_DIR']}/own.sqlite3", **variables}
        done = subprocess.run(command, env=env, capture_output=True, text=True, encoding="utf-8", check=False)
        return done.returncode, done.stdout, done.stderr

    return run


def test_an_import_and_what_is_refused_after_it(manage: Manage, tmp_path: Path) -> None:
    folder = write_year(tmp_path / "2021", small_year())
    assert manage("migrate", "-v0") == (0, "", "")
    assert manage("campaign_statistics", "2021") == (
        1, "", "There is no campaign year 2021. Import one first (import_campaign).\n",
    )  # fmt: skip
    assert manage("import_campaign", str(folder)) == (
        0,
        "2021: imported 3 applications, 2 experts, 6 reviews\nnew recommending units: 闵行区市场监督管理局\n",
        "",
    )
    assert manage("import_campaign", str(folder)) == (
        1, "", "The year 2021 exists already. Replace it on purpose (--replace), or correct the numbers.\n",
    )  # fmt: skip
    for command in ("campaign_statistics", "campaign_ranking"):
        assert manage(command, "1999") == (1, "", "There is no campaign year 1999. Known years: 2021.\n")
    tables = small_year()
    tables["applications"][0]["新增利润"] = "一百"
    tables["reviews"][0]["产品质量"] = "31"
    write_year(folder, tables)
    # even where the terminal cannot show Chinese
    assert manage("import_campaign", str(folder), "--replace", LANG="en_US.UTF-8") == (
        1,
        "",
        'applications.csv:2:新增利润: "一百" is not a number\n'
        'reviews.csv:2:产品质量: "31" is not between 0 and the maximum of 30\n',
    )


def test_a_database_that_is_not_set_up(manage: Manage, tmp_path: Path) -> None:
    line = "The database is not set up yet: run `python manage.py migrate` first.\n"
    folder = write_year(tmp_path / "2021", small_year())
    for arguments in (("import_campaign", str(folder)), ("campaign_statistics", "2020"), ("campaign_ranking", "2020")):
        assert manage(*arguments) == (1, "", line)


def test_a_database_that_cannot_be_reached(manage: Manage) -> None:
    for url in ("postgres://nobody@127.0.0.1:1/none", "sqlite:////no/such/folder/portal.sqlite3"):
        status, out, error = manage("campaign_statistics", "2020", DATABASE_URL=url)
        assert (status, out) == (1, "")
        assert error.startswith("The database cannot be reached: ")
        assert error.endswith("; check DATABASE_URL.\n")
        assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("import_campaign",), "the following arguments are required: DIR; see manage.py import_campaign --help"),
        (
            ("campaign_statistics", "letzte"),
            "argument YEAR: invalid int value: 'letzte'; see manage.py campaign_statistics --help",
        ),
        (
            ("import_campaign", "/tmp", "--overwrite"),  # noqa: S108 - never opened
            "unrecognized arguments: --overwrite; see manage.py import_campaign --help",
        ),
        (
            ("import_campaign", "/no/such/folder"),
            "/no/such/folder is not a folder; give the folder that holds applications.csv.",
        ),
        (
            ("import_campaign", __file__),
            f"{__file__} is not a folder; give the folder that holds applications.csv.",
        ),
    ],
)
def test_wrong_arguments(arguments: tuple[str, ...], line: str, manage: Manage) -> None:
    assert manage(*arguments) == (1, "", line + "\n")


@pytest.mark.parametrize("year", ["0", "-1", "99999", "99999999999999999999999"])
def test_years_that_no_database_holds(year: str, manage: Manage) -> None:
    manage("migrate", "-v0")
    assert manage("campaign_ranking", "--", year) == (
        1, "", f"There is no campaign year {int(year)}. Import one first (import_campaign).\n",
    )  # fmt: skip
