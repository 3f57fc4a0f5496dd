"""A real browser on a live server with the demo's data. Whatever the browser complains about fails the test that caused it."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer
from pytest_django.plugin import DjangoDbBlocker

ROOT = Path(__file__).resolve().parents[2]
BUNDLE = ROOT / "static" / "dist" / "app.js"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# Written down in the page itself: the console shortens what it says about a refusal.
WATCH_POLICY = (
    "addEventListener('securitypolicyviolation', (event) => console.error(`refused by policy: ${event.violatedDirective} ${event.blockedURI}`))"
)


def _give_up(reason: str) -> None:
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(f"{reason}, and REQUIRE_BROWSER=1 asks for it")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium(django_db_setup: None) -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        _give_up("no Chromium on this machine (Debian: apt-get install chromium)")
    if not BUNDLE.exists():
        _give_up("the front end is not built (npm ci && npm run build)")
    # Playwright's loop runs in this thread, so Django takes every query of a fixture for one from async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


@dataclass(frozen=True, slots=True)
class Site:
    """The live server; `email` and `password` are those of the demo user."""

    url: str
    email: str
    password: str


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker, chromium: Browser) -> Iterator[Site]:
    """The demo on a live server. Loaded once a module, and gone with it: other tests begin with empty tables."""
    from portfolio.services.demo import DEMO_EMAIL, DEMO_PASSWORD, load_demo

    with django_db_blocker.unblock():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("django.conf.settings.DEMO", True)
            load_demo(today=timezone.now().date())
        server = LiveServer("127.0.0.1")
        yield Site(server.url, DEMO_EMAIL, DEMO_PASSWORD)
        server.stop()
        call_command("flush", interactive=False, verbosity=0)
        connections.close_all()


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, site: Site) -> dict[str, object]:
    """The cookies of the demo user, got by signing in like a person."""
    context = chromium.new_context()
    sign_in(context.new_page(), site)
    state = context.storage_state()
    context.close()
    return dict(state)


def sign_in(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/login/")
    page.get_by_label("E-mail address").fill(site.email)
    page.get_by_label("Password", exact=True).fill(site.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site.url}/")


@dataclass(slots=True)
class Complaints:
    """What the browser said went wrong."""

    texts: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("console", lambda message: self.texts.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.texts.append(str(error)))


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest.fixture
def open_page(chromium: Browser, site: Site, signed_in: dict[str, object], complaints: Complaints) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a path in a new window of the signed-in demo user; `viewport` and `color_scheme` may be given.

    At the end of the test the browser must have had nothing to complain about.
    """
    contexts: list[BrowserContext] = []

    def open_path(path: str = "/", *, viewport: dict[str, int] = DESKTOP, is_signed_in: bool = True, **options: object) -> Page:
        context = chromium.new_context(base_url=site.url, viewport=viewport, storage_state=signed_in if is_signed_in else None, **options)
        context.set_default_timeout(15_000)
        context.add_init_script(WATCH_POLICY)
        contexts.append(context)
        page = context.new_page()
        complaints.listen(page)
        page.goto(path, wait_until="networkidle")
        return page

    yield open_path
    for context in contexts:
        context.close()
    assert complaints.texts == []
