"""Where the tables of an import come from: a folder, or files that a person uploaded."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from django.utils.translation import gettext_noop

from qa_portal.core.importing.archives import check_zip
from qa_portal.core.importing.problems import Problem, TableError

TABLES = ("applications", "experts", "reviews")
ENDINGS = (".csv", ".xlsx")


def tables_in(folder: Path) -> tuple[dict[str, Path], list[Problem]]:
    """The tables of a folder by name; other files are left alone. Problems: none, or one table twice."""
    found: dict[str, Path] = {}
    problems: list[Problem] = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        name = path.stem.lower()
        if not path.is_file() or name not in TABLES or path.suffix.lower() not in ENDINGS:
            continue
        if name in found:
            problems.append(
                Problem(path.name, None, "", gettext_noop("the same table is there twice; keep one of them"))
            )
        found[name] = path
    if "applications" not in found:
        problems.append(
            Problem(
                "applications",
                None,
                "",
                gettext_noop("the table is missing: a file applications.csv or applications.xlsx is needed"),
            )
        )
    return found, problems


@contextmanager
def unpacked(archive_path: Path) -> Iterator[Path]:
    """A temporary folder with the tables of a zip file, taken from any folder inside it.

    Only the table names are looked at and written, never a path from the archive. Raises TableError.
    """
    archive = check_zip(archive_path)
    with TemporaryDirectory(prefix="import-") as name, archive:
        folder = Path(name)
        for entry in archive.infolist():
            inner = PurePosixPath(entry.filename.replace("\\", "/"))
            if entry.is_dir() or inner.stem.lower() not in TABLES or inner.suffix.lower() not in ENDINGS:
                continue
            target = folder / inner.name.lower()
            if target.exists():
                raise TableError(gettext_noop("the same table is there twice; keep one of them"))
            _extract(archive, entry, target)
        yield folder


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    try:
        with archive.open(entry) as source, target.open("xb") as sink:
            while chunk := source.read(1 << 20):
                sink.write(chunk)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError):
        raise TableError(gettext_noop("the file is damaged or not what its ending says")) from None
