"""The reference points row and floor: a view that reads one row, and one that does what figures cannot do without, behind the whole middleware."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from portfolio.models import Instrument
from tests.perf.bench.floor import compute_floor


def read_row(request: HttpRequest) -> JsonResponse:
    return JsonResponse(Instrument.objects.values("symbol", "name", "currency").order_by().get(symbol="LOAD01.SIM", owner=None))


def answer_floor(request: HttpRequest, portfolio_id: str) -> HttpResponse:
    with connection.cursor() as cursor:
        return HttpResponse(compute_floor(cursor, portfolio_id), content_type="application/json")


urlpatterns = [path("", read_row), path("floor/<str:portfolio_id>", answer_floor)]
