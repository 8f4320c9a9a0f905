"""Who must not review what, and which organisations count as one."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qa_portal.organisations.models import Organisation
from reviews.enums import ConflictCode, ConflictSource, Tie
from reviews.models.pool import Expert
from submissions.models import Application


class OrganisationTie(models.Model):
    """Two organisations that count as one in questions of conflict; kept by staff, for all years."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="ties")
    other = models.ForeignKey(Organisation, models.CASCADE, related_name="ties_back")
    kind = models.CharField(_("Kind"), max_length=10, choices=Tie.choices)
    note = models.CharField(_("Note"), max_length=200, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("Tie between organisations")
        verbose_name_plural = _("Ties between organisations")
        ordering = ["organisation__name", "other__name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "other"], name="organisation_tie_once"),
            models.CheckConstraint(condition=~Q(organisation=F("other")), name="organisation_tie_of_two"),
            models.CheckConstraint(condition=Q(kind__in=Tie.values), name="organisation_tie_known_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}–{self.other_id}"


class ConflictQuerySet(models.QuerySet["Conflict"]):
    def active(self) -> "ConflictQuerySet":
        """Those that exclude the pair now."""
        return self.filter(ended_at__isnull=True)


class Conflict(models.Model):
    """利益冲突: an expert must not review an application; each with its source and reason, never deleted.

    Rows of the rule engine come and go with the data; what people declared ends only when staff dismiss it
    with a reason. A dismissed row of a rule keeps the rule from finding the same again.
    """

    application = models.ForeignKey(Application, models.CASCADE, related_name="conflicts")
    expert = models.ForeignKey(Expert, models.CASCADE, related_name="conflicts")
    code = models.CharField(_("Code"), max_length=3, choices=ConflictCode.choices)
    source = models.CharField(_("Source"), max_length=10, choices=ConflictSource.choices)
    reason = models.CharField(_("Reason"), max_length=300)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(_("Ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_reason = models.CharField(_("Why it ended"), max_length=300, blank=True)
    # staff looked and found no conflict: the rule does not find it again
    is_dismissed = models.BooleanField(_("Dismissed"), default=False)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("Conflict of interest")
        verbose_name_plural = _("Conflicts of interest")
        ordering = ["application", "expert", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "expert", "code", "source"],
                condition=Q(ended_at__isnull=True),
                name="conflict_once",
            ),
            models.CheckConstraint(condition=Q(code__in=ConflictCode.values), name="conflict_known_code"),
            models.CheckConstraint(condition=Q(source__in=ConflictSource.values), name="conflict_known_source"),
            models.CheckConstraint(condition=~Q(reason=""), name="conflict_has_reason"),
            models.CheckConstraint(
                condition=Q(is_dismissed=False) | (Q(ended_at__isnull=False) & ~Q(ended_reason="")),
                name="conflict_dismissed_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["expert", "ended_at"], name="conflict_of_expert")]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.expert_id}: {self.code}"
