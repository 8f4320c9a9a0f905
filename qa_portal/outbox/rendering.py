"""Making the text of a message: in the language of the receiver, with the texts of the bureau."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from qa_portal.outbox.models import Message, MessageText
from qa_portal.outbox.registry import MessageKind, kind_for
from qa_portal.outbox.rules import LINK, filled, one_line

CHINESE = "zh-hans"
HIDDEN = "••••••"
LONGEST_SUBJECT = 300


@dataclass(frozen=True, slots=True)
class Text:
    """Subject and body with placeholders, or as they are sent."""

    subject: str
    body: str


def default_text(kind: MessageKind, language: str) -> Text:
    """What the kind says where the bureau has written nothing of its own."""
    with translation.override(language):
        return Text(str(kind.subject), "\n\n".join(str(one) for one in kind.body) + "\n")


def text_of(kind: MessageKind, language: str) -> Text:
    """The text in force; one query."""
    own = MessageText.objects.filter(kind=kind.name, language=language).first()
    return Text(own.subject, own.body) if own else default_text(kind, language)


def rendered(kind: MessageKind, text: Text, language: str, params: Mapping[str, Any], link: str) -> Text:
    """The text with the values of one message. Raises KeyError for a value that is missing."""
    with translation.override(language):
        values = {one.name: _in_words(params[one.name], one.sample) for one in kind.placeholders} | {LINK: link}
    return Text(one_line(filled(text.subject, values))[:LONGEST_SUBJECT], filled(text.body, values))


def _in_words(value: Any, sample: Any) -> str:
    """A value as it stands in a text; moments in words, by the clock of the portal."""
    if isinstance(sample, datetime):
        moment = parse_datetime(value) if isinstance(value, str) else value
        if moment is None:
            raise ValueError(f"no moment: {value}")
        return date_format(timezone.localtime(moment), _("l, j F Y, H:i"))
    return str(value)


def to_send(message: Message) -> Text:
    """What the receiver reads. Raises LookupError when the kind, or the key of the secret link, is gone."""
    kind = kind_for(message.kind)
    link = settings.PORTAL_URL + message.get_path()
    return rendered(kind, text_of(kind, message.language), message.language, message.params, link)


def to_show(message: Message) -> Text:
    """What a page shows: as `to_send`, but a secret link is hidden."""
    kind = kind_for(message.kind)
    link = HIDDEN if kind.is_secret else settings.PORTAL_URL + message.path
    return rendered(kind, text_of(kind, message.language), message.language, message.params, link)


def sample_of(kind: MessageKind, text: Text, language: str) -> Text:
    """The text with made-up values, for the preview."""
    link = HIDDEN if kind.is_secret else settings.PORTAL_URL + "/…/"
    return rendered(kind, text, language, {one.name: one.sample for one in kind.placeholders}, link)
