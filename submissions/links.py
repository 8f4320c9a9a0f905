"""Where a finding is mended: the address of its page, down to the field."""

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from submissions.form.checks import EVIDENCE, PROFILE, Finding
from submissions.form.sections import SECTIONS

TITLES: dict[str, Any] = {section.key: section.title for section in SECTIONS} | {
    EVIDENCE: _("Evidence"),
    PROFILE: _("Profile of the enterprise"),
}


def url_for(finding: Finding, application: Any) -> str:
    """The page and field where the finding is mended."""
    if finding.section == PROFILE:
        return _address("organisations:profile") or reverse("organisations:mine")
    if finding.section == EVIDENCE:
        return f"{reverse('submissions:evidence', kwargs={'pk': application.pk})}#slot-{finding.field}"
    url = reverse("submissions:section", kwargs={"pk": application.pk, "section": finding.section})
    is_row = finding.row and finding.rule in ROW_RULES
    return f"{url}?check=1#{f'row-{finding.row}' if is_row else f'f-{finding.field}'}"


# Rules whose `row` is a row of the table; others use it to tell findings of one field apart
ROW_RULES = frozenset({"P01", "P02", "P06", "P09", "P19", "P20"})


def _address(view: str) -> str:
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""


def anchor_of(finding: Finding) -> str:
    """The id of the place on the page of its section that a finding is about."""
    return f"row-{finding.row}" if finding.row else f"f-{finding.field}" if finding.field else "main"
