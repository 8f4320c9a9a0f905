"""The production profile as a process sees it: everything from the environment."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
HOST = "portal.example.com"
REQUIRED = {
    "SECRET_KEY": "a3f1c5d7e9b2" * 5,
    "AUDIT_KEY": "0b8d6f4a2c1e" * 5,
    "DATABASE_URL": "postgres://portal@127.0.0.1:1/portal",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
    "PORTAL_URL": f"https://{HOST}",
}
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def production_env(tmp_path: Path) -> dict[str, str]:
    """Nothing of the environment of the tests but what a program needs to start."""
    env = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**env, **REQUIRED, "PORTAL_PROFILE": "production", "PORTAL_VAR_DIR": str(tmp_path / "var")}


@pytest.fixture
def run(production_env: dict[str, str]) -> Run:
    """Run `python …` in the production profile; a variable that is None is taken away."""

    def run(*arguments: str, **changes: str | None) -> "subprocess.CompletedProcess[str]":
        env = {name: value for name, value in {**production_env, **changes}.items() if value is not None}
        return subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
        )

    return run
