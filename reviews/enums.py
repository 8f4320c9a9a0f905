"""Outcomes of the review."""

from django.utils.translation import gettext_lazy as _

from qa_portal.core.enums import TermChoices


class Result(TermChoices):
    """评审结果 of a decided application."""

    FIRST_PRIZE = "FIRST_PRIZE", "一等奖", _("First prize")
    SECOND_PRIZE = "SECOND_PRIZE", "二等奖", _("Second prize")
    THIRD_PRIZE = "THIRD_PRIZE", "三等奖", _("Third prize")
    NOT_SELECTED = "NOT_SELECTED", "未入选", _("Not selected")


GRADES = (Result.FIRST_PRIZE, Result.SECOND_PRIZE, Result.THIRD_PRIZE)
