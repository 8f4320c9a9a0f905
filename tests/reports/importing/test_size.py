"""A large year is imported in the memory of a small one."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PEAK = """
import resource, sys
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("import_campaign", sys.argv[1])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def generate(folder: Path, *options: str) -> Path:
    command = [sys.executable, str(ROOT / "tools" / "generate_year.py"), str(folder), *options]
    subprocess.run(command, check=True)
    return folder


@pytest.mark.process
def test_memory_does_not_grow_with_the_year(process_env: dict[str, str], tmp_path: Path) -> None:
    """Ten times as many rows take at most 30 MB more: numbers and pairs are kept, rows are not."""
    peaks = {}
    for name, size in {"small": ("1000", "5"), "large": ("5000", "10")}.items():
        folder = generate(tmp_path / name, "--applications", size[0], "--reviews", size[1])
        env = {
            **process_env,
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": f"sqlite:///{process_env['PORTAL_VAR_DIR']}/{name}.sqlite3",
        }
        command = [sys.executable, "-c", PEAK, str(folder)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, encoding="utf-8", check=False)
        assert (done.returncode, done.stderr) == (0, "")
        peaks[name] = int(done.stdout.splitlines()[-1]) // 1024
    assert peaks["large"] - peaks["small"] < 30, peaks


def test_the_generator_gives_the_same_year_each_time(tmp_path: Path) -> None:
    first, again, other = (
        {path.name: path.read_bytes() for path in generate(tmp_path / name, "--applications", "50", *options).iterdir()}
        for name, options in (("a", ()), ("b", ()), ("c", ("--seed", "2")))
    )
    assert first == again
    assert first != other
    assert set(first) == {"applications.csv", "experts.csv", "reviews.csv"}
