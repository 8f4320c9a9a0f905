"""Running the import as the command line does, and looking at what it left behind."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.builders import Tables, write_year


def row_counts() -> dict[str, int]:
    """Rows of every table of the database, the audit trail included."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.label: model._base_manager.count() for model in models if model._meta.managed}


def run_import(folder: Path, *options: str) -> str:
    """What `import_campaign` prints. Raises CommandError."""
    out = io.StringIO()
    call_command("import_campaign", str(folder), *options, stdout=out)
    return out.getvalue()


def refused(folder: Path, *options: str) -> list[str]:
    """The lines of a refused import, which must leave every table as it was."""
    before = row_counts()
    with pytest.raises(CommandError) as caught:
        run_import(folder, *options)
    assert caught.value.returncode == 1
    assert row_counts() == before
    return str(caught.value).splitlines()


def errors_in(folder: Path, tables: Tables, **how: Any) -> list[str]:
    """The lines with which the import refuses these tables."""
    return refused(write_year(folder, tables, **how))


def printed(command: str, year: int) -> Any:
    """The JSON that `campaign_statistics` or `campaign_ranking` prints."""
    out = io.StringIO()
    call_command(command, str(year), stdout=out)
    return json.loads(out.getvalue())
