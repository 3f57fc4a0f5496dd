"""An entry in something that is not known yet."""

from dataclasses import replace
from typing import TYPE_CHECKING

from common.atomic import atomic_with_retry
from portfolio.importers.drafts import TransactionDraft
from portfolio.models import Portfolio, Transaction
from portfolio.services.instruments import create_instrument
from portfolio.services.transactions import record_transaction

if TYPE_CHECKING:
    from accounts.models import User


@atomic_with_retry
def record_with_new_instrument(*, actor: "User", portfolio: Portfolio, draft: TransactionDraft) -> Transaction:
    """Make the draft's symbol an instrument of the actor's own and record the entry in it: both or neither.

    Its prices are in the draft's currency, else in the portfolio's. Raises what create_instrument and record_transaction raise.
    """
    currency = draft.currency or portfolio.base_currency
    instrument = create_instrument(actor=actor, symbol=draft.symbol or "", currency=currency)
    return record_transaction(actor=actor, portfolio=portfolio, draft=replace(draft, symbol=instrument.symbol))
