"""Cases whose publisher defines a figure otherwise than this system, with the value that our own definition gives for each metric."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Convention:
    """`values`: what our definition gives where it differs, by metric. The rest of the case must agree as it stands."""

    reason: str
    values: Mapping[str, Any] = field(default_factory=dict)


BEFORE_FIRST_RATE = "Before the first known rate the rate is unknown, not the first one."
QUEUE_PER_ACCOUNT = "Under average cost, too, lots are kept per account: a sale relieves the units of its own account."

CONVENTIONS: Mapping[str, Convention] = {
    "pp-annualise-5": Convention("A return over less than a year is not annualised.", {"annualised": None}),
    "pp-price-2": Convention("Before the first known close the price is unknown, not the first one.", {"values": [None, "1", "1", "3", "3"]}),
    "pp-fx-gap": Convention(BEFORE_FIRST_RATE, {"values": [None, "1", "1", "3", "3"]}),
    "pp-fx-lookup": Convention(BEFORE_FIRST_RATE, {"values": [None, "1", "2", "3", "3"]}),
    "pp-fx-chain": Convention(BEFORE_FIRST_RATE, {"values": [None, "1", "4", "9", "9"]}),
    "pp-fx-inverse": Convention(BEFORE_FIRST_RATE, {"values": [None, "1.0000000000", "0.5000000000", "0.3333333333", "0.3333333333"]}),
    "rk-acb": Convention(
        "The cost of units that were never acquired is unknown, and so is the gain on them; it is not taken as zero.",
        {"pnl": ["0", "5", "0", "-15", "0", "20", "-15", "0", "-2.5", None, None]},
    ),
    "pp-cost-1498": Convention(
        QUEUE_PER_ACCOUNT,
        {"cost_moving_average": "1150.00", "realised_gain_moving_average": "13.40", "unrealised_gain_moving_average": "-550.00"},
    ),
    "px-xirr-multi-root": Convention(
        "Of several rates the one nearest the modified Dietz return is reported (nearest zero where there is none), not the lowest.",
        {"xirr": -0.02910731236366771, "other_root": -0.6590570693637554},
    ),
    # Realised (137.78 − 5 × 27.3325) / 1.1782 + (54.90 − 2 × 27.3325) / 1.1775; unrealised 10 × 0.63 + 3.63 + 9.57 + 3 × 0.1175 / 1.1775.
    "pp-bd-scenario": Convention(
        "Gains of securities by the exchange rate are currency gains, not capital gains; conversions are not rounded, so nothing is left over.",
        {
            "capital_gains": "19.80",
            "realised_capital_gains": "1.15",
            "currency_gains": "22.77",
            "transfers": "787.50",
            "identity_residual": "0",
        },
    ),
    "pp-cost-1909": Convention(QUEUE_PER_ACCOUNT, {"cost_moving_average": "2000.00", "gain_on_holding_moving_average": "805.00"}),
}

# Kinds whose figure does not exist yet, with what it belongs to.
NOT_COVERED: Mapping[str, str] = {
    "aggregate": "returns by month and quarter belong to the calendar of returns",
    "drawdown_series": "drawdowns belong to the risk figures",
    "empyrical": "risk figures",
    "fifo_tax": "holding periods of tax lots belong to the tax report",
    "periodicity": "the rhythm of payments belongs to the dividend forecast",
    "rebalance": "rebalancing",
    "tlh": "tax-loss harvesting belongs to the tax report",
    "trades": "round trips belong to the list of trades",
    "yield_on_cost": "yields belong to the dividend report",
    "derived/merger": "mergers name two instruments, which a ledger entry cannot yet",
    "derived/spinoff": "spin-offs name two instruments, which a ledger entry cannot yet",
}
