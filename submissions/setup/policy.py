"""Who may do what with the settings of a year."""

from typing import Any

from qa_portal.accounts.rules import is_bureau, is_bureau_staff


def may_read_settings(user: Any) -> bool:
    """The bureau reads the settings of every year."""
    return is_bureau(user)


def may_change_settings(user: Any) -> bool:
    """Bureau staff set up years, keep the calendar and extend deadlines; leaders read."""
    return is_bureau_staff(user)
