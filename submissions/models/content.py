"""What the applicant writes, and what of it was submitted when."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from submissions.models.application import Application


class SectionContent(models.Model):
    """The current content of one section: field key → value as typed, rows as lists of mappings.

    Texts are kept as typed, numbers too: a draft accepts gaps and mistakes, the check names them.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="sections")
    section = models.CharField(_("Section"), max_length=30)
    data = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("Section")
        verbose_name_plural = _("Sections")
        constraints = [models.UniqueConstraint(fields=["application", "section"], name="section_once")]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.section}"


class Submission(models.Model):
    """A frozen copy of all sections and evidence at the moment of a submission, with its digest."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="submissions")
    serial = models.PositiveSmallIntegerField(_("Version"))
    content = models.JSONField()
    # SHA-256 of the canonical JSON of `content`
    digest = models.CharField(max_length=64)
    warnings_answered = models.JSONField(default=dict)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("Submission")
        verbose_name_plural = _("Submissions")
        ordering = ["application", "serial"]
        constraints = [models.UniqueConstraint(fields=["application", "serial"], name="submission_once")]

    def __str__(self) -> str:
        return f"{self.application_id} v{self.serial}"
