"""Every list of the administration and one page behind it, in a browser, as staff: on a desk by day, on a phone by night."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib import admin
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.plugin import DjangoDbBlocker

from tests.e2e.conftest import DESKTOP, PHONE, Site, sign_in
from tests.e2e.portfolios import expect_no_sideways_scrolling
from tests.e2e.test_accessibility import list_violations

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]

Open = Callable[..., Page]
MODELS = sorted(model._meta.label_lower for model in admin.site._registry)
LOOKS = [
    pytest.param({"viewport": DESKTOP, "color_scheme": "light"}, id="desk-light"),
    pytest.param({"viewport": PHONE, "color_scheme": "dark"}, id="phone-dark"),
]
EMAIL, PASSWORD = "office@example.com", "Seven-Grey-Herons-41"


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, site: Site, django_db_blocker: DjangoDbBlocker) -> dict[str, object]:
    """The cookies of a member of staff, and a row of what the demo has none of."""
    from django.contrib.auth.models import Group

    from accounts.models import Passkey, RecoveryCode, TotpFactor, User
    from accounts.services.lockout import Place, claim_attempt
    from accounts.services.personal_tokens import create_token
    from ops.security.finding import Finding
    from ops.security.store import keep_report
    from portfolio.models import FxRate, Portfolio
    from portfolio.services.access_reasons import give_reason
    from portfolio.services.sharing import grant_access

    with django_db_blocker.unblock():
        office = User.objects.create_superuser(email=EMAIL, password=PASSWORD, name="Office")
        create_token(user=office, name="backup", scopes=["portfolio:read", "ops:read"], lifetime=dt.timedelta(days=30))
        Group.objects.create(name="Helpers")
        Passkey.objects.create(user=office, name="Phone", credential_id="aa", credential="bb")
        TotpFactor.objects.create(user=User.objects.exclude(pk=office.pk).earliest("created_at"), seed="x", confirmed_at=timezone.now())
        RecoveryCode.objects.create(user=office, code_hash="x")
        claim_attempt(name=EMAIL, place=Place("203.0.113.7"))
        keep_report("daily", [Finding("files", "red", "Others can read them.", "chmod", ("/var/x",))])
        book = Portfolio.objects.earliest("created_at")
        grant_access(actor=book.owner, portfolio=book, email=EMAIL, role="percentages")
        give_reason(actor=office, portfolio=book, reason="A call of the owner's")
        FxRate.objects.create(base="EUR", quote="USD", date=dt.date(2024, 1, 2), rate=Decimal("1.0956"), source="manual")
    context = chromium.new_context()
    sign_in(context.new_page(), Site(site.url, EMAIL, PASSWORD))
    state = context.storage_state()
    context.close()
    return dict(state)


def visit(page: Page, path: str) -> None:
    answer = page.goto(path, wait_until="networkidle")
    assert answer is not None
    assert answer.status == 200, path


def title_of(page: Page) -> Locator:
    return page.locator("#header-inner h1 .truncate").last


def expect_readable(page: Page) -> None:
    expect_no_sideways_scrolling(page)
    expect(title_of(page)).to_be_visible()
    assert title_of(page).evaluate("(title) => title.clientWidth >= Math.min(title.scrollWidth, 100)")
    assert [found for found in list_violations(page) if found.startswith("color-contrast")] == []


@pytest.mark.parametrize("look", LOOKS)
def test_every_list_and_a_page_behind_it_opens_and_fits(open_page: Open, look: dict[str, object]) -> None:
    page = open_page("/admin/", **look)
    for label in MODELS:
        app, name = label.split(".")
        visit(page, f"/admin/{app}/{name}/")
        expect_readable(page)
        first = page.locator("#changelist-form a[href*='/change/']").first
        expect(first, f"{label} needs a row, from the demo or from the fixture above").to_be_visible()
        visit(page, str(first.evaluate("(link) => link.href")))
        expect_readable(page)


@pytest.mark.parametrize("look", LOOKS)
def test_what_is_searched_is_found(open_page: Open, look: dict[str, object]) -> None:
    page = open_page("/admin/portfolio/instrument/", **look)
    page.get_by_placeholder("Symbol, name or ISIN").fill("lumera")
    page.keyboard.press("Enter")
    page.wait_for_url("**/instrument/?q=lumera")
    rows = page.locator("#changelist-form a[href*='/change/']")
    expect(rows).to_have_text(["LUMERA.SIM"])
    rows.click()
    expect(page.get_by_label("Name")).to_have_value("Lumera Elektro")


def test_the_menu_of_a_phone_leads_on(open_page: Open) -> None:
    page = open_page("/admin/", viewport=PHONE)
    page.locator("#header-inner").get_by_text("dock_to_right").locator("visible=true").click()
    page.get_by_role("link", name="Prices").locator("visible=true").first.click()
    page.wait_for_url("**/admin/portfolio/price/")
    expect(title_of(page)).to_have_text("Prices")


def test_a_close_is_corrected(open_page: Open) -> None:
    page = open_page("/admin/portfolio/price/?q=LUMERA.SIM")
    page.locator("#changelist-form a[href*='/change/']").first.click()
    page.get_by_label("Close").fill("123.45")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_contain_text("LUMERA.SIM")
    page.goto("/admin/portfolio/price/?q=LUMERA.SIM")
    expect(page.locator("#changelist-form")).to_contain_text("123.45")
