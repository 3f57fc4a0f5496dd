"""Nobody of the staff reads another's amounts without a reason, and the owner reads the reason."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from common.errors import InvalidInputError, NotAllowedError
from portfolio.models import AccessReason, Portfolio
from portfolio.services.access_reasons import give_reason
from tests.factories import UserFactory
from tests.factories_portfolio import PortfolioFactory, TransactionFactory

pytestmark = pytest.mark.django_db
ADD = "/admin/portfolio/accessreason/add/"
LIST = "/admin/portfolio/transaction/"


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def book(alice: User) -> Portfolio:
    book = PortfolioFactory(owner=alice, name="Watched")
    TransactionFactory(portfolio=book, quantity=Decimal("1234.5"))
    return book


def test_a_reason_opens_one_portfolio_for_half_an_hour(staff: User, alice: User, book: Portfolio) -> None:
    TransactionFactory(portfolio=PortfolioFactory(owner=alice), quantity=Decimal("77.125"))
    office = sign_in(staff)
    assert "1234.5" not in office.get(LIST).content.decode()
    answer = office.post(ADD, {"portfolio": str(book.pk), "reason": "Ticket 12: the sum does not fit"})
    assert answer.status_code == 302, answer.content
    text = office.get(LIST).content.decode()
    assert "1234.5" in text
    assert "77.125" not in text
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=31), tick=False):
        assert "1234.5" not in sign_in(staff).get(LIST).content.decode()


def test_it_opens_it_for_nobody_else(staff: User, book: Portfolio) -> None:
    give_reason(actor=staff, portfolio=book, reason="Ticket 12")
    other = UserFactory(is_staff=True, is_superuser=True)
    assert "1234.5" not in sign_in(other).get(LIST).content.decode()


def test_it_opens_the_administration_only(staff: User, book: Portfolio) -> None:
    give_reason(actor=staff, portfolio=book, reason="Ticket 12")
    assert sign_in(staff).get(f"/portfolios/{book.pk}/").status_code == 404
    assert sign_in(staff).get(f"/api/v1/portfolios/{book.pk}/transactions").status_code == 404


def test_the_owner_reads_the_reason(staff: User, alice: User, book: Portfolio) -> None:
    give_reason(actor=staff, portfolio=book, reason="Ticket 12: <the sum>")
    text = sign_in(alice).get(f"/portfolios/{book.pk}/sharing/").content.decode()
    assert "Ticket 12: &lt;the sum&gt;" in text


def test_a_reason_is_needed_and_so_is_the_right(staff: User, charlie: User, book: Portfolio) -> None:
    with pytest.raises(InvalidInputError):
        give_reason(actor=staff, portfolio=book, reason="  ")
    helper = UserFactory(is_staff=True)
    for person in (charlie, helper):
        with pytest.raises(NotAllowedError):
            give_reason(actor=person, portfolio=book, reason="Because")
    assert sign_in(helper).post(ADD, {"portfolio": str(book.pk), "reason": "Because"}).status_code == 403
    helper.user_permissions.set(Permission.objects.filter(codename="add_accessreason"))
    give_reason(actor=User.objects.get(pk=helper.pk), portfolio=book, reason="Because")


def test_a_reason_is_neither_changed_nor_removed(staff: User, book: Portfolio) -> None:
    row = give_reason(actor=staff, portfolio=book, reason="Ticket 12")
    office = sign_in(staff)
    assert office.post(reverse("admin:portfolio_accessreason_change", args=[row.pk]), {"reason": "x"}).status_code == 403
    assert office.post(reverse("admin:portfolio_accessreason_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert AccessReason.objects.get().reason == "Ticket 12"
