"""Bodies that the API takes. Fields that are not here are refused."""

from typing import Any

from rest_framework import serializers

from common.api.fields import ExactDateField, ExactDecimalField
from common.api.serializers import PlainTextField, StrictBooleanField, StrictSerializer
from portfolio.models import Instrument, Portfolio
from portfolio.services.kinds import COLUMNS, list_kind_choices


def decimal(name: str, **options: Any) -> ExactDecimalField:
    digits, decimals = COLUMNS[name]
    return ExactDecimalField(max_digits=digits, decimal_places=decimals, **options)


def text(longest: int, **options: Any) -> PlainTextField:
    return PlainTextField(max_length=longest, required=False, allow_blank=True, **options)


class PortfolioBody(StrictSerializer):
    name = PlainTextField(max_length=100)
    base_currency = PlainTextField(max_length=3)
    lot_method = serializers.ChoiceField(Portfolio.LotMethod.choices, required=False)
    cash_tracking = StrictBooleanField(required=False)
    allow_short = StrictBooleanField(required=False)
    benchmark = PlainTextField(max_length=40, required=False, allow_null=True, help_text="Symbol of an instrument.")


class AccountBody(StrictSerializer):
    name = PlainTextField(max_length=100)


class InstrumentBody(StrictSerializer):
    symbol = PlainTextField(max_length=40)
    currency = PlainTextField(max_length=3)
    name = text(200)
    kind = serializers.ChoiceField(Instrument.Kind.choices, required=False)
    isin = text(12)
    exchange_mic = text(4)
    sector = text(60)
    country = text(2)


class NewInstrumentBody(InstrumentBody):
    shared = StrictBooleanField(required=False, help_text="For everybody (staff only; for staff the default).")


class PriceBody(StrictSerializer):
    date = ExactDateField()
    close = decimal("price")


class SymbolPriceBody(PriceBody):
    symbol = PlainTextField(max_length=40)


class FxRateBody(StrictSerializer):
    date = ExactDateField()
    base = PlainTextField(max_length=3)
    quote = PlainTextField(max_length=3)
    rate = decimal("fx_rate")


class LotBody(StrictSerializer):
    transaction = serializers.UUIDField(format="hex_verbose")
    quantity = decimal("quantity")


class TransactionBody(StrictSerializer):
    kind = serializers.ChoiceField(list_kind_choices())
    trade_date = ExactDateField()
    symbol = text(40, allow_null=True)
    quantity = decimal("quantity", required=False, allow_null=True)
    price = decimal("price", required=False, allow_null=True)
    amount = decimal("amount", required=False, allow_null=True, help_text="Gross, before fee and tax.")
    fee = decimal("fee", required=False)
    tax = decimal("tax", required=False)
    currency = text(3, allow_null=True, help_text="Left out: the instrument's; for cash entries the portfolio's.")
    fx_rate = decimal("fx_rate", required=False, allow_null=True, help_text="Units of the portfolio's currency for 1 unit of `currency`.")
    account = text(100, allow_null=True, help_text="Made when there is none of this name; left out: Main.")
    counter_account = text(100, allow_null=True, help_text="For a transfer between two accounts of the portfolio: both entries are recorded.")
    lots = LotBody(many=True, required=False, allow_null=True, help_text="The lots that a sale closes, by specific identification.")
    note = text(500, several_lines=True)
    external_id = text(100, help_text="The broker's number; once in a portfolio.")
    settlement_date = ExactDateField(required=False, allow_null=True)
