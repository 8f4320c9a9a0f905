"""When a message is tried again, what a text may hold, and which reminder is due. Pure functions."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

# An attempt that failed is repeated after 1, 4, 16, 64, 256 minutes, then every 12 hours: about 30 hours in all.
MAX_TRIES = 8
FIRST_DELAY, LONGEST_DELAY = timedelta(minutes=1), timedelta(hours=12)
# An attempt that was cut off may have reached the receiver; so nobody gets a message more often than this.
MAX_UNKNOWN = 3
# A claim this old belongs to a process that is gone: one attempt takes a few times EMAIL_TIMEOUT at most.
STALE = timedelta(minutes=10)

LINK = "link"
BRACES = re.compile(r"\{([^{}]*)\}")
SPACES = re.compile(r"\s+")


def delay_after(tries: int) -> timedelta:
    """How long to wait after this many failed tries, 1 or more."""
    return min(FIRST_DELAY * 4 ** min(tries - 1, 10), LONGEST_DELAY)


def is_given_up(tries: int, unknown: int) -> bool:
    """Whether a message that failed once more is left to people."""
    return tries >= MAX_TRIES or unknown >= MAX_UNKNOWN


# ------------------------------------------------------------------ texts
def unknown_placeholders(text: str, allowed: Collection[str]) -> list[str]:
    """Placeholders of a text that its kind does not have, in order, each once; a lone brace counts as one."""
    found = [name for name in BRACES.findall(text) if name not in allowed]
    rest = BRACES.sub("", text)
    return list(dict.fromkeys([f"{{{name}}}" for name in found] + [one for one in "{}" if one in rest]))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced; what is not in `values` stays as it is.

    Values are never read as texts again, so a value with braces is harmless.
    """
    return BRACES.sub(lambda found: values.get(found[1], found[0]), text)


def one_line(text: str) -> str:
    """A text fit for the header of a mail: line breaks and other control characters become spaces."""
    return SPACES.sub(" ", "".join(one if one.isprintable() else " " for one in text)).strip()


# ------------------------------------------------------------------ reminders
def nearest_step(
    deadline: datetime, steps: Iterable[timedelta], now: datetime, since: datetime | None = None
) -> timedelta | None:
    """Which reminder is due: the last one whose moment has come, or None.

    `steps` are times before the deadline. At and after the deadline nothing is due. After a pause of the
    portal several moments have passed: only the nearest to the deadline counts. A moment before `since`,
    when the deadline was set, does not count: the news of the deadline itself was enough.
    """
    if now >= deadline:
        return None
    passed = [step for step in steps if deadline - step <= now and (since is None or deadline - step > since)]
    return min(passed, default=None)
