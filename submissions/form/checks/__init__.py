"""The check before submission (domain rules of the form, section 4): pure rules over a dossier.

An error blocks the submission; a warning must be read and may be answered with a reason. The meter of
completeness counts by the very same rules. `base` what a finding and its context are · the other modules
hold the rules, each a function named after the rule.
"""

from submissions.form.checks import classes, evidence, fields, figures, identity, names, texts
from submissions.form.checks.base import (
    ERROR,
    EVIDENCE,
    NO_CONTEXT,
    PROFILE,
    RULES,
    WARNING,
    CheckSettings,
    Context,
    Finding,
    Similar,
    Twin,
    errors,
    findings,
)

__all__ = [
    "ERROR",
    "EVIDENCE",
    "NO_CONTEXT",
    "PROFILE",
    "RULES",
    "WARNING",
    "CheckSettings",
    "Context",
    "Finding",
    "Similar",
    "Twin",
    "classes",
    "errors",
    "evidence",
    "fields",
    "figures",
    "findings",
    "identity",
    "names",
    "texts",
]
