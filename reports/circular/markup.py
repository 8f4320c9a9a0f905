"""The drafter's text blocks: plain text with quoted numbers and placeholders for figures.

``[[151]]``            a number quoted from an application: kept, marked as not counted
``{results.total}``    a figure of the statistics by its dotted path

Any other digit is refused, because a number typed into a text is neither counted nor quoted. Digits
that are no figures may stand: inside a cited title 《…》, in a document number 〔2017〕24号, as a number
of a chart or annex (图1, 表1, 附件1), in a product or technology name where Latin letters touch them
(C919, PET-CT2, 5G) and in a calendar day, month or year (9月, 2021年).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .content import BoundFigure, Inline, Part, Quoted
from .errors import TextError, gettext_noop

DIGIT = re.compile(r"[0-9０-９]")
NOT_A_FIGURE = re.compile(
    r"《[^《》]*》"
    r"|〔[0-9]{4}〕[0-9]+号"
    r"|[图表]\s?[0-9]+|附件\s?[0-9]+"
    r"|[A-Za-z][A-Za-z0-9.\-]*[0-9][A-Za-z0-9\-]*"
    r"|[0-9]+[A-Za-z][A-Za-z0-9\-]*"
    r"|[0-9]{4}年(?:[0-9]{1,2}月(?:[0-9]{1,2}日)?)?|[0-9]{1,2}月(?:[0-9]{1,2}日)?"
)
TOKEN = re.compile(r"\[\[(?P<quoted>[^\[\]]*)\]\]|\{(?P<path>[^{}]*)\}")
NOT_PRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
    r"|[\ud800-\udfff]"
)
LINE_BREAK = re.compile(r"[ \t]*[\r\n]+[ \t]*")


def clean(text: object) -> str:
    """One line of text without characters that no document can hold (controls, direction marks)."""
    return NOT_PRINTABLE.sub("", LINE_BREAK.sub("", str(text))).replace("\t", " ").strip(" ")


def loose_digits(text: str) -> list[str]:
    """The numbers in plain text that are neither bound nor quoted nor part of a name or citation."""
    return re.findall(r"[0-9０-９][0-9０-９.,]*", NOT_A_FIGURE.sub("", text))


def lookup(statistics: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path; KeyError where there is none. A key may itself contain a dot."""
    node: Any = statistics
    keys = path.split(".")
    while keys:
        if not isinstance(node, Mapping):
            raise KeyError(path)
        for length in range(1, len(keys) + 1):
            key = ".".join(keys[:length])
            if key in node:
                node, keys = node[key], keys[length:]
                break
        else:
            raise KeyError(path)
    return node


def bind(statistics: Mapping[str, Any], path: str, key: str) -> BoundFigure:
    """The figure at `path`, for the text block `key`; TextError if it is unknown or has no value."""
    try:
        value = lookup(statistics, path)
    except KeyError:
        value = {}
    if path.startswith("context") or isinstance(value, bool) or not isinstance(value, int | str | None):
        raise TextError(gettext_noop("Text “%(key)s”: there is no figure “%(path)s”."), key, path=path)
    if value is None:
        raise TextError(gettext_noop("Text “%(key)s”: the figure “%(path)s” has no value this year."), key, path=path)
    return BoundFigure(path, str(value))


def _parts(text: str, statistics: Mapping[str, Any], key: str) -> Iterator[Part]:
    position = 0
    for token in TOKEN.finditer(text):
        yield text[position : token.start()]
        if token["quoted"] is not None:
            if not token["quoted"]:
                raise TextError(gettext_noop("Text “%(key)s”: [[ ]] quotes nothing."), key)
            yield Quoted(token["quoted"])
        else:
            yield bind(statistics, token["path"].strip(), key)
        position = token.end()
    yield text[position:]


def parse(text: str, statistics: Mapping[str, Any], key: str) -> Inline:
    """A text block as inline parts; TextError names the block `key` and what is wrong in it."""
    parts = tuple(part for part in _parts(clean(text), statistics, key) if part != "")
    for part in parts:
        if not isinstance(part, str):
            continue
        if re.search(r"[{}]|\[\[|\]\]", part):
            raise TextError(gettext_noop("Text “%(key)s”: a bracket of {…} or [[…]] has no partner."), key)
    # A citation may be cut by nothing: judge the digits on the text with the marked parts blanked out.
    loose = loose_digits("".join(part if isinstance(part, str) else "□" for part in parts))
    if loose:
        raise TextError(
            gettext_noop(
                "Text “%(key)s”: the number %(number)s is neither a figure nor quoted; write "
                "[[%(number)s]] if it is quoted, or a placeholder such as {results.total}."
            ),
            key,
            number=loose[0],
        )
    return parts


def parse_heading(text: str, key: str) -> str:
    """A heading: text without figures."""
    parts = parse(text, {}, key)
    if any(not isinstance(part, str) for part in parts):
        raise TextError(gettext_noop("Text “%(key)s”: a heading holds no figures."), key)
    return "".join(part for part in parts if isinstance(part, str))
