"""Progress, cancelling and the time limit of a long computation."""

import time
from collections.abc import Callable

from reviews.assignment.messages import Message, TimeLimit, gettext_noop

Progress = Callable[[int, int, str], None]


class Watch:
    """Reports `progress(done, total, label)` and stops at the time limit.

    `progress` is called several times a second while something is solved; what it raises ends the
    computation, which is how a job is cancelled. `seconds` counts from now; None: no limit.
    """

    def __init__(self, progress: Progress | None = None, seconds: float | None = None) -> None:
        self._progress = progress
        self._seconds = seconds
        self._ends_at = None if seconds is None else time.monotonic() + seconds
        self._state = (0, 0, "")

    def step(self, done: int, total: int, label: str) -> None:
        """Say what is being done now. Raises TimeLimit, or whatever `progress` raises."""
        self._state = (done, total, label)
        self.tick()

    def tick(self) -> None:
        """Show life and look for a reason to stop."""
        if self._progress is not None:
            self._progress(*self._state)
        if self.remaining == 0:
            text = gettext_noop("The computation was stopped after %(seconds)s seconds without a result.")
            raise TimeLimit([Message(text, {"seconds": f"{self._seconds:g}"})])

    @property
    def remaining(self) -> float | None:
        """Seconds until the limit, at least 0; None without a limit."""
        return None if self._ends_at is None else max(0.0, self._ends_at - time.monotonic())
