"""What a password may be: long and not guessable, and nothing about its characters."""

import pytest
from django.test import Client

from accounts.errors import WeakPasswordError
from accounts.models import User
from accounts.services.users import check_password_strength, set_password
from tests.accounts.sessions import session_of, sign_in

pytestmark = pytest.mark.django_db
GOOD = [
    "only lower case words here",
    "482915730264",
    "пароль из нескольких слов",
    "正確な馬電池ホチキス一二三四",
    "  spaces around count  ",
    "correct-horse-battery-9" * 10,
    "🐴🔋📎 horse battery staple",
    "a" * 30 + " and then something else altogether",
]
BAD = [
    "",
    "short",
    "eleven-char",
    "passwordpassword",
    "Password1234",
    "123456789012",
    "aaaaaaaaaaaa",
    "qwertyuiop12",
    "abcabcabcabcabc",
    "alice@example.com",
    "alice@example.com1",
    "line\nfeed in it, long enough",
    "nul\x00 in it, long enough for all",
    "x" * 1001,
    "a" * 1001,
]


@pytest.mark.parametrize("password", GOOD)
def test_long_unguessable_password_is_taken_whatever_its_characters(alice: User, password: str) -> None:
    check_password_strength(password=password, user=alice)


@pytest.mark.parametrize("password", BAD, ids=lambda text: repr(text[:20]))
def test_weak_password_is_refused_with_a_reason(alice: User, password: str) -> None:
    with pytest.raises(WeakPasswordError) as refusal:
        check_password_strength(password=password, user=alice)
    assert refusal.value.message.endswith(".")


def test_every_character_of_a_long_password_counts(alice: User) -> None:
    password = "seven unrelated words stand before this very long tail " * 10
    set_password(user=alice, password=password)
    assert session_of(sign_in(alice, password=password)).is_active
    assert Client().post("/login/", {"email": alice.email, "password": password[:-1]}).status_code == 200


def test_pasting_is_not_hindered(alice: User) -> None:
    page = sign_in(alice).get("/password/change/").content.decode()
    assert "onpaste" not in page
    assert 'autocomplete="new-password"' in page
    assert "maxlength" not in page.partition('name="new_password1"')[2].partition(">")[0]
