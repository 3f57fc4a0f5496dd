"""Results, as they are shown: frozen, complete, without a hint of how they are rendered.

Field names are those of the API. Money is an unrounded Decimal, None where unknown; `reason` or `reasons` then say why. Ratios are float
fractions (0.05). Names without `_base` are in the row's own `currency`, totals and `_base` in the portfolio's.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from portfolio.engine.shown_series import ShownSeries
from portfolio.engine.valuer import Problem


@dataclass(frozen=True, slots=True)
class Holding:
    """A position with its value and what it has earned since the first entry.

    `price_source`: "close" or, where no close is known, "transaction". Charges of trades are part of cost and proceeds; `fees_base` and
    `taxes_base` show all charges of the holding, those included.
    """

    instrument_id: str
    symbol: str
    name: str
    currency: str
    quantity: Decimal
    average_cost: Decimal | None
    cost_basis: Decimal | None
    cost_basis_base: Decimal | None
    price: Decimal | None
    price_date: dt.date | None
    price_source: str | None
    stale: bool
    market_value: Decimal | None
    market_value_base: Decimal | None
    unrealized_gain_base: Decimal | None
    realized_gain_base: Decimal | None
    income_base: Decimal | None
    fees_base: Decimal | None
    taxes_base: Decimal | None
    price_gain_base: Decimal | None
    currency_gain_base: Decimal | None
    total_gain_base: Decimal | None
    weight: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class CashBalance:
    currency: str
    balance: Decimal
    balance_base: Decimal | None


@dataclass(frozen=True, slots=True)
class HoldingsTotals:
    """Sums over open and closed holdings, cash and entries of no instrument. A `partial_` sum of what is known stands beside a None."""

    market_value: Decimal | None
    cash: Decimal | None
    total_value: Decimal | None
    cost_basis: Decimal | None
    unrealized_gain: Decimal | None
    realized_gain: Decimal | None
    income: Decimal | None
    fees: Decimal | None
    taxes: Decimal | None
    cash_currency_gain: Decimal | None
    total_gain: Decimal | None
    partial_market_value: Decimal | None = None
    partial_cash: Decimal | None = None
    partial_total_value: Decimal | None = None
    partial_cost_basis: Decimal | None = None
    partial_unrealized_gain: Decimal | None = None
    partial_realized_gain: Decimal | None = None
    partial_income: Decimal | None = None
    partial_fees: Decimal | None = None
    partial_taxes: Decimal | None = None
    partial_cash_currency_gain: Decimal | None = None
    partial_total_gain: Decimal | None = None


@dataclass(frozen=True, slots=True)
class HoldingsReport:
    """What is held at the end of a day. `closed`: instruments once held, with what they earned."""

    as_of: dt.date
    base_currency: str
    holdings: tuple[Holding, ...]
    closed: tuple[Holding, ...]
    cash: tuple[CashBalance, ...]
    totals: HoldingsTotals
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class GainBreakdown:
    """The period statement: end value = start value + net external flow + total, to the last digit.

    realized and unrealized are price gains before fees and taxes; currency is all gain by exchange rates, of cash too; income is gross;
    fees and taxes are those of trades too. total = realized + unrealized + income − fees − taxes + currency.
    """

    realized: Decimal | None
    unrealized: Decimal | None
    income: Decimal | None
    fees: Decimal | None
    taxes: Decimal | None
    currency: Decimal | None
    total: Decimal | None


@dataclass(frozen=True, slots=True)
class BenchmarkReport:
    symbol: str
    time_weighted_return: float | None
    time_weighted_return_annualized: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class PerformanceReport:
    """Value, gain and return in the half-open period (from, to]: what is booked on `from_` belongs to the start value.

    `reasons` says for every figure that is None why it is. `money_weighted_roots` lists all rates that solve the flows.
    """

    from_: dt.date
    to: dt.date
    base_currency: str
    start_value: Decimal | None
    end_value: Decimal | None
    net_external_flow: Decimal | None
    gain: GainBreakdown
    time_weighted_return: float | None
    time_weighted_return_annualized: float | None
    money_weighted_return: float | None
    modified_dietz_return: float | None
    simple_return: float | None
    benchmark: BenchmarkReport | None
    series: ShownSeries
    reasons: dict[str, str]
    warnings: tuple[str, ...]
    problems: tuple[Problem, ...]
    first_date: dt.date | None
    money_weighted_roots: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LotRow:
    """An open lot. `transaction_id` is its acquisition; a lot between two own accounts is in the account "A → B"."""

    account: str
    symbol: str
    acquired_on: dt.date
    quantity: Decimal
    unit_cost: Decimal | None
    cost_basis: Decimal | None
    cost_basis_base: Decimal | None
    currency: str
    market_value_base: Decimal | None
    unrealized_gain_base: Decimal | None
    transaction_id: str


@dataclass(frozen=True, slots=True)
class ClosedLotRow:
    """Units disposed of, by lot. `transaction_id` is the disposal, `acquisition_id` the purchase."""

    account: str
    symbol: str
    acquired_on: dt.date
    disposed_on: dt.date
    quantity: Decimal
    cost_basis: Decimal | None
    proceeds: Decimal | None
    realized_gain: Decimal | None
    cost_basis_base: Decimal | None
    proceeds_base: Decimal | None
    realized_gain_base: Decimal | None
    price_gain_base: Decimal | None
    currency_gain_base: Decimal | None
    holding_days: int
    transaction_id: str
    acquisition_id: str


@dataclass(frozen=True, slots=True)
class LotsReport:
    as_of: dt.date
    base_currency: str
    lot_method: str
    open: tuple[LotRow, ...]
    closed: tuple[ClosedLotRow, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """One group; `weight` is its share of the total, None while anything of the total is unknown."""

    key: str
    label: str
    market_value_base: Decimal | None
    weight: float | None


@dataclass(frozen=True, slots=True)
class AllocationReport:
    by: str
    base_currency: str
    as_of: dt.date
    rows: tuple[AllocationRow, ...]
    total: Decimal | None
    problems: tuple[Problem, ...]
