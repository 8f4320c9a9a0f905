"""What the engine says to people: texts that the portal translates, and the errors that carry them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


def gettext_noop(text: str) -> str:
    """Mark a text for the catalogue; the portal translates it when it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Message:
    """An English text with `%(name)s` placeholders and their values; `str()` fills them in."""

    text: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.translated(str)

    def translated(self, translate: Callable[[str], str]) -> str:
        """The text in another language, with its values; a value may be a message itself."""
        values = {
            name: value.translated(translate) if isinstance(value, Message) else value
            for name, value in self.params.items()
        }
        text = translate(self.text)
        return text % values if values else text


class AssignmentError(Exception):
    """Something a person can mend; `messages` say what, most important first."""

    def __init__(self, messages: Iterable[Message]) -> None:
        self.messages = tuple(messages)
        super().__init__("; ".join(str(message) for message in self.messages))


class InputError(AssignmentError):
    """The inputs contradict themselves or a rule; nothing was solved."""


class TimeLimit(AssignmentError):
    """The solver did not finish within the time that it was given."""
