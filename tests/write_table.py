"""How each address that writes is used for real: the table behind `test_write_views`.

A POST-only address whose row in the matrix expects success needs no line here: it is posted as that row
says. An address that shows a page as well, or that needs a situation, gets a function of the world that
makes one valid POST and returns the answer. What leaves no entry on purpose is in EXEMPT with its reason.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qa_portal.campaigns.models import Campaign
from qa_portal.files.operations import store
from qa_portal.organisations.enums import District
from reviews.assignment.tickets import commitment
from reviews.deciding import operations
from reviews.drawing.files import DRAW_FILE
from reviews.enums import DrawState
from reviews.models import Draw, Expert, Override
from reviews.publicity import operations as publicity
from submissions.enums import EvidenceType, State
from submissions.models import Application, Recommendation
from tests.factories import ApplicationFactory, EnterpriseFactory, uscc
from tests.reviews.deciding.support import frozen, propose, scored_year, vote
from tests.submissions.complete import proof, prove
from tests.submissions.evidence.files import pdf
from tests.submissions.pages.support import as_posted, draft_of, english, enterprise, fill, open_call, person
from tests.submissions.setup.support import posted as posted_settings
from tests.submissions.setup.support import prepared
from tests.url_world import OPEN_KEY, PASSWORD, World

Write = Callable[[World], Any]
NEW_PASSWORD = "another-long-enough-password"


# ------------------------------------------------------------------ accounts
def signed_in_by_password(world: World, name: str = "nobody") -> Client:
    """A browser that has just given the password: what changes the account asks for that."""
    client, user = Client(), world.people[name]
    user.emailaddress_set.update_or_create(email=user.email, defaults={"verified": True, "primary": True})
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def sign_in(world: World) -> Any:
    user = world.people["nobody"]
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return Client().post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def sign_up(world: World) -> Any:
    data = {"email": "brand-new@example.com", "name": "New", "password1": PASSWORD, "password2": PASSWORD}
    return Client().post(reverse("account_signup"), data | {"consent": "on"})


def change_password(world: World) -> Any:
    data = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    return signed_in_by_password(world).post(reverse("account_change_password"), data)


def reset_password(world: World) -> Any:
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    user, client = world.people["nobody"], Client()
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    form = client.get(reverse("account_reset_password_from_key", kwargs=key))["Location"]
    return client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})


def confirm_address(world: World) -> Any:
    from allauth.account.models import EmailConfirmationHMAC

    user = world.people["nobody"]
    address = user.emailaddress_set.create(email=user.email, primary=True)
    return Client().post(reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key]))


def activate_totp(world: World) -> Any:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    client, address = signed_in_by_password(world), reverse("mfa_activate_totp")
    secret = client.get(address).context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    return client.post(address, {"code": code})


def with_totp(world: World) -> Client:
    """A browser whose person has a second factor and has just given the password."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    client = signed_in_by_password(world)
    TOTP.activate(world.people["nobody"], generate_totp_secret())
    RecoveryCodes.activate(world.people["nobody"])
    return client


def second_step(world: World) -> Any:
    from allauth.mfa.models import Authenticator

    with_totp(world)
    client, user = Client(), world.people["nobody"]
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    codes = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()
    return client.post(reverse("mfa_authenticate"), {"code": codes[0]})


ACCOUNTS: dict[str, Write] = {
    "account_login": sign_in,
    "account_signup": sign_up,
    "account_logout": lambda world: signed_in_by_password(world).post(reverse("account_logout")),
    "account_change_password": change_password,
    "account_reset_password_from_key": reset_password,
    "account_confirm_email": confirm_address,
    "mfa_activate_totp": activate_totp,
    "mfa_deactivate_totp": lambda world: with_totp(world).post(reverse("mfa_deactivate_totp")),
    "mfa_generate_recovery_codes": lambda world: with_totp(world).post(reverse("mfa_generate_recovery_codes")),
    "mfa_authenticate": second_step,
}


# ------------------------------------------------------------------ people and organisations
def register(world: World) -> Any:
    data = {"uscc": uscc(777), "name": "上海新来有限公司", "district": District.MINHANG}
    return world.client("nobody").post(reverse("organisations:register"), data)


def save_profile(world: World) -> Any:
    client, address = world.client("applicant"), reverse("organisations:profile")
    form = client.get(address).context["form"]
    data = {name: form.initial.get(name) or "" for name in form.fields if form.initial.get(name)}
    return client.post(address, data | {"ownership": "PRIVATE", "district": District.MINHANG})


def accept_invitation(world: World) -> Any:
    address = reverse("organisations:accept", kwargs={"key": OPEN_KEY})
    return Client().post(address, {"name": "New", "password": NEW_PASSWORD})


def announce(world: World) -> Any:
    return world.client("staff").post(reverse("announcements"), {"text": "x"})


def import_units(world: World) -> Any:
    table = SimpleUploadedFile("units.csv", "名称\n".encode())
    return world.client("staff").post(reverse("organisations:units_import"), {"file": table, "mode": "check"})


# ------------------------------------------------------------------ years
def import_experts(world: World) -> Any:
    table = SimpleUploadedFile("experts.csv", "专家编号\n".encode())
    address = reverse("reviews:experts_import", kwargs={"year": world.keys["year"]})
    return world.client("staff").post(address, {"file": table, "mode": "check"})


SECRET = "ab" * 32


def prepare_draw(world: World) -> Any:
    Draw.objects.all().delete()
    Expert.objects.update(confirmed_at=timezone.now())
    ApplicationFactory(campaign__year=world.keys["year"], state=State.ACCEPTED)
    data = {"ratio": "3", "organisation_cap": "1", "minimum_load": "0", "maximum_load": "9", "beacon": "x"}
    return world.client("staff").post(reverse("drawing:prepare", args=[world.keys["year"]]), data)


def override_draw(world: World) -> Any:
    found = Override.objects.select_related("assignment__application", "assignment__expert", "expert").get()
    found.delete()
    seat = found.assignment
    data = {"number": seat.application.number, "out": seat.expert.code, "expert": found.expert.code, "reason": "x"}
    return world.client("staff").post(reverse("drawing:override_ask", args=[world.keys["year"]]), data)


def of_draw(name: str, state: str, data: Any = None) -> Write:
    """Post a step of the draw, which is put into the state where it is possible."""

    def write(world: World) -> Any:
        kept = commitment(SECRET)
        file = store(b'{"pairs":[]}', name="x.json", purpose=DRAW_FILE, owner=None)
        Draw.objects.update(
            state=state, result=file, bureau_commitment=kept, inspector_commitment=kept, bureau_secret=SECRET,
            inspector_secret=SECRET, beacon_value="1", released_at=timezone.now(),
        )  # fmt: skip
        return world.client("staff").post(reverse(f"drawing:{name}", args=[world.keys["year"]]), data or {})

    return write


def declare_conflict(world: World) -> Any:
    data = {"number": world.keys["number"], "expert": world.keys["expert code"], "code": "C8", "reason": "x"}
    return world.client("staff").post(reverse("pool:conflicts", args=[world.keys["year"]]), data)


def tie_organisations(world: World) -> Any:
    one, other = (EnterpriseFactory().uscc for _one in range(2))
    return world.client("staff").post(reverse("pool:ties"), {"one": one, "other": other, "kind": "parent"})


def import_year(world: World) -> Any:
    table = SimpleUploadedFile("applications.csv", "申报编号\n".encode())
    return world.client("staff").post(reverse("reports:import"), {"applications": table, "mode": "check"})


def circular_settings(world: World) -> Any:
    data = {"document_number": "", "main_recipients": "各区市场监管局", "cc_units": ""}
    return world.client("staff").post(reverse("reports:circular_settings", args=[world.keys["year"]]), data)


def circular_texts(world: World) -> Any:
    client, address = world.client("staff"), reverse("reports:circular_texts", args=[world.keys["year"]])
    form = client.get(address).context["form"]
    data = {name: field.initial for name, field in form.fields.items()}
    return client.post(address, data | {"basis": "根据有关规定，"})


def create_year(world: World) -> Any:
    return world.client("staff").post(reverse("setup:create"), {"year": "2031"})


def change_settings(world: World) -> Any:
    client, address = world.client("staff"), reverse("setup:section", args=[world.keys["year"], "dates"])
    form = client.get(address).context["form"]
    return client.post(address, posted_settings(form, return_days="7", reason="because"))


def publish_call(world: World) -> Any:
    campaign = prepared(2023, filing_closes_at=timezone.now() + timedelta(days=9), recommendation_closes_at=None,
                        review_opens_at=None, review_closes_at=None)  # fmt: skip
    later = timezone.now() + timedelta(days=20)
    campaign.recommendation_closes_at, campaign.review_opens_at = later, later
    campaign.review_closes_at = later + timedelta(days=9)
    campaign.save()
    address = reverse("setup:publish", args=[2023])
    return world.client("staff").post(address, {"year": "2023", "seen_version": campaign.settings_version})


def extend_deadline(world: World) -> Any:
    draft = Filing().draft()
    until = timezone.localtime(draft.campaign.filing_closes_at + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S")
    address = reverse("setup:extend", args=[draft.pk])
    return world.client("staff").post(address, {"until": until, "reason": "because"})


def declare_day(world: World) -> Any:
    data = {"day": "2022-10-02", "is_working": "0", "note": "国庆节", "do": "add"}
    return world.client("staff").post(reverse("setup:calendar"), data)


# ------------------------------------------------------------------ decision
def deciding(until: str) -> tuple[Any, Callable[..., Any]]:
    """A scored year of which the decision has come so far, and what posts to its pages."""
    year = scored_year()
    if until != "scored":
        propose(year)
        vote(year)
    if until == "decided":
        decided_by_staff(year)

    def post(view: str, data: Any = None, by: str = "staff") -> Any:
        client = english(getattr(year, by))
        return client.post(reverse(f"deciding:{view}", kwargs={"year": year.campaign.year}), data or {})

    return year, post


def decided_by_staff(year: Any) -> None:
    operations.decide(year.campaign, by=year.staff)


def revise_results(world: World) -> Any:
    year, post = deciding("proposed")
    key, row = year.applications[4].pk, year.campaign.decision_rounds.get()
    data = {"version": row.version, "pk": key, f"result-{key}": "NOT_SELECTED", f"why-{key}": "经济效益一般"}
    return post("revise", data)


def record_meeting(world: World) -> Any:
    year, post = deciding("proposed")
    row = year.campaign.decision_rounds.get()
    data = {"version": row.version, "held_on": "2021-08-20", "members": 9, "present": 9}
    return post("meeting", data | {"FIRST_PRIZE-in_favour": 9})


def decision_settings(world: World) -> Any:
    year, post = deciding("scored")
    form = english(year.staff).get(reverse("deciding:settings", kwargs={"year": 2021})).context["form"]
    return post("settings", {name: form[name].value() for name in form.fields})


DECIDING: dict[str, Write] = {
    "deciding:propose": lambda world: deciding("scored")[1]("propose", {"first_to": 1, "second_to": 2, "third_to": 3}),
    "deciding:revise": revise_results,
    "deciding:meeting": record_meeting,
    "deciding:decide": lambda world: deciding("proposed")[1]("decide"),
    "deciding:take_back": lambda world: deciding("decided")[1]("take_back", {"reason": "x"}),
    "deciding:freeze": lambda world: deciding("decided")[1]("freeze", {"typed_year": "2021"}, by="leader"),
    "deciding:settings": decision_settings,
}


# ------------------------------------------------------------------ publicity
class Announced:
    """A frozen year whose notice is open, with an objection to its first winner."""

    def __init__(self, *, is_taken_up: bool = False, is_published: bool = False) -> None:
        self.year = frozen()
        self.notice = publicity.open_notice(self.year.campaign, by=self.year.leader)
        self.first = self.year.applications[0]
        if is_published:
            with time_machine.travel(self.notice.closes_at):
                publicity.settle_notices()
                publicity.publish(self.year.campaign, by=self.year.leader)
            return
        self.objection = publicity.register_objection(
            self.notice, number=self.first.number, name="x", contact="x", facts="x"
        )
        if is_taken_up:
            publicity.accept_objection(self.objection, shared_facts="x", by=self.year.staff)

    def post(self, view: str, data: Any = None, *, by: str = "other", **kwargs: Any) -> Any:
        client = english(getattr(self.year, by))
        return client.post(reverse(f"publicity:{view}", kwargs=kwargs), data or {})

    def decide(self, view: str, data: Any) -> Any:
        return self.post(view, data, pk=self.objection.pk)


TYPED = {"typed_year": "2021"}


def open_public_notice(world: World) -> Any:
    client = english(frozen().leader)
    return client.post(reverse("publicity:open", kwargs={"year": 2021}), TYPED)


def publish_year(world: World) -> Any:
    one = Announced(is_taken_up=True)
    publicity.dismiss_objection(one.objection, decision="x", by=one.year.other)
    with time_machine.travel(one.notice.closes_at):
        publicity.settle_notices()
    return one.post("publish", TYPED, by="leader", year=2021)


def object_publicly(world: World) -> Any:
    one = Announced()
    data = {"number": one.first.number, "name": "x", "contact": "x", "facts": "x"}
    return Client().post(reverse("publicity:object", kwargs={"pk": one.notice.pk}), data)


def uphold(world: World) -> Any:
    data = {"result": "SECOND_PRIZE", "held_on": "2021-08-20", "members": 9, "present": 9, "in_favour": 9}
    data |= {"against": 0, "abstained": 0, "decision": "x"}
    return Announced(is_taken_up=True).decide("uphold", {f"uphold-{name}": value for name, value in data.items()})


def answer_objection(world: World) -> Any:
    one = Announced(is_taken_up=True)
    owner = person("answers", organisation=one.first.applicant)
    return english(owner).post(reverse("publicity:answer", kwargs={"pk": one.objection.pk}), {"answer": "x"})


PUBLICITY: dict[str, Write] = {
    "publicity:open": open_public_notice,
    "publicity:publish": publish_year,
    "publicity:object": object_publicly,
    "publicity:accept": lambda world: Announced().decide("accept", {"shared_facts": "x"}),
    "publicity:dismiss": lambda world: Announced(is_taken_up=True).decide("dismiss", {"decision": "x"}),
    "publicity:uphold": uphold,
    "publicity:answer": answer_objection,
    "publicity:letters_make": lambda world: Announced(is_published=True).post("letters_make", year=2021),
}


# ------------------------------------------------------------------ applications
class Filing:
    """An enterprise with a complete draft in a year that is open."""

    def __init__(self) -> None:
        now = timezone.now()
        self.campaign = open_call(
            filing_opens_at=now - timedelta(days=9),
            filing_closes_at=now + timedelta(days=9),
            recommendation_closes_at=now + timedelta(days=20),
        )
        self.enterprise = enterprise(name="上海申报有限公司")
        self.owner = person("filing", organisation=self.enterprise)
        self.client = english(self.owner)

    def draft(self, *, is_complete: bool = False) -> Any:
        made = draft_of(self.enterprise, self.campaign)
        if is_complete:
            fill(made)
            prove(made, by=self.owner)
        return made

    def post(self, view: str, data: Any = None, **kwargs: Any) -> Any:
        return self.client.post(reverse(f"submissions:{view}", kwargs=kwargs), data or {})

    def file(self) -> Any:
        return proof(self.draft(), EvidenceType.TEST_REPORT, by=self.owner)

    def upload(self) -> Any:
        """An upload of which everything has arrived."""
        content = pdf()
        data = {"type": EvidenceType.TEST_REPORT, "name": "x.pdf", "size": len(content)}
        answer = self.post("upload_start", data, pk=self.draft().pk).json()
        self.client.put(answer["chunk"], content, headers={"Upload-Offset": "0"})
        return answer


def document() -> SimpleUploadedFile:
    return SimpleUploadedFile("report.pdf", pdf(), content_type="application/pdf")


def start(world: World) -> Any:
    return Filing().post("start")


def save_section(world: World) -> Any:
    filing = Filing()
    return filing.post("section", as_posted("project", {"title": "新标题"}), pk=filing.draft().pk, section="project")


def autosave(world: World) -> Any:
    filing = Filing()
    return filing.post("autosave", as_posted("project", {"title": "新标题"}), pk=filing.draft().pk, section="project")


def submit(world: World) -> Any:
    filing = Filing()
    draft = filing.draft(is_complete=True)
    form = filing.client.get(reverse("submissions:submit", args=[draft.pk])).context["form"]
    data = {name: "It is so." for name, _key in form.warnings} | {"confirm": "on"}
    data |= {name: str(form.initial[name]) for name in ("seen_version", "seen_digest")}
    return filing.post("submit", data, pk=draft.pk)


def withdraw(world: World) -> Any:
    filing = Filing()
    draft = filing.draft(is_complete=True)
    form = filing.client.get(reverse("submissions:submit", args=[draft.pk])).context["form"]
    data = {name: "It is so." for name, _key in form.warnings} | {"confirm": "on"}
    data |= {name: str(form.initial[name]) for name in ("seen_version", "seen_digest")}
    filing.post("submit", data, pk=draft.pk)
    draft.refresh_from_db()
    return filing.post("withdraw", {"reason": "x", "seen_version": draft.version}, pk=draft.pk)


def copy(world: World) -> Any:
    from tests.factories import ApplicationFactory, CampaignFactory

    filing = Filing()
    former = ApplicationFactory(campaign=CampaignFactory(year=2019), applicant=filing.enterprise, not_selected=True)
    fill(former)
    return filing.post("copy", pk=former.pk)


def answer_warnings(world: World) -> Any:
    filing = Filing()
    draft = filing.draft(is_complete=True)
    lost = {"new_sales": "100", "new_profit": "-5", "energy_saving": "0", "forex": "0"}  # a loss is a warning
    benefits = draft.sections.get(section="benefits")
    benefits.data["years"] = [{"id": "c1", "year": "2020", **lost}]
    benefits.save()
    draft.evidence.filter(type=EvidenceType.FINANCIAL_PROOF).update(facts=lost)
    page = filing.client.get(reverse("submissions:submit", args=[draft.pk]))
    keys = [key for _name, key in page.context["form"].warnings]
    return filing.post("check", {f"answer:{key}": "It is so." for key in keys}, pk=draft.pk)


def recommend_batch(world: World) -> Any:
    chosen = world.keys["filed"]
    data = {"pk": chosen, f"version-{chosen}": "0", "opinion": "Good.", "no_guidance_reason": "Complete."}
    address = reverse("recommending:batch", kwargs={"year": world.keys["year"]})
    return world.client("recommender").post(address, data)


def remind_enterprise(world: World) -> Any:
    """A specialised enterprise of the unit's district, while filing is open."""
    own, now = enterprise(name="上海专精有限公司"), timezone.now()
    type(own).objects.filter(pk=own.pk).update(district=District.MINHANG)
    own.profile.specialised = True
    own.profile.save()
    person("specialised", organisation=own)
    campaign = Campaign.objects.get(year=world.keys["year"])
    campaign.filing_opens_at, campaign.filing_closes_at = now - timedelta(days=1), now + timedelta(days=1)
    campaign.save()
    address = reverse("recommending:remind", kwargs={"year": campaign.year})
    return world.client("recommender").post(address, {"pk": own.pk})


def recommended(world: World) -> Application:
    application = Application.objects.get(pk=world.keys["checked"])
    Recommendation.objects.create(
        application=application, opinion="Good.", place=1, recommended_by=world.people["recommender"]
    )
    return application


def add_unit_letter(world: World) -> Any:
    recommended(world)
    address = reverse("recommending:letter", kwargs={"year": world.keys["year"]})
    return world.client("recommender").post(address, {"file": document()})


def add_letter(world: World) -> Any:
    address = reverse("recommending:letter_add", kwargs={"pk": recommended(world).pk})
    return world.client("recommender").post(address, {"file": document()})


def add_file(world: World) -> Any:
    filing = Filing()
    data = {"type": EvidenceType.TEST_REPORT, "file": document()}
    return filing.post("evidence_upload", data, pk=filing.draft().pk)


def replace_file(world: World) -> Any:
    filing = Filing()
    return filing.post("evidence_replace", {"file": document()}, pk=filing.file().pk)


def describe_file(world: World) -> Any:
    filing = Filing()
    return filing.post("evidence_describe", {"stage": "both"}, pk=filing.file().pk)


def remove_file(world: World) -> Any:
    filing = Filing()
    return filing.post("evidence_remove", pk=filing.file().pk)


def finish_upload(world: World) -> Any:
    filing = Filing()
    return filing.client.post(filing.upload()["finish"])


APPLICATIONS: dict[str, Write] = {
    "submissions:start": start,
    "submissions:section": save_section,
    "submissions:autosave": autosave,
    "submissions:submit": submit,
    "submissions:withdraw": withdraw,
    "submissions:copy": copy,
    "submissions:check": answer_warnings,
    "submissions:evidence_upload": add_file,
    "submissions:evidence_replace": replace_file,
    "submissions:evidence_describe": describe_file,
    "submissions:evidence_remove": remove_file,
    "submissions:upload_finish": finish_upload,
    "recommending:batch": recommend_batch,
    "recommending:remind": remind_enterprise,
    "recommending:letter": add_unit_letter,
    "recommending:letter_add": add_letter,
}


def save_message_text(world: World) -> Any:
    address = reverse("outbox:text", kwargs={"kind": "submissions.accepted", "language": "zh-hans"})
    return world.client("staff").post(address, {"subject": "申报{number}已受理", "body": "请查看：{link}"})


def choose_mail_language(world: World) -> Any:
    return world.client("applicant").post(reverse("outbox:language"), {"language": "en"})


# ------------------------------------------------------------------ reviewing
class Reviewing:
    """An expert with a seat in a year that is under review."""

    def __init__(self, *, is_signed: bool = True, is_accepted: bool = True) -> None:
        from tests.reviews.scoring import support

        self.support, self.year = support, support.year_in_review(need=2)
        self.expert = support.expert(self.year, "reviewing", has_signed=is_signed)
        self.seat = support.seat(support.case(self.year), self.expert, is_accepted=is_accepted)
        self.client = support.client_of(self.expert)

    def post(self, name: str, key: Any, data: Any) -> Any:
        return self.client.post(reverse(f"scoring:{name}", args=[key]), data)


def sign_the_pledge(world: World) -> Any:
    from reviews.scoring.pledge import PLEDGE, digest_of

    reviewing = Reviewing(is_signed=False)
    return reviewing.post("pledge", reviewing.year.year, {"digest": digest_of(PLEDGE)})


def declare(world: World) -> Any:
    reviewing = Reviewing(is_accepted=False)
    return reviewing.post("declare", reviewing.seat.pk, {"do": "accept"})


def save_sheet(world: World) -> Any:
    reviewing = Reviewing()
    return reviewing.post("sheet", reviewing.seat.pk, {"base": "{}", "comment": "x"})


def lock_sheets(world: World) -> Any:
    reviewing = Reviewing()
    at = reviewing.support.type_in(reviewing.seat)
    return reviewing.post("lock", reviewing.year.year, {"seat": f"{at.pk}:{at.sheet.version}"})


def ask_correction(world: World) -> Any:
    reviewing = Reviewing()
    reviewing.support.lock(reviewing.support.type_in(reviewing.seat))
    return reviewing.post("correction", reviewing.seat.pk, {"reason": "a slip"})


def close_scoring(world: World) -> Any:
    reviewing = Reviewing()
    reviewing.support.lock(reviewing.support.type_in(reviewing.seat))
    application = reviewing.seat.application
    data = {"version": application.version, "reason": "no substitute"}
    return world.client("staff").post(reverse("scoring:close", args=[application.pk]), data)


REVIEWS: dict[str, Write] = {
    "scoring:pledge": sign_the_pledge,
    "scoring:declare": declare,
    "scoring:sheet": save_sheet,
    "scoring:lock": lock_sheets,
    "scoring:correction": ask_correction,
    "scoring:close": close_scoring,
}

WRITES: dict[str, Write] = {
    **REVIEWS,
    **ACCOUNTS,
    **APPLICATIONS,
    **DECIDING,
    **PUBLICITY,
    "organisations:register": register,
    "organisations:profile": save_profile,
    "organisations:accept": accept_invitation,
    "organisations:units_import": import_units,
    "drawing:prepare": prepare_draw,
    "drawing:commit": of_draw("commit", DrawState.PREPARED),
    "drawing:fix": of_draw("fix", DrawState.PREPARED),
    "drawing:open_secret": of_draw("open_secret", DrawState.COMMITTED, {"secret": SECRET}),
    "drawing:beacon": of_draw("beacon", DrawState.COMMITTED, {"beacon_value": "1 2 3"}),
    "drawing:carry_out": of_draw("carry_out", DrawState.COMMITTED),
    "drawing:override_ask": override_draw,
    "drawing:release": of_draw("release", DrawState.APPROVED),
    "drawing:substitutes": of_draw("substitutes", DrawState.RELEASED),
    "pool:conflicts": declare_conflict,
    "pool:ties": tie_organisations,
    "reviews:experts_import": import_experts,
    "announcements": announce,
    "outbox:text": save_message_text,
    "outbox:language": choose_mail_language,
    "reports:import": import_year,
    "setup:create": create_year,
    "setup:section": change_settings,
    "setup:publish": publish_call,
    "setup:extend": extend_deadline,
    "setup:calendar": declare_day,
    "reports:circular_settings": circular_settings,
    "reports:circular_texts": circular_texts,
}

# Why an address that takes POST leaves no entry
OWN_SESSION = "changes nothing but the person's own sign-in"
KEY_IN_HAND = "needs a security key; the signals that leave the entry are the same as for the other factor"
EXEMPT: dict[str, str] = {
    "set_language": "a cookie of the browser",
    "display_size": "a cookie of the browser",
    "keep_alive": OWN_SESSION,
    "account_reauthenticate": OWN_SESSION,
    "mfa_reauthenticate": OWN_SESSION,
    "mfa_reauthenticate_webauthn": OWN_SESSION,
    "usersessions_list": OWN_SESSION,
    "notices:read": "the person's own mark on a notice",
    "account_reset_password": "sends a mail; the change comes with the link in it",
    "account_email": "sends a mail; the address changes with the link in it",
    "account_set_password": "nobody is without a password",
    "submissions:upload_start": "a part of a file that nobody sees; the entry comes when it is complete",
    "submissions:upload_cancel": "a part of a file that nobody saw",
    "mfa_login_webauthn": KEY_IN_HAND,
    "mfa_add_webauthn": KEY_IN_HAND,
    "mfa_edit_webauthn": "the person's own name for a key",
    "mfa_remove_webauthn": KEY_IN_HAND,
    "accounts:switch": "only between accounts of the demonstration; tested with them",
    "admin:login": "sends to the sign-in of the portal",
    "admin:logout": "sends to the account pages of the portal",
    "admin:password_change": "sends to the account pages of the portal",
}
