"""Portfolios and what is recorded in them: to look at, and without amounts where the portfolio is another person's.

Entries are changed by their owner, on the pages and in the API, where the whole history is checked. What tells how much
somebody owns (quantities, prices paid, amounts, notes) is loaded from the database only for the viewer's own portfolios, and for half an
hour for those that he has given a reason for.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import BooleanField, Case, ExpressionWrapper, F, Q, QuerySet, Value, When
from django.http import HttpRequest

from common.admin import ReadOnlyAdmin, display
from common.decimals import format_decimal
from portfolio.admin.base import CappedPaginator
from portfolio.models import AccessReason, BrokerageAccount, ImportBatch, Portfolio, Transaction

# Columns of an entry that tell how much, or what somebody wrote about it.
PRIVATE_FIELDS = ("quantity", "price", "amount", "fee", "tax", "fx_rate", "note", "external_id")
HIDDEN = "not shown"
EMPTY = "–"


@admin.register(Portfolio)
class PortfolioAdmin(ReadOnlyAdmin):
    list_display = ["name", "owner", "base_currency", "lot_method", "cash_tracking", "is_demo", "created_at"]
    list_filter = ["lot_method", "cash_tracking", "is_demo"]
    list_select_related = ["owner"]
    search_fields = ["^name", "^owner__email"]
    search_help_text = "Beginning of the name or of the owner's e-mail address"
    ordering = ["-pk"]
    paginator = CappedPaginator
    fields = [
        "id", "owner", "name", "base_currency", "lot_method", "cash_tracking", "allow_short", "benchmark", "is_demo", "revision",
        "created_at", "updated_at",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Portfolio]:
        return Portfolio.objects.select_related("owner", "benchmark")


@admin.register(BrokerageAccount)
class BrokerageAccountAdmin(ReadOnlyAdmin):
    list_display = ["name", "portfolio", "show_owner", "created_at"]
    list_select_related = ["portfolio__owner"]
    search_fields = ["^portfolio__name", "^portfolio__owner__email"]
    search_help_text = "Beginning of the portfolio's name or of the owner's e-mail address"
    ordering = ["-pk"]
    paginator = CappedPaginator
    fields = ["id", "portfolio", "name", "created_at"]

    @display(description="Owner")  # type: ignore[untyped-decorator]  # the theme has no annotations
    def show_owner(self, account: BrokerageAccount) -> str:
        return str(account.portfolio.owner)


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "portfolio", "created_by", "format", "created_count", "duplicate_count", "problem_count", "undone_at"]
    list_filter = ["format", ("undone_at", admin.EmptyFieldListFilter)]
    list_select_related = ["portfolio", "created_by"]
    search_fields = ["^portfolio__name", "^portfolio__owner__email"]
    search_help_text = "Beginning of the portfolio's name or of the owner's e-mail address"
    ordering = ["-pk"]
    paginator = CappedPaginator
    fields = [
        "id", "portfolio", "created_by", "format", "digest", "created_count", "duplicate_count", "problem_count", "created_at", "undone_at",
    ]  # fmt: skip


def private_column(name: str) -> "Callable[[ModelAdmin[Transaction], Any], str]":
    """Return a column that shows a private field of entries that are open to the viewer and hides it in others'."""

    @display(description=name.replace("_", " ").replace("fx", "FX").capitalize())  # type: ignore[untyped-decorator]
    def show(self: "ModelAdmin[Transaction]", row: Any) -> str:
        if not row.is_own:
            return HIDDEN
        value = getattr(row, f"own_{name}")
        if isinstance(value, Decimal):
            return format_decimal(value)
        return value or EMPTY

    return show  # type: ignore[no-any-return]


@admin.register(Transaction)
class TransactionAdmin(ReadOnlyAdmin):
    list_display = [
        "trade_date", "kind", "instrument", "show_quantity", "show_price", "show_amount", "currency", "portfolio", "show_owner", "account",
    ]  # fmt: skip
    list_filter = ["kind"]
    list_select_related = ["portfolio__owner", "instrument", "account"]
    search_fields = ["=instrument__symbol", "^portfolio__name", "^portfolio__owner__email"]
    search_help_text = "Symbol, or the beginning of the portfolio's name or of the owner's e-mail address"
    ordering = ["-pk"]
    paginator = CappedPaginator
    fields = [
        "id", "portfolio", "account", "counter_account", "kind", "instrument", "trade_date", "settlement_date",
        "show_quantity", "show_price", "show_amount", "show_fee", "show_tax", "currency", "show_fx_rate", "show_note", "show_external_id",
        "import_batch", "sequence", "created_at", "updated_at",
    ]  # fmt: skip

    show_quantity = private_column("quantity")
    show_price = private_column("price")
    show_amount = private_column("amount")
    show_fee = private_column("fee")
    show_tax = private_column("tax")
    show_fx_rate = private_column("fx_rate")
    show_note = private_column("note")
    show_external_id = private_column("external_id")

    @display(description="Owner")  # type: ignore[untyped-decorator]
    def show_owner(self, row: Transaction) -> str:
        return str(row.portfolio.owner)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transaction]:
        reasons = AccessReason.objects.open().filter(user=request.user.pk)
        mine = Q(portfolio__owner=request.user) | Q(portfolio__in=reasons.values("portfolio"))
        own: dict[str, Any] = {f"own_{name}": Case(When(mine, then=F(name)), default=Value(None)) for name in PRIVATE_FIELDS}
        rows = Transaction.objects.annotate(is_own=ExpressionWrapper(mine, output_field=BooleanField()), **own).defer(*PRIVATE_FIELDS, "lots")
        return rows.select_related("portfolio__owner", "instrument", "account", "counter_account", "import_batch")
