"""What an importer, a form or the API hands to the services: an entry that is not in the ledger yet."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class LotChoice:
    """A part of one lot that a sale by specific identification closes."""

    transaction: str
    """Id of the acquisition; inside an imported file, the row's label (its column `id`)."""
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class TransactionDraft:
    """One entry as somebody wants it. Fields mean what they mean on the model Transaction; accounts are named, not referenced.

    `currency` None stands for the instrument's currency, for cash entries the portfolio's base currency.
    `account` None stands for the portfolio's main account. A transfer with a `counter_account` stands for both of its entries.
    """

    kind: str
    trade_date: dt.date
    symbol: str | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    amount: Decimal | None = None
    fee: Decimal = ZERO
    tax: Decimal = ZERO
    currency: str | None = None
    fx_rate: Decimal | None = None
    account: str | None = None
    counter_account: str | None = None
    lots: tuple[LotChoice, ...] | None = None
    note: str = ""
    external_id: str = ""
    settlement_date: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an entry cannot be taken. `line` is the physical line of the file, 0 when there is no file."""

    line: int
    field: str
    code: str
    message: str
