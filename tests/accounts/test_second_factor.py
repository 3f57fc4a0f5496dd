"""A password alone does not open an account whose second factor is on, whichever door is tried."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import RecoveryCode, TotpFactor, User, UserSession
from accounts.services.second_factor import begin_totp, confirm_totp, disable_second_factor, read_new_seed, use_code
from accounts.services.users import deactivate_user, set_password
from accounts.tasks import send_password_reset
from accounts.totp import make_code
from common.encryption import decrypt_text, encrypt_text
from common.errors import UnavailableError
from tests.accounts.second_factors import code_of, present_step, turn_on
from tests.accounts.sessions import LOGIN, STATE, get_tokens, session_of, sign_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
SECURITY = "/settings/security/"
APP = f"{SECURITY}app/"
CODE_PAGE = "/login/code/"


@pytest.fixture(autouse=True)
def _steady_clock(time_machine) -> None:
    """Half a minute must not end between making a code and sending it."""
    time_machine.move_to(timezone.now().replace(second=10), tick=False)


def first_step(user: User, client: Client | None = None, **form: str) -> Client:
    """Return a browser that has shown the password and owes the code."""
    client = client or Client()
    answer = client.post("/login/", {"email": user.email, "password": PASSWORD, **form})
    assert answer.headers["Location"] == CODE_PAGE
    return client


def post_api(user: User, otp: str | None = None, password: str = PASSWORD):
    body = {"email": user.email, "password": password} | ({} if otp is None else {"otp": otp})
    return Client().post(LOGIN, body, content_type="application/json")


# -- turning it on and off


def test_person_turns_it_on_with_the_picture_and_a_first_code(alice: User) -> None:
    browser = sign_in(alice)
    assert browser.post(f"{APP}begin/").headers["Location"] == APP
    page = browser.get(APP)
    seed = read_new_seed(user=alice)
    assert 'src="data:image/svg+xml' in page.content.decode()
    assert "".join(page.context["groups"]) == seed
    answer = browser.post(APP, {"code": make_code(seed, step=present_step())})
    codes = re.findall(r"<code>([a-z0-9-]{14})</code>", answer.content.decode())
    assert len(set(codes)) == 10
    assert "no-store" in answer.headers["Cache-Control"]
    assert "10 of 10 left" in browser.get(SECURITY).content.decode()
    assert seed not in browser.get(APP, follow=True).content.decode()


def test_nothing_is_on_before_the_first_code(alice: User) -> None:
    browser = sign_in(alice)
    browser.post(f"{APP}begin/")
    answer = browser.post(APP, {"code": "000000"})
    assert "not the code of this moment" in answer.content.decode()
    assert session_of(sign_in(alice)).is_active
    assert post_api(alice).status_code == 200


def test_code_that_turned_it_on_does_not_sign_in(alice: User, time_machine) -> None:
    begin_totp(user=alice)
    code = make_code(read_new_seed(user=alice), step=present_step())
    confirm_totp(user=alice, code=code)
    assert post_api(alice, code).status_code == 401
    time_machine.move_to(timezone.now() + timedelta(seconds=30))
    assert post_api(alice, code).status_code == 401
    assert post_api(alice, code_of(alice)).status_code == 200


def test_change_ends_the_other_sessions(alice: User) -> None:
    here, there, tokens = sign_in(alice), sign_in(alice), get_tokens(alice)
    here.post(f"{APP}begin/")
    here.post(APP, {"code": make_code(read_new_seed(user=alice), step=present_step())})
    assert [session.pk for session in UserSession.objects.active()] == [session_of(here).pk]
    assert there.get(SECURITY).status_code == 302
    assert Client().get(STATE, headers={"Authorization": f"Bearer {tokens['access']}"}).json() == {"authenticated": False}


def test_person_turns_it_off(alice: User) -> None:
    browser = sign_in(alice)
    turn_on(alice)
    UserSession.objects.update(ended_at=None)
    browser = first_step(alice)
    browser.post(CODE_PAGE, {"code": code_of(alice)})
    assert "The second factor is off" in browser.post(f"{APP}remove/", follow=True).content.decode()
    assert not TotpFactor.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert post_api(alice).status_code == 200


def test_second_app_does_not_replace_the_first_one(alice: User) -> None:
    turn_on(alice)
    seed = TotpFactor.objects.get().seed
    browser = first_step(alice)
    browser.post(CODE_PAGE, {"code": code_of(alice)})
    assert "on already" in browser.post(f"{APP}begin/", follow=True).content.decode()
    assert browser.get(APP).headers["Location"] == SECURITY
    assert TotpFactor.objects.get().seed == seed


@pytest.mark.parametrize("address", [f"{APP}begin/", f"{APP}remove/", f"{SECURITY}recovery-codes/"])
def test_changes_are_posts_of_a_signed_in_person(alice: User, address: str) -> None:
    assert Client().post(address).headers["Location"].startswith("/login/")
    assert sign_in(alice).get(address).status_code == 405


# -- signing in


def test_password_alone_opens_nothing(alice: User) -> None:
    turn_on(alice)
    browser = first_step(alice)
    assert browser.get(STATE).json() == {"authenticated": False}
    assert browser.get("/settings/").status_code == 302
    assert not UserSession.objects.exists()
    assert "Enter your code" in browser.get(CODE_PAGE).content.decode()


def test_code_completes_the_sign_in_with_what_the_first_page_was_told(alice: User) -> None:
    turn_on(alice)
    browser = first_step(alice, remember="on", next="/settings/sessions/")
    answer = browser.post(CODE_PAGE, {"code": code_of(alice)})
    assert answer.headers["Location"] == "/settings/sessions/"
    assert browser.cookies[django_settings.SESSION_COOKIE_NAME]["max-age"] == 30 * 24 * 3600
    assert session_of(browser).user == alice
    assert UserSession.objects.count() == 1


def test_session_key_changes_with_each_step(alice: User) -> None:
    turn_on(alice)
    browser = Client()
    browser.get("/login/")
    keys = [browser.session.session_key]
    first_step(alice, browser)
    keys.append(browser.session.session_key)
    browser.post(CODE_PAGE, {"code": code_of(alice)})
    keys.append(browser.session.session_key)
    assert len(set(keys)) == 3


def test_code_page_without_a_password_leads_back(alice: User) -> None:
    turn_on(alice)
    for answer in (Client().get(CODE_PAGE), Client().post(CODE_PAGE, {"code": code_of(alice)})):
        assert answer.headers["Location"] == "/login/"


def test_five_minutes_between_password_and_code(alice: User, time_machine) -> None:
    turn_on(alice)
    browser = first_step(alice)
    time_machine.move_to(timezone.now() + timedelta(minutes=5, seconds=1), tick=False)
    answer = browser.post(CODE_PAGE, {"code": code_of(alice)}, follow=True)
    assert "begin again" in answer.content.decode()
    assert not UserSession.objects.exists()


def close(user: User) -> None:
    deactivate_user(user=user)


def change_password(user: User) -> None:
    set_password(user=user, password="a-new-and-longer-secret-5")


@pytest.mark.parametrize("act", [close, change_password])
def test_what_happens_between_the_steps_counts(alice: User, act) -> None:
    turn_on(alice)
    browser = first_step(alice)
    act(User.objects.get(pk=alice.pk))
    assert browser.post(CODE_PAGE, {"code": code_of(alice)}).headers["Location"] == "/login/"
    assert not UserSession.objects.exists()


def test_code_works_once(alice: User) -> None:
    turn_on(alice)
    code = code_of(alice)
    assert post_api(alice, code).status_code == 200
    assert post_api(alice, code).json()["code"] == "invalid_credentials"
    answer = first_step(alice).post(CODE_PAGE, {"code": code})
    assert "works once" in answer.content.decode()


def test_older_code_does_not_work_after_a_newer_one(alice: User) -> None:
    turn_on(alice)
    assert post_api(alice, code_of(alice, ahead=1)).status_code == 200
    for ahead in (-1, 0, 1):
        assert post_api(alice, code_of(alice, ahead=ahead)).status_code == 401


@pytest.mark.parametrize(("ahead", "status"), [(-2, 401), (-1, 200), (0, 200), (1, 200), (2, 401)])
def test_clock_may_be_wrong_by_one_step(alice: User, ahead: int, status: int) -> None:
    turn_on(alice)
    assert post_api(alice, code_of(alice, ahead=ahead)).status_code == status


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_many_uses_at_once_one_is_good(alice: User, kind: str) -> None:
    codes = turn_on(alice)
    code = code_of(alice) if kind == "app" else codes[0]

    def use(_: int) -> bool:
        try:
            return use_code(user=alice, code=code)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(use, range(8))) == [False] * 7 + [True]


def test_api_asks_for_the_code_only_after_the_right_password(alice: User) -> None:
    turn_on(alice)
    asked, wrong = post_api(alice), post_api(alice, password="wrong")
    assert (asked.status_code, asked.json()["code"]) == (401, "otp_required")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_credentials")
    assert post_api(alice, "000000").json()["code"] == "invalid_credentials"
    assert post_api(alice, code_of(alice)).status_code == 200


@pytest.mark.parametrize("otp", ["", "1", "１２３４５６", "٠١٢٣٤٥", "abcdef", "x" * 64, "-" * 12, "\u00ff" * 12, "0x1234", "+12345", "1e10  "])
def test_senseless_codes_are_refused(alice: User, otp: str) -> None:
    turn_on(alice)
    assert post_api(alice, otp).status_code == 401
    assert first_step(alice).post(CODE_PAGE, {"code": otp}).status_code == 200
    assert not UserSession.objects.exists()


@pytest.mark.parametrize("otp", [None, 123456, [], {}, "\x00", "\ud800", "x" * 100_000])
def test_hostile_codes_of_the_api_are_refused(alice: User, otp: object) -> None:
    turn_on(alice)
    answer = Client().post(LOGIN, {"email": alice.email, "password": PASSWORD, "otp": otp}, content_type="application/json")
    assert answer.status_code in (400, 401)


def test_guessing_codes_is_locked_like_guessing_passwords(alice: User) -> None:
    turn_on(alice)
    browser = first_step(alice)
    assert [browser.post(CODE_PAGE, {"code": "000000"}).status_code for _ in range(9)] == [200] * 8 + [429]
    assert browser.post(CODE_PAGE, {"code": code_of(alice)}).status_code == 429
    assert post_api(alice, code_of(alice)).status_code == 429


def test_right_password_buys_no_new_guesses_at_the_code(alice: User) -> None:
    turn_on(alice)
    assert [post_api(alice, "000000").status_code for _ in range(9)] == [401] * 8 + [429]


def test_administration_has_no_other_door(staff: User) -> None:
    turn_on(staff)
    browser = first_step(staff, next="/admin/")
    assert browser.get("/admin/").status_code == 302
    assert browser.post(CODE_PAGE, {"code": code_of(staff)}).headers["Location"] == "/admin/"
    assert browser.get("/admin/").status_code == 200


def test_new_password_by_mail_does_not_skip_it(alice: User) -> None:
    turn_on(alice)
    send_password_reset(alice.email)
    browser, link = Client(), re.search(r"https?://\S+", mail.outbox[-1].body)
    assert link
    form = browser.get(link[0], follow=True).redirect_chain[-1][0]
    new = "a-new-and-longer-secret-5"
    assert browser.post(form, {"new_password1": new, "new_password2": new}).headers["Location"] == "/login/"
    assert browser.get(STATE).json() == {"authenticated": False}
    assert browser.post("/login/", {"email": alice.email, "password": new}).headers["Location"] == CODE_PAGE
    assert post_api(alice, password=new).json()["code"] == "otp_required"


def test_one_persons_code_does_not_open_another_account(alice: User, bob: User) -> None:
    turn_on(alice)
    turn_on(bob)
    assert post_api(alice, code_of(bob)).status_code == 401


# -- recovery codes


def test_recovery_code_takes_the_place_of_a_code_once(alice: User) -> None:
    codes = turn_on(alice)
    browser = first_step(alice)
    assert "Use a recovery code" in browser.get(f"{CODE_PAGE}?recovery").content.decode()
    assert browser.post(CODE_PAGE, {"code": codes[0].upper()}).status_code == 302
    assert post_api(alice, codes[0]).status_code == 401
    assert post_api(alice, codes[1].replace("-", " ")).status_code == 200
    assert "8 of 10 left" in browser.get(SECURITY).content.decode()


def test_new_recovery_codes_void_the_old_ones(alice: User) -> None:
    old = turn_on(alice)
    browser = first_step(alice)
    browser.post(CODE_PAGE, {"code": code_of(alice)})
    answer = browser.post(f"{SECURITY}recovery-codes/")
    new = re.findall(r"<code>([a-z0-9-]{14})</code>", answer.content.decode())
    assert len(new) == 10
    assert post_api(alice, old[1]).status_code == 401
    assert post_api(alice, new[1]).status_code == 200


def test_recovery_codes_need_the_second_factor(alice: User) -> None:
    assert "turn it on first" in sign_in(alice).post(f"{SECURITY}recovery-codes/", follow=True).content.decode()
    assert not RecoveryCode.objects.exists()


def test_nothing_secret_is_stored_in_clear(alice: User) -> None:
    begin_totp(user=alice)
    seed = read_new_seed(user=alice)
    codes = confirm_totp(user=alice, code=make_code(seed, step=present_step()))
    stored = repr([*TotpFactor.objects.values(), *RecoveryCode.objects.values()])
    assert seed not in stored
    assert not [code for code in codes if code in stored or code.replace("-", "") in stored]


# -- keys


def test_new_key_in_front_encrypts_and_the_old_one_still_reads(settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = ["old" * 12]
    stored = encrypt_text("seed")
    settings.FIELD_ENCRYPTION_KEYS = ["new" * 12, "old" * 12]
    assert decrypt_text(stored) == "seed"
    again = encrypt_text("seed")
    settings.FIELD_ENCRYPTION_KEYS = ["new" * 12]
    assert decrypt_text(again) == "seed"
    with pytest.raises(UnavailableError):
        decrypt_text(stored)


# -- lost


def test_administrator_turns_off_what_somebody_has_lost(alice: User, staff: User) -> None:
    turn_on(alice)
    desk = sign_in(staff)
    form = {"action": "remove_second_factors", "_selected_action": [alice.pk, staff.pk]}
    assert "turned off: 1" in desk.post("/admin/accounts/user/", form, follow=True).content.decode()
    assert post_api(alice).status_code == 200


def test_operator_turns_off_what_somebody_has_lost(alice: User, capsys) -> None:
    turn_on(alice)
    tokens = UserSession.objects.count()
    call_command("reset_second_factor", alice.email, "--dry-run", "--quiet")
    assert TotpFactor.objects.exists()
    call_command("reset_second_factor", alice.email, "--quiet")
    assert (TotpFactor.objects.exists(), UserSession.objects.count()) == (False, tokens)
    assert disable_second_factor(user=alice) is False


def test_seeds_are_not_in_the_administration(alice: User, staff: User) -> None:
    turn_on(alice)
    desk = sign_in(staff)
    for page in (f"totpfactor/{TotpFactor.objects.get().pk}/change/", "totpfactor/", "recoverycode/", "signinthrottle/"):
        answer = desk.get(f"/admin/accounts/{page}")
        assert answer.status_code == 200
        assert TotpFactor.objects.get().seed not in answer.content.decode()
