"""The ring of signing keys: rotation logs nobody out, and a retired key is over when its tokens are."""

import fcntl
import json
import stat
from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from django.conf import settings as project
from django.test import Client
from django.utils import timezone

from accounts.keyring import KeyRing, get_key_ring, name_key
from accounts.models import User
from accounts.services.keys import rotate_signing_key
from common.errors import BusyError, UnavailableError
from tests.accounts.sessions import REFRESH, SESSIONS, bearer, get_tokens

OLD = "an-older-secret-of-more-than-32-characters"
KEPT = timedelta(days=14)


@pytest.fixture
def ring(settings, tmp_path: Path) -> KeyRing:
    """A ring of this test's own."""
    settings.JWT_KEY_RING = tmp_path / "secrets" / "jwt_keys.json"
    return get_key_ring()


def read_kid(token: str) -> str:
    return jwt.get_unverified_header(token)["kid"]


def refresh(tokens: dict):
    return Client().post(REFRESH, {"refresh": tokens["refresh"]}, content_type="application/json")


def test_key_of_the_environment_signs_while_there_is_no_file(ring: KeyRing) -> None:
    assert ring.find_signing_key().secret == project.JWT_SECRET
    assert [key.kid for key in ring.list_keys()] == [name_key(project.JWT_SECRET)]


def test_name_of_a_key_does_not_tell_the_key() -> None:
    assert name_key(OLD) != name_key(OLD + "x")
    assert name_key(OLD) not in OLD


@pytest.mark.django_db
def test_rotation_logs_nobody_out(ring: KeyRing, alice: User) -> None:
    before = get_tokens(alice)
    new = rotate_signing_key()
    assert Client().get(SESSIONS, headers=bearer(before)).status_code == 200
    after = refresh(before).json()
    assert (read_kid(before["access"]), read_kid(after["access"])) == (name_key(project.JWT_SECRET), new.kid)
    assert read_kid(after["refresh"]) == new.kid
    assert Client().get(SESSIONS, headers=bearer(after)).status_code == 200


@pytest.mark.django_db
def test_rotation_after_a_theft_kills_what_was_signed_before(ring: KeyRing, alice: User) -> None:
    before = get_tokens(alice)
    rotate_signing_key(keep_old=False)
    assert Client().get(SESSIONS, headers=bearer(before)).json()["code"] == "token_invalid"
    assert refresh(before).json()["code"] == "token_invalid"
    assert Client().get(SESSIONS, headers=bearer(get_tokens(alice))).status_code == 200


def test_another_process_takes_the_new_key_without_a_restart(ring: KeyRing) -> None:
    other = KeyRing(ring.path, project.JWT_SECRET, (), KEPT)
    other.find_signing_key()
    new = rotate_signing_key()
    assert other.find_signing_key().kid == new.kid
    assert other.find_key(new.kid) is not None


@pytest.mark.django_db
def test_retired_key_verifies_until_its_longest_token_is_over(ring: KeyRing, alice: User, time_machine) -> None:
    start = timezone.now()
    time_machine.move_to(start)
    first = ring.find_signing_key()
    new = rotate_signing_key()
    time_machine.move_to(start + KEPT - timedelta(seconds=1))
    assert ring.find_key(first.kid) is not None
    time_machine.move_to(start + KEPT + timedelta(seconds=1))
    assert ring.find_key(first.kid) is None
    assert [key.kid for key in ring.list_keys()] == [new.kid]


def test_second_rotation_forgets_keys_long_over_but_not_that_the_environments_is_retired(ring: KeyRing, time_machine) -> None:
    start = timezone.now()
    time_machine.move_to(start)
    second = rotate_signing_key()
    time_machine.move_to(start + KEPT + timedelta(days=1))
    third = rotate_signing_key()
    time_machine.move_to(start + 2 * KEPT + timedelta(days=2))
    fourth = rotate_signing_key()
    kids = [row["kid"] for row in json.loads(ring.path.read_text())["keys"]]
    assert set(kids) == {fourth.kid, third.kid, name_key(project.JWT_SECRET)}
    assert second.kid not in kids
    assert ring.find_signing_key() == fourth


def test_file_is_closed_to_others_and_does_not_repeat_the_environments_secret(ring: KeyRing) -> None:
    rotate_signing_key()
    assert stat.S_IMODE(ring.path.stat().st_mode) == 0o600
    assert project.JWT_SECRET not in ring.path.read_text()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"keys": 7}', '{"keys": [{"kid": "x"}]}', '{"keys": [{"kid":"x","secret":"y","created_at":"?"}]}']
)
def test_damaged_file_is_an_outage_and_no_return_of_retired_keys(ring: KeyRing, content: str) -> None:
    rotate_signing_key()
    ring.path.write_text(content)
    with pytest.raises(UnavailableError):
        ring.find_key(name_key(project.JWT_SECRET))


@pytest.mark.django_db
def test_ring_that_cannot_be_read_is_an_outage_for_callers_too(ring: KeyRing, alice: User) -> None:
    tokens = get_tokens(alice)
    ring.path.mkdir(parents=True)
    answer = Client().get(SESSIONS, headers=bearer(tokens))
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "unavailable", "5")


def test_secret_that_the_operator_changed_signs_before_the_keys_of_the_file(settings, ring: KeyRing) -> None:
    rotated = rotate_signing_key()
    settings.JWT_SECRET = OLD
    assert get_key_ring().find_signing_key().secret == OLD
    assert get_key_ring().find_key(rotated.kid) is not None


def test_two_rotations_at_once_are_one(ring: KeyRing) -> None:
    rotate_signing_key()
    with Path(f"{ring.path}.lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(BusyError):
            rotate_signing_key()


@pytest.mark.django_db
def test_old_secret_of_the_environment_verifies_and_signs_nothing(settings, ring: KeyRing, alice: User) -> None:
    settings.JWT_SECRET, settings.JWT_OLD_SECRETS = OLD, []
    before = get_tokens(alice)
    settings.JWT_SECRET, settings.JWT_OLD_SECRETS = "the-new-secret-of-more-than-32-characters", [OLD]
    assert Client().get(SESSIONS, headers=bearer(before)).status_code == 200
    assert read_kid(refresh(before).json()["access"]) == name_key(settings.JWT_SECRET)
    settings.JWT_OLD_SECRETS = []
    assert Client().get(SESSIONS, headers=bearer(before)).json()["code"] == "token_invalid"
