"""The one exception for a user's mistake or a rule that forbids an action."""

from typing import Any


class Refusal(Exception):
    """An action that is not possible, told to the person who tried it.

    `message` says what happened, `fix` what to do now; `field` names the form field it belongs to.
    `code` tells kinds of refusals apart in tests and pages. The middleware shows it as a page or
    fragment with status 409; a command prints it as one line. Anything else that is raised is a bug.
    """

    status = 409

    def __init__(self, message: Any, *, fix: Any = "", field: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.field = field
        self.code = code

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.message, self.fix) if part)
