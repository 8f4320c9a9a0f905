"""What the circular of a year says beyond its figures."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qa_portal.campaigns.models import Campaign


class TextBlock(models.Model):
    """A narrative part of a year's circular: problems, next steps, examples."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="text_blocks")
    key = models.CharField(_("Part"), max_length=50)
    text = models.TextField(_("Text"), blank=True)

    class Meta:
        verbose_name = _("Text block")
        verbose_name_plural = _("Text blocks")
        ordering = ["campaign", "key"]
        constraints = [models.UniqueConstraint(fields=["campaign", "key"], name="text_block_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.key}"
