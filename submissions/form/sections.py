"""The application form 申报书 (domain rules of the form, section 1): all sections and fields, in order."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from qa_portal.organisations.enums import Channel
from submissions.enums import DigitalTechnology, HighEndCategory, Industry, Level
from submissions.form.spec import Field, Kind, Section, Shown


def _of(enum: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((one.value, one.label) for one in enum)


YES_NO = (("yes", _("Yes")), ("no", _("No")))
PROGRAMME_TYPES = (
    ("key_product", _("Key product")),
    ("industry_chain", _("Industry chain")),
    ("joint", _("Joint breakthrough")),
)
QUALITY_TOOLS = (
    ("FMEA", "FMEA"),
    ("DOE", "DOE"),
    ("SPC", "SPC"),
    ("QFD", "QFD"),
    ("SIX_SIGMA", _("Six Sigma")),
    ("RELIABILITY", _("Reliability engineering")),
    ("OTHER", _("Other method")),
)
BETTER = (("up", _("Higher is better")), ("down", _("Lower is better")))

PROJECT = Section(
    "project",
    _("The project"),
    _("What the breakthrough is about, and who recommends it."),
    (
        Shown("title", _("Title of the project"), limit=30, help=_("One project; without the name of your enterprise."),
              example="大型汽轮发电机定子绝缘一致性质量攻关"),
        Shown("product_name", _("Product"), limit=50, help=_("A product that you really make.")),
        Shown("programme_type", _("Type of breakthrough"), Kind.CHOICE, choices=PROGRAMME_TYPES),
        Field("channel", _("Channel"), Kind.CHOICE, choices=_of(Channel)),
        Field("recommending_unit", _("Recommending unit"), Kind.UNIT, required=False,
              help=_("Empty when you file by yourself.")),
        Shown("start_month", _("Start of the project"), Kind.MONTH, limit=7),
        Shown("end_month", _("End of the project"), Kind.MONTH, limit=7,
              help=_("In use long enough when filing closes: the call says how many months.")),
        Field("partner_units", _("Partner units"), Kind.ROWS, required=False, max_rows=5, columns=(
            Field("name", _("Name of the unit"), limit=100), Field("uscc", _("Credit code"), limit=18),
        )),
        Shown("summary", _("Summary"), Kind.LONG_TEXT, limit=800,
              help=_("May be published; no secrets, no name of your enterprise."),
              example="产品出厂一次合格率由86.0%提升到97.5%，关键缺陷由每百件4.2个降到0.6个。"),
    ),
)  # fmt: skip

QUALITY = Section(
    "quality",
    _("Quality problem and method"),
    _("The link to quality decides: what was wrong, why, and what you did."),
    (
        Shown("quality_problem", _("Quality problem and target"), Kind.LONG_TEXT, limit=800,
              help=_("What was wrong, with figures; what you aimed at."),
              example="攻关前焊缝一次合格率为91.2%，返修集中在围护系统拐角；目标为不低于98%。"),
        Shown("cause_analysis", _("Causes"), Kind.LONG_TEXT, limit=1000),
        Shown("quality_tools", _("Quality methods used"), Kind.CHOICES, choices=QUALITY_TOOLS),
        Shown("solution", _("Measures"), Kind.LONG_TEXT, limit=2000),
        Shown("difficulty", _("Technical difficulty"), Kind.LONG_TEXT, limit=500),
    ),
)  # fmt: skip

INDICATORS = Section(
    "indicators",
    _("Quality indicators"),
    _("At least two indicators with their value before and after; each needs a test report."),
    (
        Shown("indicators", _("Indicators"), Kind.ROWS, min_rows=2, max_rows=12, columns=(
            Shown("name", _("Indicator"), limit=60, example="焊缝一次合格率"),
            Shown("unit", _("Unit"), limit=20, required=False, example="%"),
            Shown("before", _("Value before"), Kind.DECIMAL, limit=20, negative=True, example="91.2"),
            Shown("after", _("Value after"), Kind.DECIMAL, limit=20, negative=True, example="98.6"),
            Shown("better", _("Better"), Kind.CHOICE, choices=BETTER),
            Shown("best_abroad", _("Best abroad"), limit=30, required=False),
            Shown("best_home", _("Best at home"), limit=30, required=False),
            Shown("standard", _("Standard"), limit=60, required=False),
        )),
        Shown("comparison", _("Comparison at home and abroad"), Kind.LONG_TEXT, limit=800),
    ),
)  # fmt: skip

INNOVATIONS = Section(
    "innovations",
    _("Innovation points"),
    _("One to five points; link evidence to each of them."),
    (
        Shown("innovations", _("Innovation points"), Kind.ROWS, min_rows=1, max_rows=5, columns=(
            Shown("text", _("Innovation point"), Kind.LONG_TEXT, limit=300),
        )),
    ),
)  # fmt: skip

CLAIMS = Section(
    "claims",
    _("Level and classification"),
    _("What you claim; the bureau and the experts confirm it."),
    (
        Shown("level", _("Level"), Kind.CHOICE, required=False, choices=_of(Level)),
        Shown("industry", _("Industry"), Kind.CHOICE, choices=_of(Industry)),
        Shown("high_end_category", _("High-end category"), Kind.CHOICE, required=False, choices=_of(HighEndCategory),
              help=_("Empty when it is not a high-end product.")),
        Shown("bottleneck", _("Bottleneck technology"), Kind.YES_NO, choices=YES_NO),
        Shown("bottleneck_reason", _("Why it is a bottleneck"), Kind.LONG_TEXT, required=False, limit=300,
              help=_("Share of imports before and after, what it replaces.")),
        Shown("digital_technologies", _("Digital technologies"), Kind.CHOICES, required=False,
              choices=_of(DigitalTechnology)),
        Shown("digital_other", _("Other digital technologies"), required=False, limit=100,
              help=_("Separate several by 、")),
    ),
)  # fmt: skip

_WAN, _WAN_USD = _("10,000 CNY"), _("10,000 USD")
BENEFITS = Section(
    "benefits",
    _("Benefits by year"),
    _("Realised, only through this project, your own share of a joint project; at most three years."),
    (
        Shown("years", _("Benefits of a year"), Kind.ROWS, min_rows=1, max_rows=3, columns=(
            Shown("year", _("Year"), Kind.YEAR, limit=4),
            Shown("new_sales", _("New sales"), Kind.DECIMAL, limit=16, unit=_WAN),
            Shown("new_profit", _("New profit"), Kind.DECIMAL, limit=16, unit=_WAN, negative=True),
            Shown("energy_saving", _("Energy and consumption saving"), Kind.DECIMAL, limit=16, unit=_WAN),
            Shown("forex", _("Foreign exchange saved and earned"), Kind.DECIMAL, limit=16, unit=_WAN_USD),
        )),
        Field("calculation_basis", _("Basis of the calculation"), Kind.LONG_TEXT, limit=1000),
        Shown("social_benefit", _("Social benefit"), Kind.LONG_TEXT, required=False, limit=500),
    ),
)  # fmt: skip

PROMOTION = Section(
    "promotion",
    _("Dissemination"),
    _("Who uses it, and how it was made permanent."),
    (
        Shown("promotion", _("Dissemination and application"), Kind.LONG_TEXT, limit=800),
        Field("users", _("Users"), Kind.ROWS, min_rows=1, max_rows=10, columns=(
            Field("name", _("User"), limit=100),
            Field("since", _("Since"), Kind.MONTH, limit=7),
            Field("scale", _("Scale"), limit=100),
        )),
        Shown("consolidation", _("How it was made permanent"), Kind.LONG_TEXT, limit=500,
              help=_("Standards, process files, training.")),
    ),
)  # fmt: skip

RIGHTS = Section(
    "rights",
    _("Intellectual property"),
    _("Patents, standards and earlier awards; leave empty what you do not have."),
    (
        Field("patents", _("Patents and software rights"), Kind.ROWS,
              required=False, max_rows=20, columns=(
            Field("name", _("Name of the right"), limit=100),
            Field("number", _("Number"), limit=40),
            Field("state", _("State"), Kind.CHOICE, choices=(("applied", _("Applied")), ("granted", _("Granted")))),
        )),
        Field("standards", _("Standards"), Kind.ROWS, required=False, max_rows=20, columns=(
            Field("name", _("Name of the standard"), limit=100), Field("number", _("Number"), limit=40),
        )),
        Field("earlier_awards", _("Earlier awards"), Kind.ROWS, required=False, max_rows=10, columns=(
            Field("name", _("Award"), limit=100), Field("year", _("Year"), Kind.YEAR, limit=4),
            Field("grade", _("Grade"), limit=20, required=False),
        )),
    ),
)  # fmt: skip

TEAM = Section(
    "team",
    _("Team"),
    _("Who did it, and whom the bureau may call. Experts never see this part."),
    (
        Field("leader_name", _("Project leader"), limit=30),
        Field("contact_name", _("Contact person"), limit=30),
        Field("contact_phone", _("Telephone"), limit=30),
        Field("contact_email", _("E-mail address"), limit=100),
        Field("team", _("Main contributors"), Kind.ROWS, min_rows=1, max_rows=10, columns=(
            Field("name", _("Name"), limit=30),
            Field("title", _("Professional title"), limit=30, required=False),
            Field("contribution", _("Contribution"), limit=100),
        )),
        Field("avoid_experts", _("Experts to avoid"), Kind.ROWS, required=False, max_rows=3,
              help=_("Only bureau staff see it."), columns=(
            Field("name", _("Name"), limit=30), Field("reason", _("Reason"), limit=100),
        )),
    ),
)  # fmt: skip

DECLARATIONS = Section(
    "declarations",
    _("Declarations"),
    _("All four are needed, with the sealed pages among the evidence."),
    (
        Field("integrity", _("Everything in this application is true."), Kind.YES_NO, choices=YES_NO),
        Field("rights", _("It violates nobody's intellectual property."), Kind.YES_NO, choices=YES_NO),
        Field("non_secret", _("It contains no state secret."), Kind.YES_NO, choices=YES_NO),
        Field("no_accident", _("No serious quality, safety or environmental accident in the last three years."),
              Kind.YES_NO, choices=YES_NO),
    ),
)  # fmt: skip

SECTIONS: tuple[Section, ...] = (
    PROJECT, QUALITY, INDICATORS, INNOVATIONS, CLAIMS, BENEFITS, PROMOTION, RIGHTS, TEAM, DECLARATIONS,
)  # fmt: skip
BY_KEY: dict[str, Section] = {section.key: section for section in SECTIONS}
EVIDENCE_KEY = "evidence"  # the section of files, which has no fields
