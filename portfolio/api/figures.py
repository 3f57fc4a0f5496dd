"""/api/v1/portfolios/{id}/holdings, performance, lots, allocation: computed from the ledger, remembered until a fact changes."""

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from accounts.api.serializers import ErrorSerializer
from common.api.query import read_choice, read_date, read_period, read_text
from common.api.renderers import dump_json
from portfolio.api.base import AS_OF, FROM, IF_NONE_MATCH, TO, PortfolioAPIView, answer_bytes, tag_ledger
from portfolio.api.schemas.reports import AllocationSerializer, HoldingsSerializer, LotsSerializer, PerformanceSerializer
from portfolio.engine.reports import PerformanceReport
from portfolio.models import Instrument, Portfolio
from portfolio.selectors.access import find_book_owner, require_amounts
from portfolio.selectors.cache import documents
from portfolio.selectors.figures import CRITERIA, measure_allocation, measure_holdings, measure_lots, measure_performance
from portfolio.selectors.instruments import get_instrument

TAGS = ["Figures"]
ERRORS = {400: ErrorSerializer, 403: ErrorSerializer, 404: ErrorSerializer}
PERFORMANCE_FIELDS = (
    "to",
    "base_currency",
    "start_value",
    "end_value",
    "net_external_flow",
    "gain",
    "time_weighted_return",
    "time_weighted_return_annualized",
    "money_weighted_return",
    "modified_dietz_return",
    "simple_return",
    "benchmark",
    "reasons",
    "warnings",
    "problems",
    "first_date",
    "money_weighted_roots",
)


class FigureView(PortfolioAPIView):
    scope_area = "portfolio"
    is_heavy = True

    def answer(self, request: Request, portfolio: Portfolio, parts: tuple[object, ...], measure: Callable[[], Any]) -> HttpResponse:
        """Answer from the tag if it is still right, from the bytes made before, else by measuring. The parts are all that the figure depends on."""
        tag = tag_ledger(request, portfolio, *parts)

        def make() -> bytes:
            report = measure()
            return dump_json(report if portfolio.shows_amounts else flag_percentages(report))

        return answer_bytes(request, tag, lambda: documents.get_or_make(tag, make))


class HoldingsView(FigureView):
    @extend_schema(operation_id="holdings_read", responses={200: HoldingsSerializer, **ERRORS}, parameters=[AS_OF, IF_NONE_MATCH], tags=TAGS)
    def get(self, request: Request, portfolio_id: UUID) -> HttpResponse:
        """What is held at the end of a day, with values, gains and totals."""
        portfolio = self.find_portfolio(portfolio_id)
        as_of = read_date(request, "as_of") or self.today
        return self.answer(request, portfolio, ("holdings", as_of), lambda: measure_holdings(portfolio=portfolio, as_of=as_of))


class PerformanceView(FigureView):
    @extend_schema(
        operation_id="performance_read",
        responses={200: PerformanceSerializer, **ERRORS},
        parameters=[
            OpenApiParameter(
                "from", FROM.type, description="What is booked on this day belongs to the start value; left out: the day before the first entry."
            ),
            OpenApiParameter("to", TO.type, description="Last day; today where you are, if left out."),
            OpenApiParameter("benchmark", str, description="Symbol; the portfolio's own benchmark, if left out; `none` for no comparison."),
            IF_NONE_MATCH,
        ],
        tags=TAGS,
    )
    def get(self, request: Request, portfolio_id: UUID) -> HttpResponse:
        """Value, gain and returns in the period (from, to], with the daily series."""
        portfolio = self.find_portfolio(portfolio_id)
        start, end = read_period(request)
        end = end or self.today
        benchmark = self._read_benchmark(request, portfolio)
        parts = ("performance", end, benchmark.version if benchmark else None)
        return self.answer(
            request, portfolio, parts, lambda: show_performance(measure_performance(portfolio=portfolio, start=start, end=end, benchmark=benchmark))
        )

    def _read_benchmark(self, request: Request, portfolio: Portfolio) -> Instrument | None:
        symbol = read_text(request, "benchmark")
        if not symbol:
            return portfolio.benchmark
        return None if symbol == "none" else get_instrument(user=self.user, symbol=symbol)


class LotsView(FigureView):
    @extend_schema(
        operation_id="lots_read",
        responses={200: LotsSerializer, **ERRORS},
        parameters=[AS_OF, OpenApiParameter("symbol", str, description="Only the lots of one instrument."), IF_NONE_MATCH],
        tags=TAGS,
    )
    def get(self, request: Request, portfolio_id: UUID) -> HttpResponse:
        """Open and closed lots."""
        portfolio = self.find_portfolio(portfolio_id)
        require_amounts(portfolio)
        as_of = read_date(request, "as_of") or self.today
        symbol = read_text(request, "symbol")
        instrument = get_instrument(user=find_book_owner(portfolio, self.user), symbol=symbol) if symbol else None
        return self.answer(request, portfolio, ("lots", as_of), lambda: measure_lots(portfolio=portfolio, as_of=as_of, instrument=instrument))


class AllocationView(FigureView):
    @extend_schema(
        operation_id="allocation_read",
        responses={200: AllocationSerializer, **ERRORS},
        parameters=[AS_OF, OpenApiParameter("by", str, enum=CRITERIA, default="instrument"), IF_NONE_MATCH],
        tags=TAGS,
    )
    def get(self, request: Request, portfolio_id: UUID) -> HttpResponse:
        """How the value divides."""
        portfolio = self.find_portfolio(portfolio_id)
        as_of = read_date(request, "as_of") or self.today
        by = read_choice(request, "by", CRITERIA, "instrument")
        return self.answer(request, portfolio, ("allocation", as_of), lambda: measure_allocation(portfolio=portfolio, as_of=as_of, by=by))


def flag_percentages(report: Any) -> dict[str, Any]:
    """Return a report without amounts as an object that says so."""
    shown = report if isinstance(report, dict) else {field.name: getattr(report, field.name) for field in dataclasses.fields(report)}
    return {**shown, "percentages_only": True}


def show_performance(report: PerformanceReport) -> dict[str, Any]:
    """Return the report with `from`, which is no name in Python, and its series as objects."""
    shown = dict(zip(PERFORMANCE_FIELDS, attrgetter(*PERFORMANCE_FIELDS)(report), strict=True))
    series = report.series
    columns = (series.list_days(), series.list_values(), series.list_flows(), series.list_returns(), series.list_trends())
    points = [
        {"date": day, "value": value, "net_flow": flow, "cumulative_return": cumulative, "benchmark_return": trend}
        for day, value, flow, cumulative, trend in zip(*columns, strict=True)
    ]
    return {"from": report.from_, **shown, "series": points}
