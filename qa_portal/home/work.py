"""What the apps of today put on the home page. Later apps state theirs in a module `work` of their own."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from qa_portal.accounts.enums import OPEN_STATES, GrantState, Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.accounts.rules import has_role, is_bureau, is_bureau_staff, may_approve_grant, may_manage_people
from qa_portal.campaigns.models import Campaign
from qa_portal.core.work import ChangeItem, WaitItem, WorkItem, changed_lately, needs_me, waits_for_others
from qa_portal.home.context import address
from qa_portal.jobs.enums import FINISHED, JobState
from qa_portal.jobs.models import Job
from qa_portal.organisations.models import Invitation, Membership
from qa_portal.organisations.queries import waiting_grants
from reports.queries import readiness_of
from reports.rules import may_import_year
from reports.statistics import statistics_of
from submissions.models import Application

FAILED_FOR = timedelta(days=7)
SHOWN = 5
# whose organisations have an owner who invites
OWNER_ROLES = (Role.APPLICANT, Role.RECOMMENDER)


# ------------------------------------------------------------------ bureau


@needs_me
def circular_of_newest_year(user: Any) -> Iterable[WorkItem]:
    """What the circular of the newest year with counted applications still lacks; a first year where there is none."""
    if not is_bureau_staff(user):
        return []
    counted = Exists(Application.objects.counted().filter(campaign=OuterRef("pk")))
    campaign = Campaign.objects.annotate(is_counted=counted).order_by("-is_counted", "-year").first()
    if campaign is None:
        return [WorkItem(_("Import"), _("the first campaign year"), address("reports:import"))]
    missing = [item for item in readiness_of(campaign, statistics_of(campaign)) if not item.is_ready]
    return [
        WorkItem(_("Supply"), _("Circular %(year)s: %(what)s") % {"year": campaign.year, "what": item.label}, item.url)
        for item in missing
    ]


# ------------------------------------------------------------------ background jobs


@needs_me
def failed_jobs(user: Any) -> Iterable[WorkItem]:
    """Own jobs that failed this week, unless one of the same title succeeded since."""
    later = Job.objects.filter(
        owner=user, title=OuterRef("title"), state=JobState.SUCCEEDED, created_at__gt=OuterRef("created_at")
    )
    failed = Job.objects.filter(owner=user, state=JobState.FAILED, finished_at__gt=timezone.now() - FAILED_FOR)
    failed = failed.filter(~Exists(later)).order_by("-created_at")[:SHOWN]
    return [WorkItem(_("Look into"), _("failed job: %s") % job.title, _job_url(job)) for job in failed]


@waits_for_others
def running_jobs(user: Any) -> Iterable[WaitItem]:
    """Own jobs that are not finished."""
    jobs = Job.objects.filter(owner=user).exclude(state__in=FINISHED).order_by("created_at")
    return [WaitItem(_("Background work"), job.title, job.created_at, _job_url(job)) for job in jobs]


@changed_lately
def finished_jobs(user: Any) -> Iterable[ChangeItem]:
    """Own jobs and those of the kinds that the person may see: imports and exports of a year."""
    jobs = Job.objects.visible_to(user).filter(state__in=FINISHED).order_by("-finished_at")[:SHOWN]
    return [
        ChangeItem(job.title, job.finished_at, _job_url(job), job.badge, job.get_state_display())
        for job in jobs
        if job.finished_at
    ]


def _job_url(job: Job) -> str:
    return address("jobs:detail", pk=job.pk)


# ------------------------------------------------------------------ people and roles


@needs_me
def grants_to_decide(user: Any) -> Iterable[WorkItem]:
    """Roles that wait for this security administrator."""
    if not has_role(user, Role.SECURITY_ADMIN):
        return []
    waiting = [grant for grant in waiting_grants(user) if may_approve_grant(user, grant)]
    url = address("organisations:people")
    return [WorkItem(_("Decide on"), _grant_text(grant), url) for grant in waiting]


@needs_me
def people_without_role(user: Any) -> Iterable[WorkItem]:
    """Accounts that can sign in and do nothing wait for a system administrator."""
    if not has_role(user, Role.SYSTEM_ADMIN):
        return []
    open_grants = RoleGrant.objects.filter(user=OuterRef("pk"), state__in=OPEN_STATES)
    people = User.objects.filter(~Exists(open_grants), is_active=True).order_by("date_joined")[:SHOWN]
    return [
        WorkItem(_("Give a role to"), str(person), address("organisations:person", pk=person.pk)) for person in people
    ]


@waits_for_others
def grants_asked_for(user: Any) -> Iterable[WaitItem]:
    """Roles that this person asked for and a security administrator has not decided on."""
    if not may_manage_people(user) and not is_bureau_staff(user):
        return []
    waiting = RoleGrant.objects.filter(state=GrantState.PENDING, requested_by=user).select_related("user")
    url = address("organisations:people") if may_manage_people(user) else ""
    return [
        WaitItem(Role.SECURITY_ADMIN.label, _grant_text(grant), grant.requested_at, url)
        for grant in waiting.order_by("requested_at")
    ]


@changed_lately
def grants_decided(user: Any) -> Iterable[ChangeItem]:
    """The last decisions on roles, for the administrators of people."""
    if not may_manage_people(user):
        return []
    decided = RoleGrant.objects.filter(decided_at__isnull=False).select_related("user").order_by("-decided_at")
    return [
        ChangeItem(
            _grant_text(grant),
            grant.decided_at,
            address("organisations:person", pk=grant.user_id),
            "bad" if grant.state == GrantState.REFUSED else "ok" if grant.state == GrantState.ACTIVE else "neutral",
            grant.get_state_display(),
        )
        for grant in decided[:SHOWN]
        if grant.decided_at
    ]


def _grant_text(grant: RoleGrant) -> str:
    return _("role “%(role)s” of %(person)s") % {"role": grant.get_role_display(), "person": grant.user}


# ------------------------------------------------------------------ invitations


@needs_me
def lapsed_invitations(user: Any) -> Iterable[WorkItem]:
    """Invitations of the own organisation that nobody took up in time."""
    lapsed = [one for one in _own_invitations(user) if one.expires_at <= timezone.now()]
    url = address("organisations:mine")
    return [WorkItem(_("Invite again or withdraw"), one.email, url) for one in lapsed]


@waits_for_others
def open_invitations(user: Any) -> Iterable[WaitItem]:
    """Invitations of the own organisation that may still be accepted."""
    open_ones = [one for one in _own_invitations(user) if one.expires_at > timezone.now()]
    url = address("organisations:mine")
    return [WaitItem(one.email, _("accepts the invitation"), one.created_at, url) for one in open_ones]


def _own_invitations(user: Any) -> list[Invitation]:
    """Invitations that are neither accepted nor withdrawn, for the owner; one query, kept for the request."""
    if not has_role(user, *OWNER_ROLES):
        return []
    found: list[Invitation] | None = getattr(user, "_own_invitations", None)
    if found is None:
        owned = Membership.objects.current().filter(user=user, is_owner=True).values("organisation")
        waiting = Invitation.objects.filter(organisation__in=owned, accepted_at=None, withdrawn_at=None)
        found = user._own_invitations = list(waiting.order_by("created_at"))
    return found


# ------------------------------------------------------------------ further pages


def further_links(user: Any) -> list[tuple[Any, str]]:
    """Pages that have no place of their own in the navigation, as label and address."""
    may_see_units = is_bureau(user) or may_manage_people(user)
    links = [
        (_("Announcements"), "announcements", is_bureau_staff(user)),
        (_("Outbox"), "outbox:list", is_bureau(user)),
        (_("Import a year"), "reports:import", may_import_year(user)),
        (_("Recommending units"), "organisations:units", may_see_units),
        (_("My organisation"), "organisations:mine", has_role(user, *OWNER_ROLES)),
        (_("Background jobs"), "jobs:list", is_bureau(user)),
        (_("Notices"), "notices:list", True),
        (_("Help"), "help", True),
    ]
    return [(label, address(view)) for label, view, is_open in links if is_open and address(view)]
