"""Import of recommending units, with an invitation for the contact of each."""

from typing import Any

from django.utils.translation import gettext_noop

from qa_portal.accounts.enums import Role
from qa_portal.core.errors import Refusal
from qa_portal.core.importing.columns import Column, Parse, choice, email, text
from qa_portal.core.importing.problems import CellError, shown
from qa_portal.core.importing.rows import Checking, Values
from qa_portal.organisations.enums import UNIT_KINDS, District, OrganisationKind
from qa_portal.organisations.membership import invite
from qa_portal.organisations.models import Invitation, Membership, Organisation
from qa_portal.organisations.rules import district_of_unit
from qa_portal.organisations.scope import may_import_units
from qa_portal.organisations.table_import import TableImport, TableReport

TABLE = "units"


def unit_kind(cell: str) -> str:
    """区市场监管局, 集团公司 or 行业协会."""
    terms = {kind.term: kind.value for kind in UNIT_KINDS}
    if not cell:
        raise CellError(gettext_noop("is required"))
    if cell not in terms:
        raise CellError(
            gettext_noop('"%(value)s" is not one of: %(choices)s'), value=shown(cell), choices="、".join(terms)
        )
    return terms[cell]


def lower(parse: Parse) -> Parse:
    """Addresses are told apart without regard to case."""
    return lambda cell: parse(cell).lower()


COLUMNS = (
    Column("名称", "name", text(200, required=True)),
    Column("类别", "kind", unit_kind),
    Column("所在区", "district", choice(District, required=False)),
    Column("联系人姓名", "contact", text(100)),
    Column("联系人邮箱", "email", lower(email)),
)


def read_and_write(checking: Checking, report: TableReport, by: Any, params: dict[str, Any]) -> None:
    """Add the units that are missing and invite the contacts of units where nobody is yet."""
    names: set[tuple[str, str]] = set()
    addresses: set[str] = set()
    for row, values in checking.rows(TABLE, COLUMNS):
        _check(checking, row, values, names, addresses)
        if not report.problems:
            unit = _unit(checking, row, values, report)
            _invite_contact(unit, values, report, by)
    if not names and not report.problems:
        checking.note(TABLE, None, "", gettext_noop("the table has no rows"))
    checking.finished()


def _check(checking: Checking, row: int, values: Values, names: set[tuple[str, str]], addresses: set[str]) -> None:
    """What one cell alone does not tell: doubles, a contact without an address, a bureau without a district."""
    kind, name, address = values.get("kind", ""), values.get("name", ""), values.get("email", "")
    if (kind, name) in names:
        checking.note(TABLE, row, "名称", gettext_noop('"%(value)s" is there twice'), value=shown(name))
    names.add((kind, name))
    if address and address in addresses:
        checking.note(TABLE, row, "联系人邮箱", gettext_noop('"%(value)s" is there twice'), value=shown(address))
    addresses.add(address)
    if values.get("contact") and values.get("email") == "":
        checking.note(TABLE, row, "联系人邮箱", gettext_noop("is required with the name of a contact"))
    if kind == OrganisationKind.DISTRICT_BUREAU and values.get("district") == "":
        if district := district_of_unit(name):
            values["district"] = district.value
        else:
            checking.note(TABLE, row, "所在区", gettext_noop("is required for 区市场监管局"))


def _unit(checking: Checking, row: int, values: Values, report: TableReport) -> Organisation:
    """The unit of a row; a known one keeps its district, and one that is stated otherwise is an error."""
    unit, is_new = Organisation.objects.get_or_create(
        kind=values["kind"], name=values["name"], defaults={"district": values["district"]}
    )
    report.count("created" if is_new else "known")
    if values["district"] and not unit.district:
        unit.district = values["district"]
        unit.save(update_fields=["district"])
    elif values["district"] and values["district"] != unit.district:
        message = gettext_noop('the unit is registered in "%(district)s" already')
        checking.note(TABLE, row, "所在区", message, district=unit.get_district_display())
    return unit


def _invite_contact(unit: Organisation, values: Values, report: TableReport, by: Any) -> None:
    """Invite the contact, unless the unit has people or the address is invited already."""
    if not values["email"]:
        return
    has_people = Membership.objects.current().filter(organisation=unit).exists()
    open_ones = Invitation.objects.filter(organisation=unit, accepted_at=None, withdrawn_at=None)
    if has_people or open_ones.filter(email=values["email"]).exists():
        report.count("skipped")
        return
    try:
        invite(values["email"], role=Role.RECOMMENDER, organisation=unit, by=by, name=values["contact"])
    except Refusal as refusal:
        raise Refusal(f"{unit}: {refusal.message}", fix=refusal.fix, code=refusal.code) from None
    report.count("invited")


UNIT_IMPORT = TableImport("import_units", TABLE, may_import_units, read_and_write)
