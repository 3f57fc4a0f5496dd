"""Makers of portfolios, instruments and entries for tests."""

import datetime as dt
from decimal import Decimal
from typing import Any

import factory

from portfolio.models import BrokerageAccount, FxRate, Instrument, Portfolio, Price, Transaction
from tests.factories import UserFactory

FIRST_DAY = dt.date(2024, 1, 2)


class InstrumentFactory(factory.django.DjangoModelFactory[Instrument]):
    """A shared instrument in EUR; `owner=` makes it private."""

    class Meta:
        model = Instrument

    owner = None
    symbol = factory.Sequence(lambda number: f"SYM{number}")
    name = factory.LazyAttribute(lambda row: f"{row.symbol} plc")
    currency = "EUR"


class PriceFactory(factory.django.DjangoModelFactory[Price]):
    class Meta:
        model = Price

    instrument = factory.SubFactory(InstrumentFactory)
    date = factory.Sequence(lambda number: FIRST_DAY + dt.timedelta(days=number % 3_000))
    close = Decimal(100)


class FxRateFactory(factory.django.DjangoModelFactory[FxRate]):
    """1 EUR = 1.1 USD, shared."""

    class Meta:
        model = FxRate

    owner = None
    date = FIRST_DAY
    base = "EUR"
    quote = "USD"
    rate = Decimal("1.1")


class PortfolioFactory(factory.django.DjangoModelFactory[Portfolio]):
    class Meta:
        model = Portfolio

    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda number: f"Portfolio {number}")
    base_currency = "EUR"


class AccountFactory(factory.django.DjangoModelFactory[BrokerageAccount]):
    class Meta:
        model = BrokerageAccount
        django_get_or_create = ("portfolio", "name")

    portfolio = factory.SubFactory(PortfolioFactory)
    name = "Main"


class TransactionFactory(factory.django.DjangoModelFactory[Transaction]):
    """A stored entry, unchecked: ten units bought at 100. Takes the portfolio's next sequence number like a service would."""

    class Meta:
        model = Transaction

    portfolio = factory.SubFactory(PortfolioFactory)
    account = factory.SubFactory(AccountFactory, portfolio=factory.SelfAttribute("..portfolio"))
    kind = "buy"
    instrument = factory.SubFactory(InstrumentFactory)
    trade_date = FIRST_DAY
    quantity = Decimal(10)
    price = Decimal(100)
    currency = factory.LazyAttribute(lambda row: row.instrument.currency if row.instrument else row.portfolio.base_currency)

    @classmethod
    def _create(cls, model_class: type[Transaction], *args: Any, **fields: Any) -> Transaction:
        portfolio = fields["portfolio"]
        fields.setdefault("sequence", portfolio.next_sequence)
        portfolio.next_sequence = max(portfolio.next_sequence, fields["sequence"] + 1)
        portfolio.save(update_fields=["next_sequence"])
        return super()._create(model_class, *args, **fields)
