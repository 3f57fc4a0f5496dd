"""Creating people, changing them, closing their accounts."""

import pytest

from accounts.errors import EmailTakenError, WeakPasswordError
from accounts.models import User
from accounts.selectors.users import get_today, get_user_by_email, list_users
from accounts.services.sessions import open_session
from accounts.services.users import create_user, deactivate_user, ensure_first_admin, set_password, update_profile
from common.errors import InvalidInputError, NotFoundError
from config import settings as config_settings
from tests.accounts.sessions import LIFETIME
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def test_user_signs_in_with_folded_address() -> None:
    user = create_user(email="  Dora@Example.COM ", password=PASSWORD, name="Dora", base_currency="CHF")
    assert user.email == "dora@example.com"
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)
    assert get_user_by_email(email="DORA@example.com") == user
    assert user.check_password(PASSWORD)


def test_passwords_are_hashed_with_argon2_outside_of_tests() -> None:
    assert config_settings.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


@pytest.mark.parametrize("email", ["alice@example.com", "ALICE@EXAMPLE.COM", " alice@example.com"])
def test_address_is_taken_whatever_its_case(alice: User, email: str) -> None:
    with pytest.raises(EmailTakenError):
        create_user(email=email, password=PASSWORD)
    assert User.objects.count() == 1


@pytest.mark.parametrize("email", ["", "no-address", "a@b", "a\x00b@example.com", "x" * 300 + "@example.com", "a b@example.com"])
def test_bad_address_is_refused(email: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        create_user(email=email, password=PASSWORD)
    assert refusal.value.detail["field"] == "email"
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["", "short", "password1234", "dora@example.com", "tab\tin the password", "nul\x00in the password", "x7" * 501])
def test_weak_password_is_refused(password: str) -> None:
    with pytest.raises(WeakPasswordError) as refusal:
        create_user(email="dora@example.com", password=password)
    assert refusal.value.detail["reasons"]
    assert not User.objects.exists()


def test_long_password_counts_to_its_last_character() -> None:
    user = create_user(email="dora@example.com", password="correct horse " * 70)
    assert user.check_password("correct horse " * 70)
    assert not user.check_password("correct horse " * 69)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_currency", "XYZ"),
        ("base_currency", "GBX"),
        ("base_currency", "eur"),
        ("locale", "klingon"),
        ("locale", "../../etc"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "/etc/passwd"),
        ("name", "x" * 101),
        ("name", "two\nlines"),
        ("name", "nul\x00"),
    ],
)
def test_profile_that_cannot_be_is_refused(alice: User, field: str, value: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        update_profile(user=alice, **{field: value})
    assert refusal.value.detail["field"] == field
    assert getattr(User.objects.get(), field) != value


def test_profile_is_changed(alice: User) -> None:
    update_profile(user=alice, name="Älice 李", base_currency="JPY", locale="de_CH", time_zone="Asia/Tokyo")
    stored = User.objects.get()
    assert (stored.name, stored.base_currency, stored.locale, stored.time_zone) == ("Älice 李", "JPY", "de_CH", "Asia/Tokyo")


def test_profile_change_gives_no_rights(alice: User) -> None:
    with pytest.raises(TypeError, match="is_staff"):
        update_profile(user=alice, is_staff=True)
    assert not User.objects.get().is_staff


def test_new_password_ends_all_sessions_but_the_one_kept(alice: User, bob: User) -> None:
    here, there, other = (open_session(user=user, kind="browser", lifetime=LIFETIME) for user in (alice, alice, bob))
    assert set_password(user=alice, password="another-long-secret-7", keep=here) == 1
    states = {}
    for session in (here, there, other):
        session.refresh_from_db()
        states[session.pk] = session.is_active
    assert states == {here.pk: True, there.pk: False, other.pk: True}
    assert User.objects.get(pk=alice.pk).check_password("another-long-secret-7")


def test_weak_new_password_changes_nothing(alice: User) -> None:
    session = open_session(user=alice, kind="browser", lifetime=LIFETIME)
    with pytest.raises(WeakPasswordError):
        set_password(user=alice, password="alice@example.com")
    session.refresh_from_db()
    assert session.is_active
    assert User.objects.get().check_password(PASSWORD)


def test_closing_an_account_ends_its_sessions(alice: User) -> None:
    session = open_session(user=alice, kind="token", lifetime=LIFETIME)
    assert deactivate_user(user=alice) == 1
    session.refresh_from_db()
    assert (session.is_active, session.end_reason) == (False, "account deactivated")
    assert not User.objects.get().is_active


def test_first_administrator_is_made_once_with_a_random_password() -> None:
    made = ensure_first_admin()
    assert made is not None
    email, password = made
    user = get_user_by_email(email=email)
    assert user.is_staff
    assert user.is_superuser
    assert user.check_password(password)
    assert len(password) >= 20
    assert ensure_first_admin() is None


def test_no_first_administrator_where_there_is_one(staff: User) -> None:
    assert ensure_first_admin() is None
    assert User.objects.count() == 1


def test_first_administrator_takes_no_account_over() -> None:
    create_user(email="admin@localhost", password=PASSWORD)
    assert ensure_first_admin() is None
    assert not User.objects.get().is_staff


def test_unknown_address_is_not_found() -> None:
    for email in ("nobody@example.com", "", "a\x00b"):
        with pytest.raises(NotFoundError):
            get_user_by_email(email=email)


def test_list_counts_open_sessions(alice: User, bob: User) -> None:
    for _ in range(2):
        open_session(user=alice, kind="browser", lifetime=LIFETIME)
    open_session(user=alice, kind="browser", lifetime=-LIFETIME)
    assert [(user.email, user.live_sessions) for user in list_users()] == [("alice@example.com", 2), ("bob@example.com", 0)]


def test_today_is_the_day_in_the_users_zone(alice: User, time_machine) -> None:
    time_machine.move_to("2026-03-31T22:30:00+00:00", tick=False)
    alice.time_zone = "Pacific/Kiritimati"
    assert get_today(user=alice).isoformat() == "2026-04-01"
    alice.time_zone = "America/Los_Angeles"
    assert get_today(user=alice).isoformat() == "2026-03-31"
