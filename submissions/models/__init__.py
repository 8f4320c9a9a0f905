"""Everything an application consists of.

`application` the row that is counted · `content` what the applicant writes, section by section, and its
frozen submissions · `evidence` files with what they prove · `guidance` notes, recommendation and
formal check · `letters` sealed letters of units · `calendar` extensions and quotas · `checks` answers to
warnings, prints of texts.
"""

from submissions.models.application import AMOUNT_PLACES, Application, ApplicationQuerySet
from submissions.models.calendar import FilingExtension, UnitAbsence, UnitQuota
from submissions.models.checks import TextPrint, WarningAnswer
from submissions.models.content import SectionContent, Submission
from submissions.models.evidence import EvidenceChunk, EvidenceFile, EvidenceUpload
from submissions.models.guidance import FormalCheckItem, GuidanceNote, Recommendation
from submissions.models.letters import RecommendationLetter
from submissions.models.reminders import FilingReminder

__all__ = [
    "AMOUNT_PLACES",
    "Application",
    "ApplicationQuerySet",
    "EvidenceChunk",
    "EvidenceFile",
    "EvidenceUpload",
    "FilingExtension",
    "FilingReminder",
    "FormalCheckItem",
    "GuidanceNote",
    "Recommendation",
    "RecommendationLetter",
    "SectionContent",
    "Submission",
    "TextPrint",
    "UnitAbsence",
    "UnitQuota",
    "WarningAnswer",
]
