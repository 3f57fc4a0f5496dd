"""The reference point row: a view that reads one row, behind the whole middleware."""

from django.http import HttpRequest, JsonResponse
from django.urls import path

from portfolio.models import Instrument


def read_row(request: HttpRequest) -> JsonResponse:
    return JsonResponse(Instrument.objects.values("symbol", "name", "currency").order_by().get(symbol="LOAD01.SIM", owner=None))


urlpatterns = [path("", read_row)]
