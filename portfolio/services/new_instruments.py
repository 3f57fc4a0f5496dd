"""An entry in something that is not known yet."""

from dataclasses import replace
from typing import TYPE_CHECKING

from common.atomic import atomic_with_retry
from portfolio.importers.drafts import TransactionDraft
from portfolio.models import Portfolio, Transaction
from portfolio.selectors.access import find_book_owner, get_editable_portfolio
from portfolio.services.instruments import create_instrument
from portfolio.services.transactions import record_transaction

if TYPE_CHECKING:
    from accounts.models import User


@atomic_with_retry
def record_with_new_instrument(*, actor: "User", portfolio: Portfolio, draft: TransactionDraft) -> Transaction:
    """Make the draft's symbol an instrument of the portfolio's owner and record the entry in it: both or neither.

    Its prices are in the draft's currency, else in the portfolio's. Raises what create_instrument and record_transaction raise.
    """
    # An instrument is another's to be made only for an entry that may be recorded.
    portfolio = get_editable_portfolio(user=actor, portfolio_id=portfolio.pk) if portfolio.owner_id != actor.pk else portfolio
    currency = draft.currency or portfolio.base_currency
    instrument = create_instrument(actor=find_book_owner(portfolio, actor), symbol=draft.symbol or "", currency=currency)
    return record_transaction(actor=actor, portfolio=portfolio, draft=replace(draft, symbol=instrument.symbol))
