"""Who may do what with a year as a whole."""

from typing import Any

from qa_portal.accounts.rules import is_bureau, is_bureau_staff


def may_read_year(user: Any) -> bool:
    """The bureau reads overview, statistics and circular of every year."""
    return is_bureau(user)


def may_import_year(user: Any) -> bool:
    """Bureau staff import years; leaders read only."""
    return is_bureau_staff(user)


def may_edit_circular(user: Any) -> bool:
    """Bureau staff edit the texts and document settings of the circular."""
    return is_bureau_staff(user)


def may_export_circular(user: Any) -> bool:
    """The bureau exports the circular and fetches the file."""
    return is_bureau(user)
