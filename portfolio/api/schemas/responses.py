"""The shapes of answers, for the description of the API. The answers themselves are made of rows, which is three times as fast."""

from rest_framework import serializers

from common.api.fields import ExactDecimalField
from portfolio.models import Instrument, Portfolio, Share
from portfolio.services.kinds import list_kind_choices


class Shape(serializers.Serializer[None]):
    """Only described, never used to read."""


def number(*, null: bool = False) -> ExactDecimalField:
    return ExactDecimalField(max_digits=None, decimal_places=None, allow_null=null)


class PortfolioSerializer(Shape):
    id = serializers.UUIDField()
    name = serializers.CharField()
    base_currency = serializers.CharField()
    lot_method = serializers.ChoiceField(Portfolio.LotMethod.choices)
    cash_tracking = serializers.BooleanField()
    allow_short = serializers.BooleanField()
    benchmark = serializers.CharField(allow_null=True)
    access = serializers.ChoiceField(["owner", *Share.Role.values], help_text="What you may do with it.")
    shared_by = serializers.CharField(allow_null=True, help_text="Its owner, where it is not your own.")
    is_demo = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class AccountSerializer(Shape):
    id = serializers.UUIDField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()


class InstrumentSerializer(Shape):
    id = serializers.UUIDField()
    symbol = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(Instrument.Kind.choices)
    currency = serializers.CharField()
    isin = serializers.CharField()
    exchange_mic = serializers.CharField()
    sector = serializers.CharField()
    country = serializers.CharField()
    price_source = serializers.ChoiceField(Instrument.Source.choices)
    shared = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class PriceSerializer(Shape):
    date = serializers.DateField()
    close = number()
    source = serializers.CharField()


class QuoteSerializer(Shape):
    symbol = serializers.CharField()
    currency = serializers.CharField()
    price = number(null=True)
    date = serializers.DateField(allow_null=True)
    previous_price = number(null=True)
    previous_date = serializers.DateField(allow_null=True)
    change = number(null=True)
    change_ratio = serializers.FloatField(allow_null=True)
    stale = serializers.BooleanField()
    source = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True)


class FxRateSerializer(Shape):
    date = serializers.DateField()
    base = serializers.CharField()
    quote = serializers.CharField()
    rate = number()
    source = serializers.CharField()
    shared = serializers.BooleanField()


class ProblemSerializer(Shape):
    line = serializers.IntegerField()
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class WrittenSerializer(Shape):
    received = serializers.IntegerField()
    written = serializers.IntegerField(help_text="Rows that differed from what was stored.")
    created_instruments = serializers.ListField(child=serializers.CharField())
    problems = ProblemSerializer(many=True)


class LotSerializer(Shape):
    transaction = serializers.UUIDField()
    quantity = number()


class TransactionSerializer(Shape):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(list_kind_choices())
    symbol = serializers.CharField(allow_null=True)
    trade_date = serializers.DateField()
    settlement_date = serializers.DateField(allow_null=True)
    quantity = number(null=True)
    price = number(null=True)
    amount = number(null=True)
    fee = number()
    tax = number()
    currency = serializers.CharField()
    fx_rate = number(null=True)
    account = serializers.CharField()
    counter_account = serializers.CharField(allow_null=True)
    lots = LotSerializer(many=True, allow_null=True)
    note = serializers.CharField()
    external_id = serializers.CharField()
    import_id = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class PreviewRowSerializer(Shape):
    line = serializers.IntegerField()
    status = serializers.ChoiceField(["new", "duplicate", "problem"])
    kind = serializers.CharField()
    trade_date = serializers.DateField()
    symbol = serializers.CharField(allow_null=True)
    quantity = number(null=True)
    price = number(null=True)
    amount = number(null=True)
    fee = number()
    tax = number()
    currency = serializers.CharField(allow_null=True)
    fx_rate = number(null=True)
    account = serializers.CharField(allow_null=True)
    counter_account = serializers.CharField(allow_null=True)
    note = serializers.CharField()
    external_id = serializers.CharField()


class ImportResultSerializer(Shape):
    id = serializers.UUIDField(allow_null=True, help_text="Of the import; null when nothing was stored.")
    format = serializers.CharField()
    created = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    problems = ProblemSerializer(many=True)
    preview = PreviewRowSerializer(many=True, help_text="The first 500 lines, as they were understood.")


class RefusedImportSerializer(Shape):
    code = serializers.CharField()
    message = serializers.CharField()
    detail = serializers.DictField()
    # Only when the file could be read, and some of its lines could not.
    id = serializers.UUIDField(allow_null=True, required=False)
    format = serializers.CharField(required=False)
    created = serializers.IntegerField(required=False)
    duplicates = serializers.IntegerField(required=False)
    problems = ProblemSerializer(many=True, required=False)
    preview = PreviewRowSerializer(many=True, required=False)


class ImportBatchSerializer(Shape):
    id = serializers.UUIDField()
    file_name = serializers.CharField()
    format = serializers.CharField()
    created = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    problems = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)
