"""Import of experts into the pool of a year, with an invitation for each where it is wanted."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from qa_portal.accounts.enums import Role
from qa_portal.campaigns.models import Campaign
from qa_portal.campaigns.queries import campaign_of
from qa_portal.core.errors import Refusal
from qa_portal.core.importing.problems import shown
from qa_portal.core.importing.rows import Checking, Values
from qa_portal.organisations.enums import OrganisationKind
from qa_portal.organisations.membership import invite
from qa_portal.organisations.models import Invitation, Membership, Organisation
from qa_portal.organisations.table_import import TableImport, TableReport
from reviews.columns import EXPERT_COLUMNS
from reviews.models import Expert
from reviews.rules import may_import_experts

TABLE = "experts"
FIELDS = ("name", "employer", "title", "fields", "email")


def read_and_write(checking: Checking, report: TableReport, by: Any, params: dict[str, Any]) -> None:
    """Add the experts that are missing in the year; what is stated otherwise of a known one is changed."""
    campaign = _open_campaign(params["year"])
    codes: set[str] = set()
    addresses: set[str] = set()
    for row, values in checking.rows(TABLE, EXPERT_COLUMNS):
        _check(checking, row, values, codes, addresses, wants_invitation=params["invite"])
        if not report.problems:
            expert = _expert(checking, row, values, campaign, report)
            if params["invite"]:
                _invite_expert(expert, report, by)
    if not codes and not report.problems:
        checking.note(TABLE, None, "", gettext_noop("the table has no rows"))
    checking.finished()


def _open_campaign(year: int) -> Campaign:
    """The year, locked; its pool stays as it is once the circular is out."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign_of(year).pk)
    if campaign.is_published:
        raise Refusal(_("The circular of %(year)s is published: its experts stay as they are.") % {"year": year})
    return campaign


def _check(
    checking: Checking, row: int, values: Values, codes: set[str], addresses: set[str], *, wants_invitation: bool
) -> None:
    """What one cell alone does not tell: doubles, and an employer for everybody who is to be invited."""
    code, address = values.get("code"), values.get("email", "").lower()
    if code in codes:
        checking.note(TABLE, row, "专家编号", gettext_noop('"%(value)s" is there twice'), value=code)
    if code:
        codes.add(code)
    if address and address in addresses:
        checking.note(TABLE, row, "电子邮箱", gettext_noop('"%(value)s" is there twice'), value=shown(address))
    addresses.add(address)
    if wants_invitation and address and values.get("employer") == "":
        checking.note(TABLE, row, "工作单位", gettext_noop("is required for an invitation"))


def _expert(checking: Checking, row: int, values: Values, campaign: Campaign, report: TableReport) -> Expert:
    """The expert of a row. A code that stands for another person is an error, never a change of name."""
    wanted = {name: values[name] for name in FIELDS}
    wanted["employer"] = _employer(values["employer"])
    expert, is_new = Expert.objects.get_or_create(campaign=campaign, code=values["code"], defaults=wanted)
    if is_new:
        report.count("created")
        return expert
    if expert.name != values["name"]:
        message = gettext_noop('"%(value)s" is the code of %(name)s already')
        checking.note(TABLE, row, "专家编号", message, value=values["code"], name=expert.name)
        return expert
    changed = [name for name in FIELDS if getattr(expert, name) != wanted[name]]
    for name in changed:
        setattr(expert, name, wanted[name])
    if changed:
        expert.save(update_fields=changed)
    report.count("changed" if changed else "known")
    return expert


def _employer(name: str) -> Organisation | None:
    if not name:
        return None
    return Organisation.objects.get_or_create(kind=OrganisationKind.EMPLOYER, name=name)[0]


def _invite_expert(expert: Expert, report: TableReport, by: Any) -> None:
    """Invite an expert, unless they belong to their employer in the portal, or are invited, already."""
    if not expert.email or expert.employer is None:
        return
    address = expert.email.lower()
    members = Membership.objects.current().filter(organisation=expert.employer, user__email=address)
    open_ones = Invitation.objects.filter(
        organisation=expert.employer, email=address, accepted_at=None, withdrawn_at=None
    )
    if members.exists() or open_ones.exists():
        report.count("skipped")
        return
    invite(address, role=Role.EXPERT, organisation=expert.employer, by=by, name=expert.name)
    report.count("invited")


EXPERT_IMPORT = TableImport("import_experts", TABLE, may_import_experts, read_and_write)
