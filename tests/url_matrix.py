"""Who gets what at every address of the portal: the table behind `test_url_matrix`.

One row per URL name. `opens` are the people whom the policy of the view lets in: everybody else is sent
to sign in (anonymous) or gets 403. `cases` says what those people get for each object: a status each;
whoever is not named gets 404, whether the object is foreign or does not exist.

A new page is one line: `"app:name": Row(BUREAU, year={"year": 200, "unknown year": 404})`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.url_world import PEOPLE

Statuses = Mapping[str, int]

EVERYONE = frozenset(PEOPLE)
SIGNED_IN = EVERYONE - {"anonymous"}
STAFF = frozenset({"staff"})
BUREAU = frozenset({"staff", "leader"})
# who may know the experts by name
POOL_READERS = frozenset({"staff", "leader", "inspector"})
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "auditor"})
MANAGERS = frozenset({"system_admin", "security_admin"})
AUDITOR = frozenset({"auditor"})
RECOMMENDER = frozenset({"recommender"})
# members of the enterprise to which everything in the world belongs
OWNERS = frozenset({"applicant", "colleague"})
APPLICANTS = frozenset({"applicant", "colleague", "stranger"})
# everybody who works with the year as a guest of the bureau, and the three administrators
OUTSIDERS = EVERYONE - BUREAU - {"committee", "inspector"}


def all_get(people: Iterable[str], status: int = 200) -> dict[str, int]:
    """These people get this status."""
    return dict.fromkeys(people, status)


@dataclass(frozen=True)
class Row:
    """See above. `fixed` are arguments that are the same in all cases, `arg` the one that makes the case.

    In `data`, "@colleague" stands for the key of that name in the world.
    """

    opens: frozenset[str]
    cases: Mapping[str, Statuses] = field(default_factory=dict)
    arg: str = "pk"
    fixed: Mapping[str, Any] = field(default_factory=dict)
    method: str = "get"
    data: Mapping[str, Any] = field(default_factory=dict)


def page(people: frozenset[str], status: int = 200, *, but: Statuses | None = None, **fields: Any) -> Row:
    """An address without an object; `but` names the people who get another status."""
    return Row(people, {"": all_get(people, status) | dict(but or {})}, **fields)


def of_year(people: frozenset[str], **fields: Any) -> Row:
    """A page of a year."""
    fixed = fields.pop("fixed", {})
    return Row(people, {"year": all_get(people), "unknown year": {}}, arg="year", fixed=fixed, **fields)


def deed(people: frozenset[str], cases: Mapping[str, Statuses], data: Any = None, **fields: Any) -> Row:
    """An address that only takes POST."""
    return Row(people, cases, method="post", data=data or {}, **fields)


def draw_step(people: frozenset[str], status: int, data: Any = None) -> Row:
    """A step of the draw of the year, which is drawn and waits for its approval by its preparer's colleague."""
    return deed(people, {"year": all_get(people, status), "unknown year": {}}, data, arg="year")


REASON = {"reason": "because"}
INVITATION = {"name": "New", "email": "new@example.com", "role": "applicant"}

HOME: dict[str, Row] = {
    "home": page(SIGNED_IN),
    "search": page(SIGNED_IN),
    "help": page(EVERYONE),
    "help_page": Row(EVERYONE, {"guide": all_get(EVERYONE), "unknown guide": {}}, arg="name"),
    "announcements": page(STAFF),
    "announcement_withdraw": deed(STAFF, {"announcement": all_get(STAFF, 302), "unknown": {}}),
    "notices:list": page(SIGNED_IN),
    "notices:read": Row(SIGNED_IN, {"": {"applicant": 302}}, method="post", data={"pk": "@applicant's notice"}),
    "keep_alive": page(SIGNED_IN, method="post"),
    "display_size": page(EVERYONE, 302, method="post"),
    "set_language": page(EVERYONE, 302, method="post"),
    "components": page(EVERYONE),
    "healthz": page(EVERYONE),
    "readyz": page(EVERYONE),
    "metrics": page(EVERYONE),  # from this machine; tests/production says who else
}

# allauth: a person who is signed in already is sent on from the pages for signing in
ENTRANCE: dict[str, Row] = {
    "account_login": page(EVERYONE, 302, but={"anonymous": 200}),
    "account_logout": page(EVERYONE, but={"anonymous": 302}),
    "account_inactive": page(EVERYONE),
    "account_signup": page(EVERYONE, 302, but={"anonymous": 200}),
    "account_email_verification_sent": page(EVERYONE),
    "account_reset_password": page(EVERYONE),
    "account_reset_password_done": page(EVERYONE),
    "account_reset_password_from_key": page(EVERYONE, fixed={"uidb36": "1", "key": "a-b"}),
    "account_reset_password_from_key_done": page(EVERYONE),
    "account_confirm_email": page(EVERYONE, fixed={"key": "no-such-key"}),
    "account_confirm_login_code": page(frozenset()),
    "mfa_authenticate": page(EVERYONE, 302),
    "mfa_login_webauthn": page(EVERYONE, 302),
}

# 302: what changes the account asks again who it is, whichever key it is about; 404: nothing is set up
ACCOUNT: dict[str, Row] = {
    "accounts:home": page(SIGNED_IN),
    "accounts:end_sign_in": deed(SIGNED_IN, {"applicant's sign-in": {"applicant": 302}, "unknown": {}}),
    "accounts:switch": page(SIGNED_IN, 404, method="post", data={"email": "staff@example.com"}),
    "account_reauthenticate": page(SIGNED_IN),
    "account_email": page(SIGNED_IN),
    "account_change_password": page(SIGNED_IN),
    "account_set_password": page(SIGNED_IN, 302),
    "mfa_index": page(SIGNED_IN),
    "mfa_activate_totp": page(SIGNED_IN, 302),
    "mfa_deactivate_totp": page(SIGNED_IN, 404),
    "mfa_reauthenticate": page(SIGNED_IN, 302),
    "mfa_view_recovery_codes": page(SIGNED_IN, 404),
    "mfa_download_recovery_codes": page(SIGNED_IN, 404),
    "mfa_generate_recovery_codes": page(SIGNED_IN, 302),
    "mfa_list_webauthn": page(SIGNED_IN),
    "mfa_add_webauthn": page(SIGNED_IN, 302),
    "mfa_edit_webauthn": page(SIGNED_IN, 302, fixed={"pk": 1}),
    "mfa_remove_webauthn": page(SIGNED_IN, 302, fixed={"pk": 1}),
    "mfa_reauthenticate_webauthn": page(SIGNED_IN, 302),
    "usersessions_list": page(SIGNED_IN),
}

SYSTEM_ADMIN = frozenset({"system_admin"})
ADMIN: dict[str, Row] = {
    "admin:index": page(SYSTEM_ADMIN),
    "admin:app_list": page(SYSTEM_ADMIN, fixed={"app_label": "accounts"}),
    "admin:jsi18n": page(SYSTEM_ADMIN),
    "admin:login": page(SYSTEM_ADMIN, 302),
    "admin:logout": page(SYSTEM_ADMIN, 302),
    "admin:password_change": page(SYSTEM_ADMIN, 302),
    **{
        f"admin:accounts_{model}_{ending}": Row(
            SYSTEM_ADMIN, {case: all_get(SYSTEM_ADMIN), "unknown": {}}, arg="object_id"
        )
        for model, case in (("user", "nobody"), ("rolegrant", "staff's grant"))
        for ending in ("change", "history")
    },
    "admin:accounts_user_changelist": page(SYSTEM_ADMIN),
    "admin:accounts_rolegrant_changelist": page(SYSTEM_ADMIN),
}

JOBS: dict[str, Row] = {
    "jobs:list": page(SIGNED_IN),
    **{
        name: Row(
            SIGNED_IN,
            {
                "applicant's job": all_get({"applicant"}, status),
                "import": all_get(STAFF, status),
                "circular export": all_get(BUREAU, status),
                "unknown uuid": {},
            },
            method=method,
        )
        for name, method, status in (
            ("jobs:detail", "get", 200),
            ("jobs:status", "get", 200),
            ("jobs:cancel", "post", 302),
        )
    },
}

FILES: dict[str, Row] = {
    "files:download": Row(
        SIGNED_IN,
        {
            # the policy of the purpose is asked of the owner too
            "applicant's table": {},
            "staff's table": all_get(STAFF),
            "list of errors": all_get(STAFF),
            "circular": all_get(BUREAU),
            "content of draft": all_get(OWNERS),
            "content of filed": all_get(OWNERS | RECOMMENDER | BUREAU),
            "unknown uuid": {},
        },
    ),
}

AUDIT: dict[str, Row] = {
    "audit:trail": page(AUDITOR),
    "audit:event": Row(AUDITOR, {"event": all_get(AUDITOR), "unknown": {}}, arg="sequence"),
    "audit:export": page(AUDITOR, method="post", data={"ending": "csv"}),
}

OUTBOX: dict[str, Row] = {
    "outbox:list": page(BUREAU),
    "outbox:message": Row(BUREAU, {"message": all_get(BUREAU), "unknown": {}}),
    "outbox:deed": deed(
        STAFF,
        {"message": all_get(STAFF, 302), "sent message": all_get(STAFF, 409), "unknown": {}},
        fixed={"name": "hold"},
    ),
    "outbox:deed_on_all": page(STAFF, 302, method="post", fixed={"name": "resend"}),
    "outbox:texts": page(BUREAU),
    "outbox:text": Row(STAFF, {"kind": all_get(STAFF), "unknown kind": {}}, arg="kind", fixed={"language": "en"}),
    "outbox:text_revert": deed(
        STAFF, {"kind": all_get(STAFF, 302), "unknown kind": {}}, arg="kind", fixed={"language": "en"}
    ),
    "outbox:kind_hold": deed(STAFF, {"kind": all_get(STAFF, 302), "unknown kind": {}}, {"held": "1"}, arg="kind"),
    "outbox:language": page(SIGNED_IN),
}

PEOPLE_PAGES: dict[str, Row] = {
    "organisations:people": page(MANAGERS),
    "organisations:person": Row(MANAGERS, {"nobody": all_get(MANAGERS), "unknown": {}}),
    "organisations:person_active": deed(
        MANAGERS,
        {
            "applicant": all_get(MANAGERS, 302),
            "system_admin": {"system_admin": 409, "security_admin": 302},
            "unknown": {},
        },
        REASON,
    ),
    "organisations:person_role": deed(
        MANAGERS,
        {"nobody": {"system_admin": 302, "security_admin": 409}, "unknown": {}},
        REASON | {"role": "staff"},
    ),
    "organisations:grant_decide": deed(
        MANAGERS,
        {"waiting grant": {"security_admin": 302, "system_admin": 409}, "staff's grant": {}, "unknown": {}},
        {"approve": "1"},
    ),
    "organisations:grant_end": deed(
        MANAGERS,
        {"staff's grant": {"system_admin": 302, "security_admin": 409}, "unknown": {}},
        REASON,
    ),
}

ORGANISATIONS: dict[str, Row] = {
    "organisations:units": page(BUREAU | MANAGERS),
    "organisations:units_import": page(STAFF | {"system_admin"}),
    "organisations:mine": page(SIGNED_IN),
    "organisations:profile": page(APPLICANTS),
    "organisations:register": page(frozenset({"nobody"})),
    "organisations:organisation": Row(
        BUREAU | MANAGERS,
        {
            "applicant's organisation": all_get(BUREAU | MANAGERS),
            "recommender's organisation": all_get(BUREAU | MANAGERS),
            "unknown": {},
        },
    ),
    "organisations:invite": deed(
        SIGNED_IN,
        {
            "applicant's organisation": {
                **all_get(BUREAU | {"security_admin", "colleague"}, 409),
                **all_get({"applicant", "system_admin"}, 302),
            },
            "unknown": {},
        },
        INVITATION,
    ),
    "organisations:hand_over": deed(
        SIGNED_IN,
        {
            "applicant's organisation": {
                **all_get(BUREAU | {"security_admin", "colleague"}, 409),
                **all_get({"applicant", "system_admin"}, 302),
            },
            "unknown": {},
        },
        {"to": "@colleague"},
    ),
    "organisations:invitation_withdraw": deed(
        SIGNED_IN,
        {
            "applicant's invitation": {
                **all_get(BUREAU | {"security_admin", "colleague"}, 409),
                **all_get({"applicant", "system_admin"}, 302),
            },
            "unknown": {},
        },
    ),
    "organisations:member_end": deed(
        SIGNED_IN,
        {
            "colleague's membership": {
                **all_get(BUREAU | {"security_admin"}, 409),
                **all_get({"applicant", "colleague", "system_admin"}, 302),
            },
            "unknown": {},
        },
        REASON,
    ),
    "organisations:accept": Row(EVERYONE, {"open key": all_get(EVERYONE), "unknown key": {}}, arg="key"),
}

YEAR: dict[str, Row] = {
    "reports:import": page(STAFF),
    "reports:application": Row(BUREAU, {"number": all_get(BUREAU), "unknown number": {}}, arg="number"),
    "reports:overview": of_year(BUREAU),
    "reports:applications": of_year(BUREAU),
    "reports:applications_export": of_year(BUREAU, fixed={"ending": "csv"}),
    "reports:statistics": of_year(BUREAU),
    "reports:statistics_json": of_year(BUREAU),
    "reports:circular": of_year(BUREAU),
    "reports:circular_export": Row(
        BUREAU,
        {"year": all_get(BUREAU, 302), "unknown year": {}},
        arg="year",
        method="post",
        data={"ending": "txt"},
    ),
    "reports:circular_settings": of_year(STAFF),
    "reports:circular_texts": of_year(STAFF),
    "drawing:draw": of_year(POOL_READERS),
    "drawing:prepare": draw_step(STAFF, 422),
    "drawing:commit": draw_step(STAFF | {"inspector"}, 409),
    "drawing:fix": draw_step(STAFF, 409),
    "drawing:open_secret": draw_step(STAFF | {"inspector"}, 409),
    "drawing:beacon": draw_step(STAFF, 409),
    "drawing:carry_out": draw_step(STAFF, 409),
    # the staff of this world prepared it: somebody else approves
    "drawing:approve": deed(BUREAU, {"year": {"staff": 409, "leader": 302}, "unknown year": {}}, arg="year"),
    "drawing:release": draw_step(STAFF, 409),
    "drawing:end": draw_step(STAFF, 302, {"reason": "x"}),
    "drawing:substitutes": draw_step(STAFF, 409),
    "drawing:override_ask": draw_step(STAFF, 422),
    "drawing:override_decide": deed(
        BUREAU, {"override": {"staff": 409, "leader": 302}, "unknown": {}}, fixed={"year": 2020}
    ),
    "drawing:certificate": Row(
        POOL_READERS, {"year": all_get(POOL_READERS), "unknown year": {}}, arg="year", fixed={"counter": 1}
    ),
    "pool:experts": of_year(POOL_READERS),
    "pool:expert": Row(
        POOL_READERS, {"expert code": all_get(POOL_READERS), "unknown code": {}}, arg="code", fixed={"year": 2020}
    ),
    "pool:confirm": deed(
        STAFF,
        {"expert code": all_get(STAFF, 302), "unknown code": {}},
        {"level_NEW_IT": "2", "is_available": "on"},
        arg="code",
        fixed={"year": 2020},
    ),
    "pool:employment_add": deed(
        STAFF,
        {"expert code": all_get(STAFF, 302), "unknown code": {}},
        {"organisation": "上海示例厂", "kind": "employed"},
        arg="code",
        fixed={"year": 2020},
    ),
    "pool:employment_remove": deed(
        STAFF, {"employment": all_get(STAFF, 302), "unknown": {}}, REASON, fixed={"year": 2020}
    ),
    "pool:conflicts": of_year(POOL_READERS),
    "pool:conflicts_recompute": deed(STAFF, {"year": all_get(STAFF, 302), "unknown year": {}}, arg="year"),
    "pool:conflict_dismiss": deed(
        STAFF, {"conflict": all_get(STAFF, 302), "unknown": {}}, REASON, fixed={"year": 2020}
    ),
    "pool:ties": page(POOL_READERS),
    "reviews:experts_import": of_year(STAFF),
    "reviews:ranking": of_year(BUREAU),
    "reviews:ranking_export": of_year(BUREAU, fixed={"ending": "xlsx"}),
}


SETUP: dict[str, Row] = {
    "setup:years": page(BUREAU),
    "setup:create": page(STAFF),
    "setup:year": of_year(BUREAU),
    "setup:section": of_year(BUREAU, fixed={"section": "dates"}),
    "setup:publish": Row(
        STAFF,
        {"year in preparation": all_get(STAFF), "year": all_get(STAFF, 409), "unknown year": {}},
        arg="year",
    ),
    "setup:extensions": of_year(BUREAU),
    "setup:extend": Row(STAFF, {"draft": all_get(STAFF), "filed": {}, "unknown": {}}),
    "setup:calendar": page(BUREAU),
    "setup:calendar_remove": deed(STAFF, {"day": all_get(STAFF, 302), "unknown": {}}),
}
READERS = BUREAU | {"committee", "inspector"}
IN_ORDER = {"first_to": "1", "second_to": "1", "third_to": "1"}


def of_decision(people: frozenset[str], status: int, data: Any = None) -> Row:
    """A deed of a year in which nothing is proposed: what is possible without it gets another status."""
    return deed(people, {"year": all_get(people, status), "unknown year": {}}, data, arg="year")


DECIDING: dict[str, Row] = {
    "deciding:newest": page(READERS, 302),
    "deciding:lines": of_year(READERS),
    "deciding:propose": of_decision(STAFF, 409, IN_ORDER),
    "deciding:round": of_year(READERS),
    "deciding:revise": of_decision(STAFF, 409, {"version": "1"}),
    "deciding:meeting": of_decision(STAFF, 422),
    "deciding:decide": of_decision(STAFF, 409),
    "deciding:take_back": of_decision(STAFF, 409, REASON),
    "deciding:freeze": of_decision(BUREAU, 409),
    "deciding:frozen": Row(READERS, {"year": {}, "unknown year": {}}, arg="year"),
    "deciding:settings": of_year(STAFF),
}

GUARDS = BUREAU | {"inspector"}


def of_objection(status: int, data: Any = None) -> Row:
    """A deed of staff on the world's objection, which is only registered."""
    return deed(STAFF, {"objection": all_get(STAFF, status), "unknown": {}}, data)


PUBLICITY: dict[str, Row] = {
    "publicity:public_list": page(EVERYONE),
    "publicity:public_notice": Row(EVERYONE, {"public notice": all_get(EVERYONE), "unknown": {}}),
    "publicity:object": Row(EVERYONE, {"public notice": all_get(EVERYONE), "unknown": {}}),
    "publicity:received": Row(EVERYONE, {"unknown key": {}}, arg="token"),
    "publicity:hub": of_year(GUARDS),
    "publicity:open": of_decision(frozenset({"leader"}), 409),
    "publicity:publish": of_decision(frozenset({"leader"}), 409),
    "publicity:letters": of_year(STAFF),
    "publicity:letters_make": of_decision(STAFF, 409),
    "publicity:letters_release": of_decision(STAFF, 302),
    "publicity:letter_advice": deed(STAFF, {"letter": all_get(STAFF, 302), "unknown": {}}, {"advice": "x"}),
    "publicity:objection": Row(GUARDS, {"objection": all_get(GUARDS), "unknown": {}}),
    "publicity:accept": of_objection(422),
    "publicity:refuse": of_objection(302, {"refuse-decision": "x"}),
    "publicity:dismiss": of_objection(409, {"decision": "x"}),
    "publicity:uphold": of_objection(422),
    "publicity:answer": Row(APPLICANTS, {"objection": {}, "unknown": {}}),
    "publicity:letter": Row(APPLICANTS, {"checked": {}, "unknown": {}}),
    "publicity:letter_pdf": Row(APPLICANTS, {"checked": {}, "unknown": {}}),
}


FILING: dict[str, Row] = {
    "recommending:newest": page(RECOMMENDER, 302),
    "recommending:queue": of_year(RECOMMENDER),
    "recommending:summary": of_year(RECOMMENDER),
    "recommending:letter": of_year(RECOMMENDER),
    "recommending:dashboard": of_year(RECOMMENDER),
    "recommending:summary_pdf": Row(
        RECOMMENDER, {"year": all_get(RECOMMENDER, 302), "unknown year": {}}, arg="year", method="post"
    ),
    "recommending:remind": Row(
        RECOMMENDER, {"year": all_get(RECOMMENDER, 302), "unknown year": {}}, arg="year", method="post"
    ),
    # without a file the page comes back with the error
    "recommending:letter_add": deed(RECOMMENDER, {"filed": all_get(RECOMMENDER, 422), "draft": {}, "unknown": {}}),
    "recommending:batch": Row(
        RECOMMENDER, {"year": all_get(RECOMMENDER, 302), "unknown year": {}}, arg="year", method="post"
    ),
    "recommending:guidance": Row(SIGNED_IN, {"filed": all_get(OWNERS | RECOMMENDER | BUREAU), "unknown": {}}),
    "recommending:note_add": deed(
        SIGNED_IN,
        {
            "filed": all_get({"recommender", "staff"}, 302) | all_get(OWNERS | {"leader"}, 409),
            "unknown": {},
        },
        {"text": "Give the value before."},
    ),
    "recommending:note_reply": deed(
        SIGNED_IN,
        {"note": all_get(OWNERS | {"recommender", "staff"}, 302) | {"leader": 409}, "unknown": {}},
        {"text": "Done."},
    ),
    "recommending:note_resolve": deed(
        SIGNED_IN,
        {"note": all_get({"recommender", "staff"}, 302) | all_get(OWNERS | {"leader"}, 409), "unknown": {}},
        {"resolved": "1"},
    ),
    "recommending:step": deed(
        RECOMMENDER,
        {"filed": all_get(RECOMMENDER, 302), "checked": all_get(RECOMMENDER, 409), "unknown": {}},
        {"version": "0", "opinion": "Good.", "no_guidance_reason": "Complete."},
        fixed={"name": "recommend"},
    ),
    "checking:queue": of_year(BUREAU),
    "checking:check": Row(BUREAU, {"checked": all_get(BUREAU), "draft": {}, "unknown": {}}),
    "checking:judge": deed(
        STAFF, {"checked": all_get(STAFF, 302), "filed": all_get(STAFF, 409), "unknown": {}}, {"verdict-7": "pass"}
    ),
    "checking:confirm": deed(
        STAFF,
        {"checked": all_get(STAFF, 302), "unknown": {}},
        {"industry": "OTHER", "size_class": "large"},
    ),
    "checking:step": deed(
        STAFF,
        {"checked": all_get(STAFF, 302), "filed": all_get(STAFF, 409), "unknown": {}},
        {"version": "0"} | {f"verdict-{number}": "pass" for number in range(1, 17)},
        fixed={"name": "accept"},
    ),
}

APPLICANTS = frozenset({"applicant", "colleague", "stranger"})


def own_draft(status: int = 200, **fields: Any) -> Row:
    """A page of applicants: members of the enterprise get its draft, another enterprise gets 404."""
    return Row(APPLICANTS, {"draft": all_get(OWNERS, status), "filed": all_get(OWNERS), "unknown": {}}, **fields)


# the draft belongs to a year without a call: nothing in it can be changed
APPLYING: dict[str, Row] = {
    "submissions:mine": page(APPLICANTS),
    "submissions:call": page(SIGNED_IN),
    "submissions:blank_form": Row(
        SIGNED_IN,
        {"year": all_get(SIGNED_IN), "year in preparation": all_get(BUREAU), "unknown year": {}},
        arg="year",
    ),
    "submissions:start": page(APPLICANTS, 409, method="post"),
    "submissions:detail": own_draft(),
    "submissions:section": own_draft(fixed={"section": "project"}),
    "submissions:preview": own_draft(),
    "submissions:submit": own_draft(),
    "submissions:withdraw": own_draft(),
    "submissions:book": deed(APPLICANTS, {"draft": all_get(OWNERS, 302), "unknown": {}}),
    "submissions:receipt": Row(APPLICANTS, {"draft": {}, "unknown": {}}),
    "submissions:copy": deed(APPLICANTS, {"draft": all_get(OWNERS, 409), "unknown": {}}),
    "submissions:autosave": deed(
        APPLICANTS, {"draft": all_get(OWNERS, 409), "unknown": {}}, {"title": "x"}, fixed={"section": "project"}
    ),
}


def own_upload(status: int) -> Row:
    """An upload belongs to the person who began it."""
    return Row(APPLICANTS, {"upload": {"applicant": status}, "unknown uuid": {}}, arg="upload", method="post")


SEE_EVIDENCE = APPLICANTS | RECOMMENDER | BUREAU
EVIDENCE: dict[str, Row] = {
    "submissions:check": own_draft(),
    "submissions:evidence": Row(
        SEE_EVIDENCE,
        {"draft": all_get(OWNERS), "filed": all_get(OWNERS | RECOMMENDER | BUREAU), "unknown": {}},
    ),
    "submissions:evidence_preview": Row(
        SEE_EVIDENCE,
        {
            "file of draft": all_get(OWNERS),
            "file of filed": all_get(OWNERS | RECOMMENDER | BUREAU),
            "former file of filed": all_get(OWNERS),
            "unknown": {},
        },
    ),
    "submissions:evidence_upload": deed(APPLICANTS, {"draft": all_get(OWNERS, 422), "unknown": {}}),
    "submissions:evidence_replace": deed(
        APPLICANTS, {"file of draft": all_get(OWNERS, 422), "file of filed": all_get(OWNERS, 422), "unknown": {}}
    ),
    "submissions:evidence_remove": deed(
        APPLICANTS, {"file of draft": all_get(OWNERS, 409), "file of filed": all_get(OWNERS, 409), "unknown": {}}
    ),
    "submissions:evidence_describe": deed(
        APPLICANTS, {"file of draft": all_get(OWNERS, 409), "file of filed": all_get(OWNERS, 409), "unknown": {}}
    ),
    "submissions:upload_start": deed(
        APPLICANTS,
        {"draft": all_get(OWNERS, 409), "unknown": {}},
        {"type": "EV04", "name": "x.pdf", "size": "9"},
    ),
    "submissions:upload_chunk": replace(own_upload(409), method="put"),
    "submissions:upload_finish": own_upload(409),
    "submissions:upload_cancel": own_upload(200),
}

EXPERT = frozenset({"expert"})
WATCHERS = BUREAU | {"inspector"}
OF_REVIEWED = {"reviewed year": all_get(EXPERT), "year": {}, "unknown year": {}}
REVIEWING: dict[str, Row] = {
    "scoring:tasks": page(EXPERT),
    "scoring:pledge": Row(EXPERT, OF_REVIEWED, arg="year"),
    "scoring:overview": Row(EXPERT, OF_REVIEWED, arg="year"),
    "scoring:lock": Row(EXPERT, {"reviewed year": all_get(EXPERT, 302), "unknown year": {}}, arg="year"),
    "scoring:declare": Row(EXPERT, {"seat": all_get(EXPERT), "unknown": {}}),
    "scoring:sheet": Row(EXPERT, {"seat": all_get(EXPERT), "locked seat": all_get(EXPERT), "unknown": {}}),
    "scoring:autosave": deed(
        EXPERT,
        {"seat": all_get(EXPERT), "locked seat": all_get(EXPERT, 409), "unknown": {}},
        {"base": "{}", "comment": "x"},
    ),
    "scoring:correction": Row(EXPERT, {"locked seat": all_get(EXPERT), "unknown": {}}),
    # the file of another application, hidden ones and the original are the same 404
    "scoring:file": Row(EXPERT, {"document of case": all_get(EXPERT), "file of filed": {}, "unknown": {}}),
    "scoring:progress": of_year(WATCHERS),
    "scoring:remind": deed(
        STAFF, {"reviewed year": all_get(STAFF, 302), "unknown year": {}}, {"everybody": "1"}, arg="year"
    ),
    "scoring:case": Row(
        WATCHERS, {"case": all_get(WATCHERS), "closed case": all_get(WATCHERS), "draft": {}, "unknown": {}}
    ),
    "scoring:close": deed(STAFF, {"case": all_get(STAFF, 409), "draft": {}, "unknown": {}}, REASON | {"version": "0"}),
    "scoring:leave": deed(
        STAFF, {"seat": all_get(STAFF, 302), "locked seat": all_get(STAFF, 409), "unknown": {}}, REASON
    ),
    "scoring:decide": deed(STAFF, {"leave": all_get(STAFF, 302), "unknown": {}}, {"refuse": "1"}),
    "scoring:void": deed(STAFF, {"locked review": all_get(STAFF, 302), "unknown": {}}, REASON),
}

MATRIX: dict[str, Row] = (
    APPLYING
    | REVIEWING
    | AUDIT
    | DECIDING
    | PUBLICITY
    | OUTBOX
    | EVIDENCE
    | FILING
    | HOME
    | ENTRANCE
    | ACCOUNT
    | ADMIN
    | JOBS
    | FILES
    | PEOPLE_PAGES
    | ORGANISATIONS
    | SETUP
    | YEAR
)
# What a year holds; administrators, applicants, recommenders and experts see nothing of it
BUSINESS = ("reports:", "reviews:", "deciding:")
