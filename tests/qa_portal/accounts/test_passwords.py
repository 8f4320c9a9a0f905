"""Rules of passwords: what is too weak, was used before, or is too old."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.password_validation import get_default_password_validators, validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils.html import escape
from django.utils.translation import override

from qa_portal.accounts.models import PasswordHistory, User
from qa_portal.accounts.operations import create_person
from tests.qa_portal.accounts.conftest import PASSWORD, is_signed_in, sign_in

pytestmark = pytest.mark.django_db
START = datetime(2020, 9, 21, 8, tzinfo=UTC)
CHANGE = "/accounts/password/change/"
WEAK = [
    ("short-9ab", "password_too_short"),
    ("password123", "password_too_common"),
    ("1qaz2wsx3edc", "password_too_common"),
    ("qwertyuiop", "password_too_common"),
    ("2718281828459", "password_entirely_numeric"),
    ("applicant@example.com", "password_too_similar"),
    ("applicant.example", "password_too_similar"),
]


def change(client: Client, old: str, new: str) -> Any:
    return client.post(CHANGE, {"oldpassword": old, "password1": new, "password2": new})


def codes(response: Any) -> list[str]:
    errors = response.context["form"].errors.as_data()
    return [error.code for error in errors.get("password1", [])]


def password(number: int) -> str:
    return f"quiet-river-number-{number}"


# ------------------------------------------------------------------ too weak
@pytest.mark.parametrize(("weak", "code"), WEAK)
def test_weak_password_is_refused_in_the_portal(client: Client, applicant: User, weak: str, code: str) -> None:
    sign_in(client, applicant.email)
    response = change(client, PASSWORD, weak)
    assert code in codes(response)
    applicant.refresh_from_db()
    assert applicant.check_password(PASSWORD)


@pytest.mark.parametrize(("weak", "code"), WEAK)
def test_weak_password_is_refused_at_sign_up(client: Client, weak: str, code: str) -> None:
    fields = {"name": "Li", "email": "applicant@example.com", "password1": weak, "password2": weak}
    assert code in codes(client.post("/accounts/signup/", fields))
    assert not User.objects.exists()


def test_long_password_counts_to_its_end(client: Client) -> None:
    long = "三条安静的河流" * 12
    user = create_person("long@example.com", long, is_verified=True)
    assert (user.check_password(long), user.check_password(long[:-1])) == (True, False)


# ------------------------------------------------------------------ used before
def test_last_five_passwords_are_not_used_again(client: Client, applicant: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"change_password": None}
    sign_in(client, applicant.email)
    known = [PASSWORD]
    for number in range(4):
        assert change(client, known[-1], password(number)).status_code == 302
        known.append(password(number))
    assert [codes(change(client, known[-1], old)) for old in known] == [["password_reused"]] * 5
    assert PasswordHistory.objects.filter(user=applicant).count() == 5


def test_sixth_password_may_return(applicant: User) -> None:
    for number in range(5):
        applicant.set_password(password(number))
        applicant.save()
    validate_password(PASSWORD, applicant)
    with pytest.raises(ValidationError):
        validate_password(password(0), applicant)


def test_history_holds_hashes_only(applicant: User) -> None:
    stored = PasswordHistory.objects.get(user=applicant).password
    assert stored == applicant.password
    assert PASSWORD not in stored


def test_password_set_past_the_history_counts_too(applicant: User) -> None:
    PasswordHistory.objects.all().delete()
    with pytest.raises(ValidationError):
        validate_password(PASSWORD, applicant)


def test_reset_by_mail_obeys_the_same_rules(client: Client, applicant: User, mailoutbox: list[Any]) -> None:
    client.post("/accounts/password/reset/", {"email": applicant.email})
    link = next(word for word in mailoutbox[0].body.split() if "/password/reset/key/" in word)
    page = client.get(link, follow=True)
    response = client.post(page.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    assert codes(response) == ["password_reused"]


def test_link_of_a_reset_works_once(client: Client, applicant: User, mailoutbox: list[Any]) -> None:
    client.post("/accounts/password/reset/", {"email": applicant.email})
    link = next(word for word in mailoutbox[0].body.split() if "/password/reset/key/" in word)
    page = client.get(link, follow=True)
    new = {"password1": password(1), "password2": password(1)}
    assert client.post(page.redirect_chain[-1][0], new).status_code == 302
    assert not is_signed_in(client)
    assert Client().get(link).context["token_fail"] is True


def test_every_rule_is_told_before_the_password_is_typed(client: Client, applicant: User) -> None:
    sign_in(client, applicant.email)
    page = client.get(CHANGE, headers={"accept-language": "en"}).content.decode()
    with override("en"):
        rules = [rule.get_help_text() for rule in get_default_password_validators()]
    assert [rule for rule in rules if escape(rule) not in page] == []


# ------------------------------------------------------------------ too old
@pytest.mark.parametrize(("seconds", "is_old"), [(-1, False), (0, True), (1, True)])
def test_password_of_ninety_days_must_be_changed(
    client: Client, make_person: Any, settings: Any, seconds: int, is_old: bool
) -> None:
    settings.PASSWORD_MAX_AGE_DAYS = 90
    with time_machine.travel(START, tick=False) as clock:
        user = make_person(None)
        clock.shift(timedelta(days=90, seconds=seconds))
        sign_in(client, user.email)
        response = client.get("/jobs/")
        assert response.status_code == (302 if is_old else 200)
        if is_old:
            assert response.headers["Location"] == f"{CHANGE}?next=%2Fjobs%2F"
            change(client, PASSWORD, password(1))
            assert client.get("/jobs/").status_code == 200


def test_zero_days_is_never(client: Client, make_person: Any, settings: Any) -> None:
    settings.PASSWORD_MAX_AGE_DAYS = 0
    with time_machine.travel(START, tick=False) as clock:
        user = make_person(None)
        clock.shift(timedelta(days=4000))
        sign_in(client, user.email)
        assert client.get("/jobs/").status_code == 200
