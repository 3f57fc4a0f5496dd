"""The page on which alice opens her portfolio, and what bob finds among his."""

import re

from django.test import Client

from accounts.models import User
from portfolio.models import Portfolio, Share
from tests.portfolio.sharing.conftest import Grant, browse


def test_an_empty_page_says_what_to_do(alice: User, book: Portfolio) -> None:
    text = browse(alice).get(f"/portfolios/{book.pk}/sharing/").content.decode()
    assert "Nobody else sees this portfolio" in text
    assert "There is no link" in text


def test_a_person_is_added_changed_and_taken_back(alice: User, bob: User, book: Portfolio) -> None:
    page, base = browse(alice), f"/portfolios/{book.pk}/sharing/"
    added = page.post(f"{base}people/", {"email": "bob@example.com", "role": "reader"}, follow=True)
    assert "is open to bob@example.com" in added.content.decode()
    assert "Pending" in added.content.decode()
    assert "Nest egg" in browse(bob).get("/").content.decode()
    assert "Pending" not in page.get(base).content.decode()
    share = Share.objects.get()
    page.post(f"{base}{share.pk}/", {"role": "editor", "until": ""})
    assert Share.objects.get().role == "editor"
    page.post(f"{base}{share.pk}/revoke/")
    assert browse(bob).get(f"/portfolios/{book.pk}/").status_code == 404


def test_a_link_is_shown_once(alice: User, book: Portfolio) -> None:
    page, base = browse(alice), f"/portfolios/{book.pk}/sharing/"
    made = page.post(f"{base}links/", {"label": "Adviser", "role": "percentages", "days": "30"})
    found = re.search(r'value="(http://testserver/shared/[^"]+)"', made.content.decode())
    assert found
    assert "no-store" in made["Cache-Control"]
    assert Client().get(found[1]).status_code == 200
    text = page.get(base).content.decode()
    assert "/shared/" not in text
    assert "1 look," in text


def test_what_is_wrong_is_said_beside_the_field(alice: User, book: Portfolio, grant: Grant) -> None:
    page, base = browse(alice), f"/portfolios/{book.pk}/sharing/"
    share = grant()
    for path, body, words in (
        ("people/", {"email": "nonsense", "role": "reader"}, "Not an e-mail address"),
        ("people/", {"email": "bob@example.com", "role": "reader"}, "This address has a grant already"),
        ("people/", {"email": "dora@example.com", "role": "reader", "until": "2001-01-01"}, "Lies in the past"),
        ("links/", {"role": "editor", "days": "7"}, "Select a valid choice"),
        ("links/", {"role": "reader", "days": "400"}, "Select a valid choice"),
        (f"{share.pk}/", {"role": "emperor"}, "Select a valid choice"),
    ):
        answer = page.post(f"{base}{path}", body)
        assert (answer.status_code, words in answer.content.decode()) == (422, True), path


def test_a_day_means_all_of_it_where_the_owner_is(alice: User, book: Portfolio) -> None:
    User.objects.filter(pk=alice.pk).update(time_zone="America/New_York")
    browse(alice).post(f"/portfolios/{book.pk}/sharing/people/", {"email": "bob@example.com", "role": "reader", "until": "2199-06-30"})
    expires_at = Share.objects.get().expires_at
    assert expires_at is not None
    assert expires_at.isoformat().startswith("2199-07-01T03:59:59")


def test_shared_portfolios_are_labelled(bob: User, book: Portfolio, grant: Grant) -> None:
    grant("reader")
    page = browse(bob)
    text = page.get(f"/portfolios/{book.pk}/").content.decode()
    assert "Shared by" in text
    assert "Reads everything" in text
    assert f"/portfolios/{book.pk}/settings/" not in text
    assert f"/portfolios/{book.pk}/imports/" not in text
    assert "shared by Alice" in page.get("/portfolios/summaries/").content.decode()


def test_a_reader_finds_no_button_that_would_refuse_him(bob: User, book: Portfolio, grant: Grant) -> None:
    grant("reader")
    for path in ("", "transactions/"):
        text = browse(bob).get(f"/portfolios/{book.pk}/{path}").content.decode()
        assert "transactions/new/" not in text
        assert "/delete/" not in text
    assert "transactions/new/" not in browse(bob).get("/").content.decode()


def test_an_editor_finds_them(bob: User, book: Portfolio, grant: Grant) -> None:
    grant("editor")
    text = browse(bob).get(f"/portfolios/{book.pk}/transactions/").content.decode()
    assert "transactions/new/" in text
    assert browse(bob).get(f"/portfolios/{book.pk}/transactions/new/").status_code == 200
    assert browse(bob).get(f"/portfolios/{book.pk}/imports/").status_code == 200


def test_ones_own_portfolio_comes_before_one_that_is_shared(bob: User, book: Portfolio, grant: Grant) -> None:
    from tests.factories_portfolio import PortfolioFactory

    grant()
    PortfolioFactory(owner=bob, name="Bobs own")
    text = browse(bob).get("/").content.decode()
    assert "Bobs own is empty" in text
