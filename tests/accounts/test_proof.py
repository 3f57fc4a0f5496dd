"""What is dangerous asks again who it is."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIRequestFactory

from accounts.api.permissions import HasRecentProof, HasVeryRecentProof
from accounts.errors import ProofRequiredError
from accounts.models import TotpFactor, User, UserSession
from tests.accounts.second_factors import code_of, turn_on
from tests.accounts.sessions import bearer, get_tokens, session_of, sign_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
PROOF = "/api/ums/auth/proof"
REMOVE = "/settings/security/app/remove/"


def age(minutes: int) -> None:
    """Let the last proof of every session be so old."""
    UserSession.objects.update(proved_at=timezone.now() - timedelta(minutes=minutes, seconds=1))


def test_signing_in_is_a_proof(alice: User) -> None:
    assert sign_in(alice).get("/password/change/").status_code == 200


def test_password_change_asks_again_after_fifteen_minutes(alice: User) -> None:
    browser = sign_in(alice)
    age(14)
    assert browser.get("/password/change/").status_code == 200
    age(15)
    assert browser.get("/password/change/").headers["Location"] == "/prove/?next=/password/change/"


def test_turning_the_second_factor_off_asks_again_after_five(alice: User) -> None:
    browser = sign_in(alice)
    turn_on(alice)
    UserSession.objects.update(ended_at=None)
    browser = sign_in_again(alice)
    age(5)
    answer = browser.post(REMOVE, headers={"Referer": "http://testserver/settings/security/"})
    assert answer.headers["Location"] == "/prove/?next=/settings/security/"
    assert TotpFactor.objects.exists()


def sign_in_again(user: User) -> Client:
    browser = Client()
    browser.post("/login/", {"email": user.email, "password": PASSWORD})
    browser.post("/login/code/", {"code": code_of(user)})
    return browser


def test_password_proves_a_person_without_a_second_factor(alice: User) -> None:
    browser = sign_in(alice)
    age(60)
    wrong = browser.post("/prove/", {"answer": "wrong", "next": "/password/change/"})
    assert "That is not your password." in wrong.content.decode()
    assert browser.get("/password/change/").status_code == 302
    right = browser.post("/prove/", {"answer": PASSWORD, "next": "/password/change/"})
    assert right.headers["Location"] == "/password/change/"
    assert browser.get("/password/change/").status_code == 200


def test_password_does_not_prove_a_person_with_a_second_factor(alice: User) -> None:
    codes = turn_on(alice)
    browser = sign_in_again(alice)
    age(60)
    assert browser.post("/prove/", {"answer": PASSWORD}).status_code == 200
    assert browser.get("/password/change/").status_code == 302
    assert browser.post("/prove/", {"answer": codes[0]}).status_code == 302
    assert browser.get("/password/change/").status_code == 200


def test_proof_is_of_one_session_only(alice: User) -> None:
    here, there = sign_in(alice), sign_in(alice)
    age(60)
    here.post("/prove/", {"answer": PASSWORD})
    assert (here.get("/password/change/").status_code, there.get("/password/change/").status_code) == (200, 302)


def test_guessing_at_the_proof_is_locked(alice: User) -> None:
    browser = sign_in(alice)
    assert [browser.post("/prove/", {"answer": "wrong"}).status_code for _ in range(9)] == [200] * 8 + [429]


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_proof_leads_to_no_other_site(alice: User, target: str) -> None:
    browser = sign_in(alice)
    assert browser.post("/prove/", {"answer": PASSWORD, "next": target}).headers["Location"] == "/"
    age(60)
    answer = browser.post(REMOVE, headers={"Referer": target})
    assert answer.headers["Location"] == "/prove/?next=/settings/security/"


def test_htmx_opens_the_question_as_a_page(alice: User) -> None:
    browser = sign_in(alice)
    age(60)
    answer = browser.get("/password/change/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/settings/?a=1"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/prove/?next=/settings/%3Fa%3D1")


def test_question_needs_a_session(db: None) -> None:
    assert Client().post("/prove/", {"answer": "x"}).headers["Location"].startswith("/login/")
    assert Client().post(PROOF, {}, content_type="application/json").status_code == 401


def test_api_proves_by_password_or_code(alice: User) -> None:
    tokens = get_tokens(alice)
    age(60)

    def prove(**body: str) -> tuple[int, str]:
        answer = Client().post(PROOF, body, content_type="application/json", headers=bearer(tokens))
        return answer.status_code, answer.json()["code"] if answer.content else ""

    assert prove() == (400, "required")
    assert prove(password="wrong") == (401, "invalid_credentials")
    assert prove(password=PASSWORD) == (204, "")
    session = UserSession.objects.get()
    assert session.proved_at > timezone.now() - timedelta(minutes=1)
    turn_on(alice)
    UserSession.objects.update(ended_at=None)
    assert prove(password=PASSWORD) == (400, "required")
    assert prove(otp="000000") == (401, "invalid_credentials")
    assert prove(otp=code_of(alice)) == (204, "")


def test_permissions_of_the_api_tell_what_is_missing(alice: User) -> None:
    browser = sign_in(alice)
    request = APIRequestFactory().get("/")
    request._request = request  # the permission looks at the request below DRF's
    request.user, request.user_session = alice, session_of(browser)
    assert HasVeryRecentProof().has_permission(request, None)
    request.user_session.proved_at = timezone.now() - timedelta(minutes=6)
    assert HasRecentProof().has_permission(request, None)
    for permission, session in ((HasVeryRecentProof, request.user_session), (HasRecentProof, None)):
        request.user_session = session
        with pytest.raises(ProofRequiredError) as refusal:
            permission().has_permission(request, None)
        assert (refusal.value.status, refusal.value.code) == (403, "proof_required")
