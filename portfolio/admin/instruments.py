"""Instruments, closes and exchange rates: the shared ones and the viewer's own; other people's private ones stay theirs."""

from typing import cast

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.models import User
from common.admin import display
from common.decimals import format_decimal
from portfolio.admin.base import CappedPaginator, ServiceAdmin, ServiceForm
from portfolio.importers.fx_csv import FxRow
from portfolio.models import FxRate, Instrument, Price
from portfolio.services.fx import delete_fx_rate, record_fx_rates
from portfolio.services.instruments import create_instrument, update_instrument
from portfolio.services.prices import delete_price, record_prices


def _viewer(request: HttpRequest) -> User:
    """Return the person on the page: the site lets nobody in who is not signed in."""
    return cast("User", request.user)


class InstrumentForm(ServiceForm[Instrument]):
    class Meta:
        model = Instrument
        fields = ["symbol", "name", "kind", "currency", "isin", "exchange_mic", "sector", "country", "price_source"]

    def write(self) -> Instrument:
        if self.instance._state.adding:
            return create_instrument(actor=self.actor, shared=True, **self.cleaned_data)
        changes = {name: self.cleaned_data[name] for name in self.changed_data}
        return update_instrument(actor=self.actor, instrument=self.instance, **changes)


@admin.register(Instrument)
class InstrumentAdmin(ServiceAdmin):
    form = InstrumentForm
    list_display = ["symbol", "name", "kind", "currency", "price_source", "owner", "updated_at"]
    list_filter = ["kind", "price_source", ("owner", admin.EmptyFieldListFilter)]
    list_select_related = ["owner"]
    search_fields = ["symbol", "name", "=isin"]
    search_help_text = "Symbol, name or ISIN"
    paginator = CappedPaginator
    readonly_fields = ["owner", "created_at", "updated_at"]
    fieldsets = [
        (None, {"fields": ["symbol", "name", "kind", "currency", "price_source"]}),
        ("Classification", {"fields": ["isin", "exchange_mic", "sector", "country"]}),
        ("Record", {"fields": ["owner", "created_at", "updated_at"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Instrument]:
        return Instrument.objects.visible_to(_viewer(request)).select_related("owner")

    def has_delete_permission(self, request: HttpRequest, obj: Instrument | None = None) -> bool:
        """Its prices would go with it, thousands of them; the API deletes an unused instrument."""
        return False


class PriceForm(ServiceForm[Price]):
    class Meta:
        model = Price
        fields = ["instrument", "date", "close"]

    def write(self) -> Price:
        # On the page of a stored close, instrument and day are fixed and not part of the form's data.
        row = self.instance
        record_prices(actor=self.actor, instrument=row.instrument, rows=[(row.date, row.close)])
        return Price.objects.select_related("instrument").get(instrument=row.instrument, date=row.date)


@admin.register(Price)
class PriceAdmin(ServiceAdmin):
    form = PriceForm
    list_display = ["instrument", "date", "show_close", "show_currency", "source"]
    list_filter = ["source"]
    list_select_related = ["instrument"]
    search_fields = ["^instrument__symbol", "=date"]
    search_help_text = "Beginning of the symbol, or a day like 2024-06-28"
    ordering = ["-pk"]
    paginator = CappedPaginator
    autocomplete_fields = ["instrument"]
    fields = ["instrument", "date", "close"]

    @display(description="Close", ordering="close")  # type: ignore[untyped-decorator]  # the theme has no annotations
    def show_close(self, price: Price) -> str:
        return format_decimal(price.close)

    @display(description="Currency")  # type: ignore[untyped-decorator]
    def show_currency(self, price: Price) -> str:
        return price.instrument.currency

    def get_queryset(self, request: HttpRequest) -> QuerySet[Price]:
        return Price.objects.filter(instrument__in=Instrument.objects.visible_to(_viewer(request))).select_related("instrument")

    def get_readonly_fields(self, request: HttpRequest, obj: Price | None = None) -> list[str]:
        return ["instrument", "date"] if obj else []

    def delete_model(self, request: HttpRequest, obj: Price) -> None:
        delete_price(actor=_viewer(request), instrument=obj.instrument, date=obj.date)


class FxRateForm(ServiceForm[FxRate]):
    class Meta:
        model = FxRate
        fields = ["date", "base", "quote", "rate"]

    def write(self) -> FxRate:
        row = self.instance
        owner = row.owner
        record_fx_rates(actor=self.actor, rows=[FxRow(line=0, date=row.date, base=row.base, quote=row.quote, rate=row.rate)], shared=owner is None)
        return FxRate.objects.get(owner=owner, date=row.date, base=row.base, quote=row.quote)


@admin.register(FxRate)
class FxRateAdmin(ServiceAdmin):
    form = FxRateForm
    list_display = ["date", "base", "quote", "show_rate", "source", "owner"]
    list_filter = ["source", ("owner", admin.EmptyFieldListFilter)]
    list_select_related = ["owner"]
    search_fields = ["=base", "=quote", "=date"]
    search_help_text = "A currency, or a day like 2024-06-28"
    ordering = ["-pk"]
    paginator = CappedPaginator
    fields = ["date", "base", "quote", "rate"]

    @display(description="Rate", ordering="rate")  # type: ignore[untyped-decorator]
    def show_rate(self, row: FxRate) -> str:
        return format_decimal(row.rate)

    def get_queryset(self, request: HttpRequest) -> QuerySet[FxRate]:
        return FxRate.objects.filter(Q(owner=None) | Q(owner=_viewer(request))).select_related("owner")

    def get_readonly_fields(self, request: HttpRequest, obj: FxRate | None = None) -> list[str]:
        return ["date", "base", "quote"] if obj else []

    def delete_model(self, request: HttpRequest, obj: FxRate) -> None:
        delete_fx_rate(actor=_viewer(request), date=obj.date, base=obj.base, quote=obj.quote, shared=obj.owner_id is None)
