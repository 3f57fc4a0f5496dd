"""Passkeys: the owner's device signs in, and nothing else does."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Passkey, User, UserSession
from accounts.services.passkeys import are_passkeys_possible
from accounts.services.users import deactivate_user
from tests.accounts.authenticators import Device, Flag
from tests.accounts.second_factors import turn_on
from tests.accounts.sessions import STATE, session_of, sign_in
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
SECURITY = "/settings/security/"
NEW = f"{SECURITY}passkeys/new/"
LOGIN = "/login/passkey/"


@pytest.fixture(autouse=True)
def _address(settings) -> None:
    settings.PUBLIC_URL = "https://portfolio.example"


def add(browser: Client, device: Device | None = None, *, name: str = "Phone"):
    device = device or Device()
    options = browser.get(NEW).context["options"]
    return browser.post(NEW, {"name": name, "credential": device.register(options)}), device


def use(device: Device, browser: Client | None = None, **form: str):
    browser = browser or Client()
    options = browser.get(LOGIN).context["options"]
    return browser.post(LOGIN, {"credential": device.sign(options), **form}), browser


@pytest.fixture
def device(alice: User) -> Device:
    answer, device = add(sign_in(alice))
    assert answer.headers["Location"] == SECURITY
    UserSession.objects.all().delete()
    return device


def test_passkey_signs_in_without_a_password(alice: User, device: Device) -> None:
    answer, browser = use(device, next="/settings/sessions/")
    assert answer.headers["Location"] == "/settings/sessions/"
    assert session_of(browser).user == alice
    assert UserSession.objects.count() == 1
    assert Passkey.objects.get().last_used_at is not None
    assert "Phone" in browser.get(SECURITY).content.decode()


def test_passkey_takes_the_place_of_the_code(alice: User, device: Device) -> None:
    turn_on(alice)
    browser = Client()
    browser.post("/login/", {"email": alice.email, "password": PASSWORD, "remember": "on", "next": "/settings/"})
    assert LOGIN in browser.get("/login/code/").content.decode()
    answer, _ = use(device, browser)
    assert answer.headers["Location"] == "/settings/"
    assert session_of(browser).expires_at > timezone.now() + timedelta(days=29)


def test_owner_comes_in_by_passkey_while_guessing_has_locked_the_password(alice: User, device: Device) -> None:
    for _ in range(9):
        Client().post("/login/", {"email": alice.email, "password": "wrong"})
    assert use(device)[0].status_code == 302


def test_device_that_does_not_count_signs_in_again_and_again(alice: User) -> None:
    _, device = add(sign_in(alice), Device(counts=False))
    assert [use(device)[0].status_code for _ in range(3)] == [302] * 3


def test_copy_of_a_device_that_counts_is_noticed(device: Device) -> None:
    use(device)
    device.signatures -= 1
    assert use(device)[0].status_code == 200
    assert UserSession.objects.count() == 1


def test_answer_works_once(device: Device) -> None:
    browser = Client()
    answer = device.sign(browser.get(LOGIN).context["options"])
    assert browser.post(LOGIN, {"credential": answer}).status_code == 302
    browser.post("/logout/")
    assert browser.post(LOGIN, {"credential": answer}).status_code == 200
    assert Client().post(LOGIN, {"credential": answer}).status_code == 200
    assert not UserSession.objects.active().exists()


def test_challenge_lives_five_minutes(device: Device, time_machine) -> None:
    browser = Client()
    options = browser.get(LOGIN).context["options"]
    time_machine.move_to(timezone.now() + timedelta(minutes=5, seconds=1))
    assert browser.post(LOGIN, {"credential": device.sign(options)}).status_code == 200
    assert not UserSession.objects.exists()


def closed(alice: User, device: Device) -> None:
    deactivate_user(user=alice)


def unknown(alice: User, device: Device) -> None:
    Passkey.objects.all().delete()


def other_key(alice: User, device: Device) -> None:
    device.key = Device().key


def other_site(alice: User, device: Device) -> None:
    device.origin = "https://portfolio.example.evil.example"


def plain_site(alice: User, device: Device) -> None:
    device.origin = "http://portfolio.example"


def unverified(alice: User, device: Device) -> None:
    device.flags = Flag.UP


def absent(alice: User, device: Device) -> None:
    device.flags = Flag.UV


@pytest.mark.parametrize("spoil", [closed, unknown, other_key, other_site, plain_site, unverified, absent])
def test_what_is_not_quite_right_signs_nobody_in(alice: User, device: Device, spoil) -> None:
    spoil(alice, device)
    answer, browser = use(device)
    assert "does not open an account here" in answer.content.decode()
    assert browser.get(STATE).json() == {"authenticated": False}


BROKEN = [
    "",
    "x",
    "null",
    "[]",
    "{}",
    "1e999",
    '{"id": 1}',
    '{"id": "AA", "rawId": "AA", "response": {}}',
    '{"id": "AA", "rawId": "AA", "response": {"clientDataJSON": "AA", "attestationObject": "AA", "authenticatorData": "AA", "signature": "AA"}}',
    '{"id": "AA", "rawId": "BB", "response": null}',
    '{"rawId": "AA", "response": {"clientDataJSON": "e30", "attestationObject": "gYGBgYGB", "authenticatorData": "", "signature": ""}}',
    '{"rawId": "AA", "response": {"clientDataJSON": "e30", "attestationObject": "' + "gYGB" * 4000 + '"}}',
    '{"rawId": "AA", "response": {"clientDataJSON": "bnVsbA", "attestationObject": "oA", "authenticatorData": "AA", "signature": "AA"}}',
    '{"rawId": "\\ud800", "response": {"clientDataJSON": "\\u0000"}}',
    "[" * 15_000,
    "x" * 30_000,
]


@pytest.mark.parametrize("answer", BROKEN, ids=lambda text: repr(text[:40]))
def test_broken_answers_are_refused(alice: User, answer: str) -> None:
    browser, stranger = sign_in(alice), Client()
    browser.get(NEW)
    stranger.get(LOGIN)
    assert browser.post(NEW, {"name": "Phone", "credential": answer}).status_code == 200
    assert stranger.post(LOGIN, {"credential": answer}).status_code == 200
    assert not Passkey.objects.exists()
    assert UserSession.objects.count() == 1


def test_adding_and_removing_end_the_other_sessions(alice: User) -> None:
    here, there = sign_in(alice), sign_in(alice)
    add(here)
    assert (here.get("/settings/").status_code, there.get("/settings/").status_code) == (200, 302)
    there = sign_in(alice)
    assert here.post(f"{SECURITY}passkeys/{Passkey.objects.get().pk}/remove/").headers["Location"] == SECURITY
    assert (here.get("/settings/").status_code, there.get("/settings/").status_code) == (200, 302)
    assert not Passkey.objects.exists()


def test_one_device_holds_one_passkey_of_an_account(alice: User, bob: User, device: Device) -> None:
    browser = sign_in(alice)
    assert [key["id"] for key in browser.get(NEW).context["options"]["publicKey"]["excludeCredentials"]]
    assert "known already" in add(browser, device)[0].content.decode()
    assert "known already" in add(sign_in(bob), device)[0].content.decode()
    assert Passkey.objects.get().user == alice


def test_nobody_removes_another_persons_passkey(alice: User, charlie: User, device: Device) -> None:
    address = f"{SECURITY}passkeys/{Passkey.objects.get().pk}/remove/"
    assert sign_in(charlie).post(address).status_code == 404
    assert Client().post(address).headers["Location"].startswith("/login/")
    assert Passkey.objects.exists()


def test_changes_ask_again_who_it_is(alice: User, device: Device) -> None:
    browser = sign_in(alice)
    UserSession.objects.update(proved_at=timezone.now() - timedelta(minutes=16))
    assert browser.get(NEW).headers["Location"] == f"/prove/?next={NEW}"
    assert browser.post(f"{SECURITY}passkeys/{Passkey.objects.get().pk}/remove/").headers["Location"].startswith("/prove/")


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "nul\x00"])
def test_passkey_needs_a_name(alice: User, name: str) -> None:
    assert add(sign_in(alice), name=name)[0].status_code == 200
    assert not Passkey.objects.exists()


def test_ten_passkeys_are_enough(alice: User) -> None:
    browser = sign_in(alice)
    for number in range(10):
        add(browser, name=f"Key {number}")
    assert "remove one first" in browser.get(NEW, follow=True).content.decode()


@pytest.mark.parametrize(
    ("address", "possible"),
    [
        ("https://portfolio.example", True),
        ("http://localhost:3000", True),
        ("http://portfolio.example", False),
        ("http://127.0.0.1:3000", False),
        ("https://192.0.2.7", False),
        ("https://[2001:db8::1]", False),
    ],
)
def test_passkeys_are_offered_where_browsers_allow_them(alice: User, settings, address: str, possible: bool) -> None:
    settings.PUBLIC_URL = address
    assert are_passkeys_possible() is possible
    assert Client().get(LOGIN).status_code == (200 if possible else 404)
    assert (LOGIN in Client().get("/login/").content.decode()) is possible
    assert ("Add a passkey" in sign_in(alice).get(SECURITY).content.decode()) is possible


def test_administration_shows_no_keys(device: Device, staff: User) -> None:
    page = sign_in(staff).get(f"/admin/accounts/passkey/{Passkey.objects.get().pk}/change/")
    assert page.status_code == 200
    assert device.id.hex() not in page.content.decode()
