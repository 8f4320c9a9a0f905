"""Outcomes of the review."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qa_portal.core.enums import TermChoices


class Result(TermChoices):
    """评审结果 of a decided application."""

    FIRST_PRIZE = "FIRST_PRIZE", "一等奖", _("First prize")
    SECOND_PRIZE = "SECOND_PRIZE", "二等奖", _("Second prize")
    THIRD_PRIZE = "THIRD_PRIZE", "三等奖", _("Third prize")
    NOT_SELECTED = "NOT_SELECTED", "未入选", _("Not selected")


GRADES = (Result.FIRST_PRIZE, Result.SECOND_PRIZE, Result.THIRD_PRIZE)


class AssignmentSource(models.TextChoices):
    """How an expert came to an application."""

    DRAWN = "drawn", _("Drawn")
    SUBSTITUTE = "substitute", _("Substitute")
    OVERRIDE = "override", _("By hand")


class AssignmentEnd(models.TextChoices):
    """Why an assignment ended before a review was locked."""

    RECALLED = "recalled", _("Draw recalled")
    DECLINED = "declined", _("Declined by the expert")
    RECUSED = "recused", _("Recused")
    CONFLICT = "conflict", _("Conflict found later")
    REPLACED = "replaced", _("Replaced by staff")
    WITHDRAWN = "withdrawn", _("Application withdrawn")


class ReviewEnd(models.TextChoices):
    """Why a locked review does not count any more."""

    SUPERSEDED = "superseded", _("Superseded by a correction")
    VOID = "void", _("Declared void")
    RECUSED = "recused", _("Recused")
