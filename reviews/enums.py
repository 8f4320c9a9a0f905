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


class FieldLevel(models.IntegerChoices):
    """How well an expert knows a field, as staff confirmed it."""

    KNOWS = 1, _("Knows the field")
    WORKS = 2, _("Works in the field")
    LEADS = 3, _("Leads in the field")


class Tie(models.TextChoices):
    """What makes two organisations one, when conflicts are looked for."""

    ALIAS = "alias", _("Other name of the same organisation")
    PARENT = "parent", _("Parent, group or subsidiary")


class EmploymentKind(models.TextChoices):
    """In what capacity an expert belonged to an organisation."""

    EMPLOYED = "employed", _("Employed")
    BOARD = "board", _("Director, supervisor or controlling holder")
    ADVISER = "adviser", _("Paid adviser")


class ConflictCode(models.TextChoices):
    """利益冲突 by code (domain rules, section 6)."""

    UNIT = "C1", _("Works at the applicant or a partner unit")
    RECOMMENDER = "C2", _("Works at the recommending unit or its group")
    TEAM = "C3", _("Took part in the project")
    FORMER = "C4", _("Worked at the applicant in recent years")
    KIN = "C5", _("Related to the legal representative or the leader")
    APPRAISAL = "C6", _("Appraised or accepted the same project")
    JOINT = "C7", _("Joint work with the team in recent years")
    ADVISER = "C8", _("Paid adviser of the applicant in recent years")
    AVOIDED = "C9", _("The applicant asks to avoid the expert")
    RIVAL = "C10", _("The expert's own unit applies in the same industry")
    ORGANISER = "C11", _("Belongs to the organising bureau")


class ConflictSource(models.TextChoices):
    """Who says that there is a conflict."""

    RULE = "rule", _("Rule")
    EXPERT = "expert", _("Expert")
    APPLICANT = "applicant", _("Applicant")
    STAFF = "staff", _("Bureau staff")


class DrawState(models.TextChoices):
    """Where an attempt to draw stands."""

    PREPARING = "preparing", _("Being prepared")
    FAILED = "failed", _("Not possible")
    PREPARED = "prepared", _("Prepared")
    COMMITTED = "committed", _("Manifest fixed")
    DRAWN = "drawn", _("Drawn, to be approved")
    APPROVED = "approved", _("Approved")
    RELEASED = "released", _("Released to the experts")
    ENDED = "ended", _("Ended")


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


class ShareRule(models.TextChoices):
    """How many of a committee must be there, or in favour."""

    MORE_THAN_HALF = "1/2", _("more than half")
    TWO_THIRDS = "2/3", _("at least two thirds")
    THREE_QUARTERS = "3/4", _("at least three quarters")


class ObjectionState(models.TextChoices):
    """异议: what became of an objection."""

    REGISTERED = "registered", _("Registered")
    NOT_ACCEPTED = "not_accepted", _("Recorded, not accepted")
    ACCEPTED = "accepted", _("Being handled")
    DISMISSED = "dismissed", _("Dismissed")
    UPHELD = "upheld", _("Upheld")


# An application with one of these is not confirmed
OPEN_OBJECTIONS = (ObjectionState.REGISTERED, ObjectionState.ACCEPTED)


class Flag(models.TextChoices):
    """Whether an expert agrees with what the applicant claims of itself."""

    YES = "yes", _("Confirmed")
    NO = "no", _("Not confirmed")


class RecusalCode(models.TextChoices):
    """回避情形 that an expert declares (domain rules, section 6)."""

    C3 = "C3", _("I took part in this project, belong to its team, or wrote one of its reports")
    C4 = "C4", _("I worked for the applicant, or was its director, supervisor or owner, in the last three years")
    C5 = "C5", _("I am a near relative of its legal representative or project leader")
    C6 = "C6", _("I appraised or accepted this project")
    C7 = "C7", _("I shared papers, patents or projects with its team, or taught one of them, in the last three years")
    C8 = "C8", _("I was a paid adviser of the applicant in the last three years")
