"""The second factor from its set-up to its end, in a browser, with what axe finds on the way."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.totp import STEP_SECONDS, make_code
from tests.e2e.conftest import DESKTOP, PHONE, Complaints, Site, sign_in
from tests.e2e.test_accessibility import list_violations

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]
Open = Callable[..., Page]
LOOKS = [
    pytest.param({"viewport": DESKTOP, "color_scheme": "light"}, id="desk-light"),
    pytest.param({"viewport": PHONE, "color_scheme": "dark"}, id="phone-dark"),
]


def look_at(page: Page, name: str) -> None:
    assert list_violations(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], name  # type: ignore[index]
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}-{page.viewport_size['width']}.png", full_page=True)  # type: ignore[index]


@pytest.mark.parametrize("look", LOOKS)
def test_second_factor_from_set_up_to_its_end(open_page: Open, site: Site, look: dict[str, object]) -> None:
    page = open_page("/login/", is_signed_in=False, reduced_motion="reduce", **look)
    sign_in(page, site)
    page.goto("/settings/security/")
    look_at(page, "security-off")
    page.get_by_role("button", name="Set up an authenticator app").click()
    look_at(page, "set-up")
    seed = page.locator("#seed").inner_text().replace(" ", "").replace("\n", "")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("That is not the code of this moment")).to_be_visible()
    look_at(page, "set-up-wrong")
    page.get_by_label("Code").fill(make_code(seed, step=int(time.time() // STEP_SECONDS)))
    page.get_by_role("button", name="Turn on").click()
    codes = page.locator(".recovery-codes code").all_inner_texts()
    assert len(codes) == 10
    look_at(page, "recovery-codes")
    page.get_by_role("link", name="I have kept them").click()
    look_at(page, "security-on")
    page.goto("/prove/")
    look_at(page, "prove")
    page.context.clear_cookies()
    page.goto("/login/")
    page.get_by_label("E-mail address").fill(site.email)
    page.get_by_label("Password", exact=True).fill(site.password)
    page.get_by_role("button", name="Sign in").click()
    look_at(page, "code")
    page.get_by_role("link", name="Use a recovery code").click()
    look_at(page, "code-recovery")
    page.get_by_label("Code").fill(codes[0])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/")
    page.goto("/settings/security/")
    page.get_by_role("button", name="Turn off").click()
    page.locator("dialog[open]").get_by_role("button", name="Turn off").click()
    expect(page.get_by_text("Off", exact=True)).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_page_of_too_many_attempts(open_page: Open, complaints: Complaints, look: dict[str, object]) -> None:
    page = open_page("/login/", is_signed_in=False, reduced_motion="reduce", **look)
    for _ in range(9):
        page.get_by_label("E-mail address").fill(f"nobody-{page.viewport_size['width']}@example.com")  # type: ignore[index]
        page.get_by_label("Password", exact=True).fill("wrong")
        page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Too many attempts")).to_be_visible()
    look_at(page, "locked")
    complaints.texts = [text for text in complaints.texts if "429" not in text]


@pytest.mark.parametrize("look", LOOKS)
def test_passkey_is_added_used_and_removed(open_page: Open, site: Site, settings, look: dict[str, object]) -> None:
    # Browsers know no passkeys for bare addresses.
    settings.PUBLIC_URL = site.url.replace("127.0.0.1", "localhost")
    page = open_page(f"{settings.PUBLIC_URL}/login/", is_signed_in=False, reduced_motion="reduce", **look)
    add_authenticator(page)
    sign_in(page, Site(settings.PUBLIC_URL, site.email, site.password))
    page.goto(f"{settings.PUBLIC_URL}/settings/security/")
    page.get_by_role("link", name="Add a passkey").click()
    look_at(page, "passkey-add")
    page.get_by_label("Name").fill("Phone")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.locator("td[data-label=Name]", has_text="Phone")).to_be_visible()
    look_at(page, "security-passkeys")
    page.context.clear_cookies()
    page.goto(f"{settings.PUBLIC_URL}/login/")
    page.get_by_role("link", name="Sign in with a passkey").click()
    look_at(page, "login-passkey")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{settings.PUBLIC_URL}/")
    page.goto(f"{settings.PUBLIC_URL}/settings/security/")
    page.get_by_role("button", name="Remove Phone").click()
    page.locator("dialog[open]").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("without a password, and works on this site only")).to_be_visible()
    page.context.clear_cookies()
    page.goto(f"{settings.PUBLIC_URL}/login/passkey/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("This passkey does not open an account here.")).to_be_visible()
    look_at(page, "login-passkey-refused")


def add_authenticator(page: Page) -> None:
    """Give the browser a device that holds passkeys and always finds its owner's finger."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "automaticPresenceSimulation": True}})
