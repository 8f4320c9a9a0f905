"""Every page of the frame: safe, structured, in the language of the person."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.qa_portal.home.html import PageReader, faults

pytestmark = pytest.mark.django_db
PUBLIC_PAGES = {
    "/accounts/login/": 200,
    "/accounts/password/reset/": 200,
    "/accounts/password/reset/done/": 200,
    "/accounts/password/reset/key/1-bad/": 200,
    "/accounts/password/reset/key/done/": 200,
    "/accounts/confirm-email/": 200,
    "/accounts/confirm-email/bad/": 200,
    "/accounts/inactive/": 200,
    "/accounts/signup/": 200,
    "/components/": 200,
    "/no-such-page/": 404,
    "/refuse/": 409,
    "/break/": 500,
}
OWN_PAGES = {"/": 200, "/accounts/logout/": 200, "/accounts/password/change/": 200, "/no-such-page/": 404}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("path", "status"), PUBLIC_PAGES.items())
def test_public_page_is_sound(sections: None, path: str, status: int, language: str) -> None:
    client = Client(raise_request_exception=False, headers={"accept-language": language})
    response = client.get(path)
    assert (response.status_code, faults(response)) == (status, [])
    assert PageReader(response.content.decode()).all("html")[0]["lang"].lower() == language


@pytest.mark.parametrize(("path", "status"), OWN_PAGES.items())
def test_own_page_is_sound(expert_client: Client, path: str, status: int) -> None:
    response = expert_client.get(path)
    assert (response.status_code, faults(response)) == (status, [])


def test_refused_sign_in_is_sound_and_says_so_on_top(client: Client) -> None:
    response = client.post("/accounts/login/", {"login": "nobody@example.com", "password": ""})
    page = PageReader(response.content.decode())
    assert faults(response) == []
    assert len(page.all("div", id="error-summary", role="alert", tabindex="-1")) == 1
    assert page.all("a", href="#id_password")
    assert page.all("input", id="id_password")[0]["aria-describedby"] == "id_password_error"
    assert page.all("div", id="id_password_error")


def test_sign_in_fields_are_known_to_password_managers(client: Client) -> None:
    page = PageReader(client.get("/accounts/login/").content.decode())
    login, password = page.all("input", id="id_login")[0], page.all("input", id="id_password")[0]
    assert (login["type"], login["autocomplete"]) == ("email", "username")
    assert (password["type"], password["autocomplete"]) == ("password", "current-password")
    assert "placeholder" not in login | password


def test_wrong_password_shows_one_message_and_no_session(staff_user: Any, client: Client) -> None:
    response = client.post("/accounts/login/", {"login": staff_user.email, "password": "not-this-one"})
    assert response.content.decode().count("<li>") == 1
    assert "_auth_user_id" not in client.session


def test_error_pages_carry_the_request_number(sections: None) -> None:
    client = Client(raise_request_exception=False)
    for path in ("/no-such-page/", "/break/", "/refuse/"):
        response = client.get(path, headers={"X-Request-ID": "abcdef12-3456"})
        assert "abcdef12-3456" in response.content.decode(), path


def test_broken_page_needs_no_database(sections: None, django_assert_num_queries: Any) -> None:
    client = Client(raise_request_exception=False)
    with django_assert_num_queries(0):
        assert client.get("/break/").status_code == 500


def test_bad_host_is_told_without_a_session(settings: Any) -> None:
    response = Client(raise_request_exception=False).get("/", headers={"host": "elsewhere.example"})
    assert (response.status_code, faults(response)) == (400, [])


def test_expired_form_is_told(sections: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    assert (response.status_code, faults(response)) == (403, [])


def test_refusal_says_what_and_what_to_do(sections: None, client: Client) -> None:
    page = client.get("/refuse/").content.decode()
    fragment = client.get("/refuse/", headers={"HX-Request": "true"}).content.decode()
    for text in ("The year is published.", "Choose another year."):
        assert text in page
        assert text in fragment
    assert "<html" not in fragment


@pytest.mark.parametrize(("language", "lang"), [("en", "en"), ("zh-hans", "zh-Hans")])
def test_language_switch_keeps_the_page(client: Client, language: str, lang: str) -> None:
    here = "/components/?sort=-score&page=2"
    fields = PageReader(client.get(here).content.decode()).all("input", name="next")
    response = client.post(reverse("set_language"), {"language": language, "next": fields[0]["value"]})
    assert response.headers["Location"] == here
    assert PageReader(client.get(here).content.decode()).all("html")[0]["lang"] == lang


def test_larger_text_is_remembered_and_undone(client: Client) -> None:
    here = "/components/?page=2"
    response = client.post(reverse("display_size"), {"size": "large", "next": here})
    assert response.headers["Location"] == here
    assert PageReader(client.get(here).content.decode()).all("html")[0]["class"] == "is-large"
    client.post(reverse("display_size"), {"size": "normal", "next": here})
    assert "class" not in PageReader(client.get(here).content.decode()).all("html")[0]


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "", "javascript:x"])
def test_larger_text_never_leads_elsewhere(client: Client, target: str) -> None:
    response = client.post(reverse("display_size"), {"size": "large", "next": target})
    assert response.headers["Location"] == "/"


def test_component_page_is_of_the_demonstration_only(client: Client, settings: Any) -> None:
    assert client.get("/components/").status_code == 200
    settings.IS_DEMONSTRATION = False
    assert client.get("/components/").status_code == 404


def test_demonstration_is_said_on_every_page_and_only_there(client: Client, settings: Any) -> None:
    settings.DEMONSTRATION_ACCOUNTS = [("staff@example.com", "shown-password", "staff")]
    shown = client.get("/accounts/login/").content.decode()
    assert "demonstration-bar" in shown
    assert "shown-password" in shown
    settings.IS_DEMONSTRATION = False
    hidden = client.get("/accounts/login/").content.decode()
    assert "demonstration-bar" not in hidden
    assert "shown-password" not in hidden


def test_password_change_is_for_people_signed_in(client: Client) -> None:
    response = client.get("/accounts/password/change/")
    assert response.headers["Location"] == "/accounts/login/?next=/accounts/password/change/"


def test_forgotten_password_sets_a_new_one(client: Client, staff_user: Any, mailoutbox: list[Any]) -> None:
    response = client.post("/accounts/password/reset/", {"email": staff_user.email}, follow=True)
    assert (response.status_code, faults(response)) == (200, [])
    address = next(word for word in mailoutbox[0].body.split() if "/password/reset/key/" in word)
    form = client.get(address, follow=True)
    assert faults(form) == []
    fields = {"password1": "quite-another-8842", "password2": "quite-another-8842"}
    done = client.post(form.redirect_chain[-1][0], fields, follow=True)
    assert (done.status_code, faults(done)) == (200, [])
    staff_user.refresh_from_db()
    assert staff_user.check_password("quite-another-8842")
