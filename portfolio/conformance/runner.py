"""Runs cases and says of each: ok, MISS, differs by convention, or not covered."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import localcontext
from typing import Any

from portfolio.conformance import lot_cases, market_cases, return_cases, statement_cases
from portfolio.conformance.cases import Case, meets
from portfolio.conformance.conventions import CONVENTIONS, NOT_COVERED
from portfolio.conformance.statement_cases import NotCoveredError
from portfolio.engine.money import EXACT

OK, MISS, DIFFERS, NOT_YET = "ok", "MISS", "differs by convention", "not covered"
Adapter = Callable[[Mapping[str, Any]], dict[str, Any]]

ADAPTERS: Mapping[str, Adapter] = {
    "xirr": return_cases.answer_xirr,
    "xnpv": return_cases.answer_xnpv,
    "irr_periodic": return_cases.answer_irr_periodic,
    "twr_subperiods": return_cases.answer_twr_subperiods,
    "daily_pair": return_cases.answer_daily_pair,
    "link": return_cases.answer_link,
    "annualise": return_cases.answer_annualise,
    "modified_dietz": return_cases.answer_modified_dietz,
    "period": return_cases.answer_period,
    "ledger_twr": return_cases.answer_ledger_twr,
    "ledger_twr_weekly": return_cases.answer_ledger_twr_weekly,
    "booking": lot_cases.answer_booking,
    "booking_steps": lot_cases.answer_booking_steps,
    "acb": lot_cases.answer_acb,
    "dispose": lot_cases.answer_dispose,
    "cost": lot_cases.answer_cost,
    "cost_depots": lot_cases.answer_cost,
    "gains": lot_cases.answer_cost,
    "gains_fx": lot_cases.answer_gains_fx,
    "gains_transfer": lot_cases.answer_gains_transfer,
    "lots_transfer": lot_cases.answer_lots_transfer,
    "shares_held": lot_cases.answer_shares_held,
    "split": lot_cases.answer_split,
    "split_chain": lot_cases.answer_split_chain,
    "split_position": lot_cases.answer_split_position,
    "price_lookup": market_cases.answer_price_lookup,
    "price_fallback": market_cases.answer_price_fallback,
    "series_lookup": market_cases.answer_series_lookup,
    "series_inverse": market_cases.answer_series_inverse,
    "series_chain": market_cases.answer_series_chain,
    "gbx": market_cases.answer_gbx,
    "breakdown": statement_cases.answer_breakdown,
    "fx_cash": statement_cases.answer_fx_cash,
    "scenario_fx": statement_cases.answer_scenario_fx,
    "derived": statement_cases.answer_derived,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`reason`: the convention, what is not covered, or the metrics that missed with what was expected and what came."""

    id: str
    kind: str
    result: str
    reason: str


def run_cases(cases: Iterable[Case]) -> list[Outcome]:
    """Return the outcome of each case. An error of the engine is a miss, not the end of the run."""
    return [run_case(case) for case in cases]


def run_case(case: Case) -> Outcome:
    adapter = ADAPTERS.get(case.kind)
    if adapter is None:
        return Outcome(case.id, case.kind, NOT_YET, NOT_COVERED.get(case.kind, "a kind unknown to this version"))
    try:
        with localcontext(EXACT):
            answers = adapter(case.inputs)
    except NotCoveredError as gap:
        return Outcome(case.id, case.kind, NOT_YET, NOT_COVERED.get(str(gap), f"an action unknown to this version: {gap}"))
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is this case's result; the others must still run
        return Outcome(case.id, case.kind, MISS, f"{type(error).__name__}: {error}")
    return _judge(case, answers)


def _judge(case: Case, answers: Mapping[str, Any]) -> Outcome:
    convention = CONVENTIONS.get(case.id)
    own = convention.values if convention else {}
    misses = []
    for metric in case.expected:
        name, wanted = metric["metric"], metric["value"]
        wanted = own.get(name, wanted)
        if name not in answers:
            misses.append(f"{name}: no answer")
        elif not meets(wanted, answers[name], metric["tolerance"]):
            misses.append(f"{name}: expected {wanted}, got {answers[name]}")
    if misses:
        return Outcome(case.id, case.kind, MISS, "; ".join(misses))
    return Outcome(case.id, case.kind, DIFFERS if convention else OK, convention.reason if convention else "")
