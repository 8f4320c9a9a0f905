"""Classifications of an application (domain lists, sections 2 to 5)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qa_portal.core.enums import TermChoices


class Industry(TermChoices):
    """产业领域, in the order of the statistics; only OTHER is not a strategic emerging industry."""

    HIGH_END_EQUIPMENT = "HIGH_END_EQUIPMENT", "高端装备制造", _("High-end equipment manufacturing")
    NEW_ENERGY = "NEW_ENERGY", "新能源", _("New energy")
    NEW_IT = "NEW_IT", "新一代信息技术", _("New-generation information technology")
    ENVIRONMENT = "ENVIRONMENT", "节能环保", _("Energy saving and environmental protection")
    BIOLOGY = "BIOLOGY", "生物", _("Biology")
    NEW_MATERIALS = "NEW_MATERIALS", "新材料", _("New materials")
    NEW_ENERGY_VEHICLES = "NEW_ENERGY_VEHICLES", "新能源汽车", _("New-energy vehicles")
    DIGITAL_CREATIVE = "DIGITAL_CREATIVE", "数字创意", _("Digital creative industry")
    SERVICES = "SERVICES", "相关服务", _("Related services")
    OTHER = "OTHER", "其他", _("Other industry")


class HighEndCategory(TermChoices):
    """高端制造类别; an application without one is not a high-end product."""

    SHIPBUILDING = "SHIPBUILDING", "船舶海工", _("Shipbuilding and offshore engineering")
    AEROSPACE = "AEROSPACE", "航空航天", _("Aerospace")
    AUTO_PARTS = "AUTO_PARTS", "汽车零部件", _("Automotive parts")
    ELECTRICAL = "ELECTRICAL", "电气装备", _("Electrical equipment")
    MEDICAL = "MEDICAL", "医疗设备", _("Medical devices")
    OTHER_HIGH_END = "OTHER_HIGH_END", "其他高端制造", _("Other high-end manufacturing")


class DigitalTechnology(TermChoices):
    """数字化技术 that the circular names; an application may state others in free text."""

    SIMULATION = "SIMULATION", "仿真分析试验", _("Simulation")
    INLINE_INSPECTION = "INLINE_INSPECTION", "数字在线检测", _("Digital in-line inspection")
    AI_ALGORITHMS = "AI_ALGORITHMS", "AI智能算法", _("AI algorithms")


class Level(TermChoices):
    """水平评价. INTL_LEADING counts into the figure international_advanced."""

    INTL_LEADING = "INTL_LEADING", "国际领先", _("Internationally leading")
    INTL_ADVANCED = "INTL_ADVANCED", "国际先进", _("Internationally advanced")
    DOM_LEADING = "DOM_LEADING", "国内领先", _("Domestically leading")
    DOM_ADVANCED = "DOM_ADVANCED", "国内先进", _("Domestically advanced")


class State(models.TextChoices):
    """状态 of an application, from draft to archive (domain rules, section 4)."""

    DRAFT = "draft", _("Draft")
    PENDING_RECOMMENDATION = "pending_recommendation", _("Waiting for recommendation")
    RETURNED = "returned", _("Returned for changes")
    NOT_RECOMMENDED = "not_recommended", _("Not recommended")
    FORMAL_CHECK = "formal_check", _("Formal check")
    CORRECTION = "correction", _("Correction asked")
    REFUSED = "refused", _("Refused")
    ACCEPTED = "accepted", _("Accepted")
    IN_REVIEW = "in_review", _("In review")
    SCORED = "scored", _("Scored")
    DEFENCE = "defence", _("Second round")
    DECIDED = "decided", _("Decided")
    PUBLIC_NOTICE = "public_notice", _("Public notice")
    UNDER_OBJECTION = "under_objection", _("Under objection")
    CONFIRMED = "confirmed", _("Confirmed")
    PUBLISHED = "published", _("Published in the circular")
    ARCHIVED = "archived", _("Archived")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# Statistics, ranking and circular count applications from acceptance on; imported rows always.
COUNTED_STATES = (
    State.ACCEPTED, State.IN_REVIEW, State.SCORED, State.DEFENCE, State.DECIDED, State.PUBLIC_NOTICE,
    State.UNDER_OBJECTION, State.CONFIRMED, State.PUBLISHED, State.ARCHIVED,
)  # fmt: skip
# What nobody outside the bureau may tell apart before the result is public
SECRET_STATES = (State.IN_REVIEW, State.SCORED, State.DEFENCE, State.DECIDED)
# What the applicant may still change
EDITABLE_STATES = (State.DRAFT, State.RETURNED, State.CORRECTION)


class Step(models.TextChoices):
    """A move of the workflow, named by its verb."""

    SUBMIT = "submit", _("Submit")
    RETURN = "return", _("Return for changes")
    RECOMMEND = "recommend", _("Recommend")
    DECLINE = "decline", _("Do not recommend")
    ASK_CORRECTION = "ask_correction", _("Ask for correction")
    ACCEPT = "accept", _("Accept")
    REFUSE = "refuse", _("Refuse")
    WITHDRAW = "withdraw", _("Withdraw")
    # the stage of review and decision; each is a part of an operation of that stage
    OPEN_REVIEW = "open_review", _("Open the review")
    RECALL_REVIEW = "recall_review", _("Recall the review")
    CLOSE_SCORING = "close_scoring", _("Close scoring")
    REOPEN_SCORING = "reopen_scoring", _("Reopen scoring")
    CALL_TO_DEFENCE = "call_to_defence", _("Call to the second round")
    DECIDE = "decide", _("Decide")
    TAKE_BACK_DECISION = "take_back_decision", _("Take the decision back")
    OPEN_NOTICE = "open_notice", _("Open the public notice")
    HANDLE_OBJECTION = "handle_objection", _("Handle an objection")
    DISMISS_OBJECTION = "dismiss_objection", _("Dismiss the objection")
    UPHOLD_OBJECTION = "uphold_objection", _("Uphold the objection")
    CONFIRM = "confirm", _("Confirm the result")
    PUBLISH = "publish", _("Publish")
    ARCHIVE = "archive", _("Archive")


class CheckVerdict(models.TextChoices):
    """Judgement of one item of the formal check."""

    PASS = "pass", _("Pass")
    FIX = "fix", _("To be corrected")
    FAIL = "fail", _("Fail")


class CheckReason(models.TextChoices):
    """Why an item of the formal check is not passed, as a code that can be counted."""

    MISSING = "missing", _("Missing")
    UNREADABLE = "unreadable", _("Not readable")
    WRONG_TYPE = "wrong_type", _("Another kind of document")
    NO_SEAL = "no_seal", _("Without seal, signature or date")
    NOT_EQUAL = "not_equal", _("Differs from the form")
    EXPIRED = "expired", _("Not valid on the closing day")
    TOO_EARLY = "too_early", _("Too short a time in use")
    NO_EVIDENCE = "no_evidence", _("Claim without evidence")
    NOT_QUALITY = "not_quality", _("Weak link to quality")
    NAMED = "named", _("Names a unit or person")
    SIMILAR = "similar", _("Similar to an earlier application")
    NOT_ELIGIBLE = "not_eligible", _("Does not meet a condition of the call")
    OTHER = "other", _("Other reason")


class ScanState(models.TextChoices):
    """What the virus scanner said of a file; NOT_SCANNED where none is configured."""

    NOT_SCANNED = "not_scanned", _("Not scanned")
    CLEAN = "clean", _("Clean")
    INFECTED = "infected", _("Infected")


class EvidenceType(models.TextChoices):
    """证明材料 by code (application form, section 2)."""

    LICENCE = "EV01", _("Business licence")
    INTEGRITY = "EV02", _("Integrity pledge and declaration of intellectual property")
    NON_SECRET = "EV03", _("Declaration that nothing is secret")
    TEST_REPORT = "EV04", _("Test reports (before and after)")
    FINANCIAL_PROOF = "EV05", _("Proof of economic benefit")
    NOVELTY_SEARCH = "EV06", _("Novelty search report")
    APPRAISAL = "EV07", _("Appraisal, acceptance or evaluation opinion")
    RIGHTS = "EV08", _("Patents, software rights, standards")
    USER_OPINION = "EV09", _("User opinions and proof of application")
    SPECIALISED_CERTIFICATE = "EV10", _("Certificate of specialised enterprise")
    SIZE_PROOF = "EV11", _("Proof of staff and revenue")
    AWARD = "EV12", _("Award certificates")
    SUMMARY_REPORT = "EV13", _("Summary report of the breakthrough")
    RECOMMENDATION_LETTER = "EV14", _("Letter of recommendation")
