"""Vendored files are what they claim to be, and every reference of a stylesheet resolves."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

VENDOR = Path(settings.BASE_DIR) / "static" / "vendor"


def test_vendored_files_have_the_listed_hashes() -> None:
    listed = {
        name: digest
        for digest, name in re.findall(r"^([0-9a-f]{64})  (\S+)$", (VENDOR / "README.md").read_text(), re.M)
    }
    shipped = {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "README.md"
    }
    assert shipped == listed


def test_every_vendored_package_has_its_licence() -> None:
    assert [folder.name for folder in VENDOR.iterdir() if folder.is_dir() and not (folder / "LICENSE").exists()] == []


@pytest.mark.parametrize("path", sorted((VENDOR.parent / "css").glob("*.css")), ids=lambda path: path.name)
def test_own_styles_load_nothing_from_elsewhere(path: Path) -> None:
    assert re.findall(r"@import|url\(|@font-face", path.read_text()) == []


def test_manifest_of_static_files_can_be_built(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    assert list(tmp_path.glob("css/portal.*.css.gz"))
    assert (tmp_path / "staticfiles.json").exists()
