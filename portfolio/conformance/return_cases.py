"""Cases about rates of return."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from portfolio.conformance.ledgers import BASE, day, make_market, number, read_ledger
from portfolio.engine.ledger import Ledger
from portfolio.engine.money_weighted import ACT_365F, solve_dated, solve_periodic
from portfolio.engine.performance import Period, measure_period
from portfolio.engine.periods import resolve_period
from portfolio.engine.reports import PerformanceReport
from portfolio.engine.returns import annualize, link, measure_daily_returns, measure_dietz, net_present_value
from portfolio.engine.series import build_series
from portfolio.engine.statement import state_period
from portfolio.engine.valuer import Rules

Inputs = Mapping[str, Any]
Answers = dict[str, Any]
CASH_BOOKS = Rules(BASE, cash_tracking=True)


def answer_xirr(inputs: Inputs) -> Answers:
    flows = [(day(flow["date"]), float(flow["amount"])) for flow in inputs["flows"]]
    solution = solve_dated(flows, day_count=inputs.get("day_count", ACT_365F).replace("act/act", "ACT/ACT"))
    others = [root for root in solution.roots if root != solution.rate]
    return {"xirr": solution.rate, "other_root": others[0] if others else None}


def answer_xnpv(inputs: Inputs) -> Answers:
    return {"xnpv": net_present_value(inputs["rate"], [(day(flow["date"]), float(flow["amount"])) for flow in inputs["flows"]])}


def answer_irr_periodic(inputs: Inputs) -> Answers:
    rate = solve_periodic([float(flow) for flow in inputs["flows"]]).rate
    return {"irr": rate, "irr_holding_period": None if rate is None else link([rate] * (len(inputs["flows"]) - 1))}


def answer_twr_subperiods(inputs: Inputs) -> Answers:
    parts = inputs["subperiods"]
    returns = [_return_of(part["begin"], part["end"], inflow=0, outflow=part["income"]) for part in parts]
    total = link(returns)
    return {"twr_total": total, "twr_per_period": annualize(total, 365 * len(parts))}


def answer_daily_pair(inputs: Inputs) -> Answers:
    begin, end, flow = inputs["begin"], inputs["end"], inputs["flow"]
    return {
        "twr_flow_at_start": _return_of(begin, end, inflow=flow, outflow=0),
        "twr_flow_at_end": _return_of(begin, end, inflow=0, outflow=-flow),
        "dietz_mid_day": measure_dietz(number(begin), number(end), [(1, number(flow))], 2).rate,
    }


def answer_link(inputs: Inputs) -> Answers:
    return {"linked": link(inputs["returns"])}


def answer_annualise(inputs: Inputs) -> Answers:
    return {"annualised": annualize(inputs["return"], inputs["days"])}


def answer_modified_dietz(inputs: Inputs) -> Answers:
    flows = [(flow["t"], number(flow["amount"])) for flow in inputs["flows"]]
    dietz = measure_dietz(number(inputs["begin"]), number(inputs["end"]), flows, inputs["period"])
    return {"gain": dietz.gain, "average_capital": dietz.average_capital, "modified_dietz": dietz.rate}


def answer_period(inputs: Inputs) -> Answers:
    return resolve_period(inputs["period"], day(inputs["reference_date"]))._asdict()


def answer_ledger_twr(inputs: Inputs) -> Answers:
    ledger, market = read_ledger(inputs["transactions"]), make_market(inputs["prices"])
    start, end = day(inputs["start"]), day(inputs["end"])
    series = build_series(state_period(ledger, CASH_BOOKS, market, start, end).summary, start, end)
    daily = measure_daily_returns(series.values, series.inflows[1:], series.outflows[1:])
    cumulative = [link(daily.returns[:count]) for count in range(len(series.days))]
    report = _measure(ledger, inputs["prices"], inputs["start"], inputs["end"])
    return {"daily": [0.0, *daily.returns.tolist()], "cumulative": cumulative, "final": report.time_weighted_return, "warnings": len(report.warnings)}


def answer_ledger_twr_weekly(inputs: Inputs) -> Answers:
    ledger, ends = read_ledger(inputs["transactions"]), inputs["week_ends"]
    weeks = [_measure(ledger, inputs["prices"], *week).time_weighted_return for week in zip([inputs["start"], *ends], ends, strict=False)]
    since_start = [_measure(ledger, inputs["prices"], inputs["start"], end).time_weighted_return for end in ends]
    return {"period": weeks, "cumulative": since_start}


def _measure(ledger: Ledger, prices: Mapping[str, Any], start: str, end: str) -> PerformanceReport:
    first = ledger[0].trade_date if ledger else None
    return measure_period(ledger, CASH_BOOKS, make_market(prices), Period(day(start), day(start), day(end), first))


def _return_of(begin: float, end: float, *, inflow: float, outflow: float) -> float:
    values = np.array([begin, end], dtype=np.float64)
    return float(measure_daily_returns(values, np.array([float(inflow)]), np.array([float(outflow)])).returns[0])
