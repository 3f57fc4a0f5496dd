"""The ledger: the facts from which every figure is computed."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from common.identifiers import format_version, uuid7
from portfolio.models.import_batch import ImportBatch
from portfolio.models.instrument import Instrument
from portfolio.models.portfolio import BrokerageAccount, Portfolio

# Kinds that move units of an instrument at a price, and kinds that need an instrument at all.
TRADE_KINDS = ("buy", "sell", "short_sell", "buy_to_cover", "opening_balance")
INSTRUMENT_KINDS = (
    *TRADE_KINDS,
    "dividend",
    "transfer_in",
    "transfer_out",
    "split",
    "stock_dividend",
    "spin_off",
    "merger",
    "return_of_capital",
    "symbol_change",
)
CASH_KINDS = ("dividend", "interest", "fee", "tax", "deposit", "withdrawal", "return_of_capital")


class Transaction(models.Model):
    """One entry of the ledger.

    Sizes and signs: quantity, price, amount are positive (a refund is a fee or tax with a negative amount); the kind says
    which way units and cash move. `fee` and `tax` are what was charged with the entry, `amount` is the gross amount
    before them. All are in `currency`; `fx_rate` is the base currency's units for 1 unit of it, when the broker told it.
    """

    class Kind(models.TextChoices):
        BUY = "buy"
        SELL = "sell"
        SHORT_SELL = "short_sell"
        BUY_TO_COVER = "buy_to_cover"
        DIVIDEND = "dividend"
        INTEREST = "interest"
        FEE = "fee"
        TAX = "tax"
        DEPOSIT = "deposit"
        WITHDRAWAL = "withdrawal"
        TRANSFER_IN = "transfer_in"
        TRANSFER_OUT = "transfer_out"
        SPLIT = "split"
        STOCK_DIVIDEND = "stock_dividend"
        SPIN_OFF = "spin_off"
        MERGER = "merger"
        RETURN_OF_CAPITAL = "return_of_capital"
        SYMBOL_CHANGE = "symbol_change"
        OPENING_BALANCE = "opening_balance"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="transactions")
    account = models.ForeignKey(BrokerageAccount, on_delete=models.PROTECT, related_name="transactions")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    instrument = models.ForeignKey(Instrument, null=True, blank=True, on_delete=models.PROTECT, related_name="transactions")
    trade_date = models.DateField()
    settlement_date = models.DateField(null=True, blank=True)
    # Split: quantity is the ratio of new units to one old unit. Transfer: the units moved.
    quantity = models.DecimalField(max_digits=28, decimal_places=10, null=True, blank=True)
    price = models.DecimalField(max_digits=28, decimal_places=10, null=True, blank=True)
    amount = models.DecimalField(max_digits=28, decimal_places=8, null=True, blank=True)
    fee = models.DecimalField(max_digits=28, decimal_places=8, default=0)
    tax = models.DecimalField(max_digits=28, decimal_places=8, default=0)
    currency = models.CharField(max_length=3)
    fx_rate = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    # The lots of a sale by specific identification: [{"transaction": id of the acquisition, "quantity": "1"}].
    lots = models.JSONField(null=True, blank=True)
    # A transfer between two accounts is two entries that name each other's account.
    counter_account = models.ForeignKey(BrokerageAccount, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    external_id = models.CharField(max_length=100, blank=True, help_text="The broker's own number.")
    sequence = models.BigIntegerField()
    import_batch = models.ForeignKey(ImportBatch, null=True, blank=True, on_delete=models.SET_NULL, related_name="transactions")
    import_line = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-trade_date", "-sequence"]
        indexes = [
            models.Index(fields=["portfolio", "-trade_date", "-sequence"], name="transaction_ledger"),
            models.Index(fields=["portfolio", "instrument", "trade_date", "sequence"], name="transaction_by_instrument"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["portfolio", "sequence"], name="transaction_sequence"),
            models.UniqueConstraint(fields=["portfolio", "external_id"], condition=~Q(external_id=""), name="transaction_external_id"),
            models.CheckConstraint(condition=~Q(kind__in=INSTRUMENT_KINDS) | Q(instrument__isnull=False), name="transaction_instrument_set"),
            models.CheckConstraint(
                condition=~Q(kind__in=(*TRADE_KINDS, "transfer_in", "transfer_out", "split", "stock_dividend")) | Q(quantity__gt=0),
                name="transaction_quantity_positive",
            ),
            models.CheckConstraint(condition=~Q(kind__in=TRADE_KINDS) | Q(price__gte=0) | Q(amount__gte=0), name="transaction_priced"),
            models.CheckConstraint(condition=~Q(kind__in=CASH_KINDS) | Q(amount__isnull=False), name="transaction_amount_set"),
            models.CheckConstraint(condition=~Q(kind__in=("deposit", "withdrawal")) | Q(amount__gt=0), name="transaction_amount_positive"),
            models.CheckConstraint(condition=Q(fx_rate__isnull=True) | Q(fx_rate__gt=0), name="transaction_fx_rate_positive"),
            # The bounds are those of the columns; they keep out NaN, which PostgreSQL sorts above every number.
            models.CheckConstraint(
                condition=Q(quantity__lt=10**18)
                & Q(price__lt=10**18)
                & Q(amount__lt=10**20)
                & Q(fee__lt=10**20)
                & Q(tax__lt=10**20)
                & Q(fx_rate__lt=10**16),
                name="transaction_no_nan",
            ),
            models.CheckConstraint(
                condition=Q(settlement_date__isnull=True) | Q(settlement_date__gte=F("trade_date")), name="transaction_settles_after_trade"
            ),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="transaction_currency"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.trade_date}"

    @property
    def version(self) -> str:
        """Differs after every change: what an ETag is made of."""
        return format_version(self.updated_at)
