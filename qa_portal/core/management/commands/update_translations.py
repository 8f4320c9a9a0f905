"""`manage.py update_translations`: collect the English texts into the Chinese catalogue.

Does what `makemessages` does, without the gettext programs: Python is read as a syntax tree, templates
through Django's own `templatize`. English is the msgid, so English needs no catalogue.
"""

import ast
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation.template import templatize

CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES/django.po")
SOURCES = ("qa_portal", "submissions", "reviews", "reports", "templates")
METADATA = {
    "Project-Id-Version": "qa-portal",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
# which argument of a translating function is what
ARGUMENTS = {
    "gettext": ("msgid",),
    "ngettext": ("msgid", "plural"),
    "pgettext": ("context", "msgid"),
    "npgettext": ("context", "msgid", "plural"),
}
FUNCTIONS = {"_": "gettext", "gettext_noop": "gettext"} | {
    name + ending: name for name in ARGUMENTS for ending in ("", "_lazy")
}
STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL_IN_TEMPLATE = re.compile(rf"(?<![\w.])(_|n?p?gettext)\(\s*({STRING}(?:\s*,\s*{STRING})*)", re.DOTALL)
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sdrf]|\{\w*\}")

Key = tuple[str | None, str]


@dataclass
class Message:
    """One text of the portal and the files it stands in."""

    context: str | None
    msgid: str
    plural: str = ""
    files: set[str] = field(default_factory=set)


def calls_in_python(source: str, path: str) -> Iterator[tuple[str, list[str]]]:
    """Function and texts of each call of a translating function. Raises CommandError for an f-string."""
    for node in ast.walk(ast.parse(source, path)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in FUNCTIONS:
            continue
        function = FUNCTIONS[name]
        given = node.args[: len(ARGUMENTS[function])]
        if any(isinstance(argument, ast.JoinedStr) for argument in given):
            raise CommandError(f"{path}:{node.lineno}: an f-string cannot be translated; use % or format()")
        texts = [a.value for a in given if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if len(texts) == len(ARGUMENTS[function]):  # a variable is translated where its text is written
            yield function, texts


def calls_in_template(source: str, path: str) -> Iterator[tuple[str, list[str]]]:
    """The same for a template."""
    for call in CALL_IN_TEMPLATE.finditer(templatize(source, origin=path)):
        function = FUNCTIONS[call[1]]
        texts = [ast.literal_eval(text) for text in re.findall(STRING, call[2], re.DOTALL)]
        yield function, texts[: len(ARGUMENTS[function])]


def collect(root: Path) -> dict[Key, Message]:
    """All texts below `root`, by context and msgid."""
    found: dict[Key, Message] = {}
    for path in sorted(p for folder in SOURCES for p in (root / folder).rglob("*")):
        if path.suffix == ".py" and "migrations" not in path.parts:
            calls = calls_in_python
        elif path.suffix in (".html", ".txt") and "templates" in path.parts:
            calls = calls_in_template
        else:
            continue
        name = path.relative_to(root).as_posix()
        for function, texts in calls(path.read_text(encoding="utf-8"), name):
            text = dict(zip(ARGUMENTS[function], texts, strict=True))
            if not text["msgid"]:
                continue
            key = (text.get("context"), text["msgid"])
            message = found.setdefault(key, Message(*key))
            message.plural = message.plural or text.get("plural", "")
            message.files.add(name)
    return found


def merge(catalogue: polib.POFile, found: dict[Key, Message]) -> None:
    """Add new texts, keep translations, mark texts that are gone as obsolete; order by msgid."""
    entries = {(entry.msgctxt, entry.msgid): entry for entry in catalogue}
    for key, message in found.items():
        entry = entries.get(key)
        if entry is None:
            entry = polib.POEntry(msgid=message.msgid, msgctxt=message.context)
            catalogue.append(entry)
        entry.obsolete = False
        entry.occurrences = [(name, "") for name in sorted(message.files)]
        if message.plural and not entry.msgid_plural:
            entry.msgid_plural, entry.msgstr_plural, entry.msgstr = message.plural, {0: entry.msgstr}, ""
    for key, entry in entries.items():
        if key not in found:
            entry.obsolete, entry.occurrences = True, []
    catalogue.sort(key=lambda entry: (entry.obsolete, entry.msgid, entry.msgctxt or ""))


def fill(catalogue: polib.POFile, lines: list[str]) -> list[str]:
    """Fill untranslated texts from `msgid<TAB>msgstr` or `context<TAB>msgid<TAB>msgstr` lines.

    A line break inside a text is written as \\n. Returns the msgids that are no text of the portal.
    """
    entries = {(entry.msgctxt, entry.msgid): entry for entry in catalogue if not entry.obsolete}
    unknown = []
    for line in filter(str.strip, lines):
        *context, msgid, translation = (part.replace("\\n", "\n") for part in line.rstrip("\n").split("\t"))
        entry = entries.get((context[0] if context else None, msgid))
        if entry is None:
            unknown.append(msgid)
        elif not entry.translated():
            if entry.msgid_plural:
                entry.msgstr_plural = {0: translation}
            else:
                entry.msgstr = translation
            entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
    return unknown


def fault_lines(catalogue: polib.POFile, found: dict[Key, Message]) -> list[str]:
    """One line for each text that is missing, untranslated, fuzzy or has other placeholders."""
    entries = {(entry.msgctxt, entry.msgid): entry for entry in catalogue if not entry.obsolete}
    lines = []
    for key, message in sorted(found.items(), key=lambda item: (item[0][1], item[0][0] or "")):
        entry = entries.get(key)
        if entry is None or (message.plural and entry.msgid_plural != message.plural):
            fault = "missing"
        elif entry.fuzzy:
            fault = "fuzzy"
        elif not entry.translated():
            fault = "untranslated"
        elif wrong := wrong_placeholders(entry):
            fault = f"wrong placeholders {wrong}"
        else:
            continue
        lines.append(f"{fault}: {message.msgid!r} ({', '.join(sorted(message.files))})")
    return lines


def wrong_placeholders(entry: polib.POEntry) -> str:
    """The placeholders that stand in the text or its translation only; "" if they agree."""
    there = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    here = set(PLACEHOLDER.findall("".join(entry.msgstr_plural.values()) or entry.msgstr))
    return " ".join(sorted(there ^ here))


class Command(BaseCommand):
    help = "Collects the texts of the portal into the Chinese catalogue (needs no gettext programs)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail if incomplete")
        parser.add_argument("--merge", metavar="FILE", type=Path, help="lines of msgid<TAB>msgstr to fill in")

    def handle(self, *args: Any, check: bool = False, merge: Path | None = None, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        path = root / CATALOGUE
        catalogue = polib.pofile(str(path), encoding="utf-8") if path.exists() else polib.POFile()
        catalogue.metadata, catalogue.wrapwidth = METADATA, 100
        found = collect(root)
        if not check:
            self._write(catalogue, found, path, merge)
        lines = fault_lines(catalogue, found)
        if check and lines:
            raise CommandError("\n".join([*lines, f"{len(lines)} texts need work in {CATALOGUE}"]))
        self.stdout.write(f"translations: {len(found)} texts, {len(lines)} need work")

    def _write(self, catalogue: polib.POFile, found: dict[Key, Message], path: Path, lines_from: Path | None) -> None:
        merge(catalogue, found)
        if lines_from is not None:
            try:
                lines = lines_from.read_text(encoding="utf-8").splitlines()
            except OSError as error:
                raise CommandError(f"{lines_from}: {error.strerror}") from None
            for msgid in fill(catalogue, lines):
                self.stderr.write(f"not a text of the portal: {msgid!r}")
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(path))
