"""The kinds of messages: what each says by default, in both languages, and when it is still worth sending.

An app states them in a module `mails`, which is imported when the portal starts:

    register_kind(
        "submissions.accepted",
        title=_("Application accepted"),
        subject=_("Application {number}: accepted"),
        body=(_("The bureau has accepted the application."), _("Open it here: {link}")),
        notice=_("Application %(number)s was accepted."),
        placeholders=(NUMBER,),
    )

Texts are English msgids; Chinese stands in the catalogue. Staff may put texts of their own in their place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qa_portal.notices.registry import register_text
from qa_portal.outbox.rules import LINK

if TYPE_CHECKING:
    from qa_portal.outbox.models import Message

Wanted = Callable[["Message"], bool]


def always(message: "Message") -> bool:
    """Nothing that happens meanwhile makes such a message needless."""
    return True


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A value that a text may hold as {name}; `sample` stands for it in the preview.

    A sample that is a datetime makes it a moment: it is written out in the language of the receiver.
    """

    name: str
    label: Any
    sample: Any


@dataclass(frozen=True, slots=True)
class MessageKind:
    """`body` is a sequence of paragraphs; every kind also has {link}, which its body must hold.

    With `is_secret` the link opens something by itself: it lies encrypted until the message is sent, and
    nobody sees it on a page. `wanted` is asked just before a message is sent.
    """

    name: str
    title: Any
    subject: Any
    body: tuple[Any, ...]
    placeholders: tuple[Placeholder, ...]
    has_notice: bool
    is_secret: bool
    wanted: Wanted

    @property
    def allowed(self) -> frozenset[str]:
        return frozenset({LINK, *(one.name for one in self.placeholders)})


_kinds: dict[str, MessageKind] = {}


def register_kind(
    name: str,
    *,
    title: Any,
    subject: Any,
    body: tuple[Any, ...],
    notice: Any = "",
    look: str = "info",
    placeholders: tuple[Placeholder, ...] = (),
    secret: bool = False,
    wanted: Wanted = always,
) -> MessageKind:
    """State a kind; with `notice`, a text as for `notices.register_text`, people also hear inside the portal.

    Raises ValueError for a name that is taken.
    """
    if name in _kinds:
        raise ValueError(f"message kind {name} is registered twice")
    if notice:
        register_text(name, notice, kind=look)
    kind = MessageKind(name, title, subject, body, placeholders, bool(notice), secret, wanted)
    _kinds[name] = kind
    return kind


def find_kind(name: str) -> MessageKind | None:
    """The kind of that name; None when the release that knew it is gone."""
    return _kinds.get(name)


def kind_for(name: str) -> MessageKind:
    """The kind of that name. Raises LookupError for a name that nobody registered."""
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"no message kind {name}") from None


def all_kinds() -> list[MessageKind]:
    """All kinds, by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def title_of(name: str) -> str:
    """The kind in words, or its code."""
    found = find_kind(name)
    return str(found.title) if found else name
