"""`manage.py compile_translations`: .po → .mo without the gettext programs."""

import os
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand


def compile_catalogues() -> list[Path]:
    """Write each .mo of LOCALE_PATHS that is missing or not newer than its .po; returns those written."""
    written = []
    for root in settings.LOCALE_PATHS:
        for source in sorted(Path(root).glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
                continue
            half_done = target.with_name(f"{target.name}.{os.getpid()}")
            polib.pofile(str(source), encoding="utf-8").save_as_mofile(str(half_done))
            half_done.replace(target)
            written.append(target)
    return written


class Command(BaseCommand):
    help = "Compiles the message catalogues that have changed (needs no gettext programs)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        written = compile_catalogues()
        if options["verbosity"]:
            self.stdout.write(f"translations: {len(written)} compiled")
