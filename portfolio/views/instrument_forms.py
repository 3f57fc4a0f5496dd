"""One's own instruments: describing them, and entering their closes."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from common.currencies import list_known_currencies
from common.errors import DomainError, NotAllowedError
from portfolio.forms.instruments import InstrumentForm, PriceForm
from portfolio.models import Instrument
from portfolio.selectors.instruments import get_instrument
from portfolio.services.instruments import create_instrument, delete_instrument, update_instrument
from portfolio.services.prices import record_prices
from portfolio.views.answers import PageRequest, answer_done, answer_refused, page, read_today

REFUSED = 422


@require_http_methods(["GET", "POST"])
@page
def add_instrument(request: PageRequest) -> HttpResponse:
    """A new instrument of the user's own; `?symbol=` begins it, `?next=` is where to go on afterwards."""
    start = {"symbol": request.GET.get("symbol", ""), "currency": request.GET.get("currency") or request.user.base_currency, "kind": "stock"}
    form = InstrumentForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            instrument = create_instrument(actor=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_service_error(error)
        else:
            messages.success(request, f"{instrument.symbol} is added.")
            return _go_on(request, instrument)
    context = {"form": form, "next": request.POST.get("next") or request.GET.get("next", ""), "currencies": sorted(list_known_currencies())}
    return render(request, "portfolio/instrument_form.html", context, status=REFUSED if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page
def change_instrument(request: PageRequest, symbol: str) -> HttpResponse:
    instrument = _get_own(request, symbol)
    form = InstrumentForm(request.POST or None, instrument=instrument)
    if request.method == "POST" and form.is_valid():
        try:
            update_instrument(actor=request.user, instrument=instrument, expected_version=request.POST.get("version") or None, **form.cleaned_data)
        except DomainError as error:
            form.add_service_error(error)
        else:
            messages.success(request, f"{instrument.symbol} is saved.")
            return redirect("portfolio:instrument", instrument.symbol)
    context = {"form": form, "instrument": instrument, "currencies": sorted(list_known_currencies())}
    return render(request, "portfolio/instrument_form.html", context, status=REFUSED if form.errors else 200)


@require_POST
@page
def remove_instrument(request: PageRequest, symbol: str) -> HttpResponse:
    instrument = _get_own(request, symbol)
    try:
        delete_instrument(actor=request.user, instrument=instrument)
    except DomainError as error:
        return answer_refused(request, error, url=reverse("portfolio:instrument_update", args=[instrument.symbol]))
    messages.success(request, f"{symbol} is deleted.")
    return redirect("portfolio:instruments")


@require_http_methods(["GET", "POST"])
@page
def add_price(request: PageRequest, symbol: str) -> HttpResponse:
    """One close of one day; a close that is there already is replaced."""
    instrument = _get_own(request, symbol)
    form = PriceForm(request.POST or None, initial={"date": read_today(request.user)})
    if request.method == "POST" and form.is_valid():
        try:
            record_prices(actor=request.user, instrument=instrument, rows=[(form.cleaned_data["date"], form.cleaned_data["close"])])
        except DomainError as error:
            form.add_service_error(error)
        else:
            url = reverse("portfolio:instrument", args=[instrument.symbol])
            return answer_done(request, "Price recorded.", url=url, events={"closeModal": True, "pricesChanged": True})
    template = "portfolio/_price_form.html" if request.htmx else "portfolio/price_form.html"
    return render(request, template, {"form": form, "instrument": instrument}, status=REFUSED if form.errors else 200)


def _get_own(request: PageRequest, symbol: str) -> Instrument:
    """Return the instrument if the user may change it: his own, for staff a shared one too."""
    instrument = get_instrument(user=request.user, symbol=symbol)
    if not Instrument.objects.editable_by(request.user).filter(pk=instrument.pk).exists():
        raise NotAllowedError("Shared instruments are kept by the administration.")
    return instrument


def _go_on(request: PageRequest, instrument: Instrument) -> HttpResponse:
    wanted = request.POST.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return HttpResponseRedirect(wanted)
    return redirect("portfolio:instrument", instrument.symbol)
