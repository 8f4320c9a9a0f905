"""Roles of the programme."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Who takes part; nobody holds two roles in one campaign (domain rules, section 2)."""

    APPLICANT = "applicant", _("Applicant")
    RECOMMENDER = "recommender", _("Recommending unit")
    EXPERT = "expert", _("Expert")
    STAFF = "staff", _("Bureau staff")
    LEADER = "leader", _("Bureau leader")
    COMMITTEE = "committee", _("Committee member")
    INSPECTOR = "inspector", _("Inspector")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")
    AUDITOR = "auditor", _("Audit administrator")


class GrantState(models.TextChoices):
    """Life of a role grant: asked for, in force, over, or refused."""

    PENDING = "pending", _("Waiting for approval")
    ACTIVE = "active", _("In force")
    ENDED = "ended", _("Ended")
    REFUSED = "refused", _("Refused")


OPEN_STATES = (GrantState.PENDING, GrantState.ACTIVE)
# 三员: separate persons, no business data
ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR)
# Roles inside the bureau; they, experts and administrators need a second factor
BUREAU_ROLES = (Role.STAFF, Role.LEADER, Role.COMMITTEE, Role.INSPECTOR)
SECOND_FACTOR_ROLES = (*BUREAU_ROLES, *ADMINISTRATORS, Role.EXPERT)
# Roles that come into force only when a security administrator approves them
APPROVED_ROLES = (*BUREAU_ROLES, *ADMINISTRATORS)
