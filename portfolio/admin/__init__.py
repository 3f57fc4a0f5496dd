"""The administration of the domain.

Shared facts (instruments, prices, exchange rates) are kept here, through the services. Private facts are only looked at:
whose portfolio it is and what kind of entries it has, never how much, unless it is the viewer's own or he has just given a reason that
its owner can read.
"""

from portfolio.admin.instruments import FxRateAdmin, InstrumentAdmin, PriceAdmin
from portfolio.admin.ledger import BrokerageAccountAdmin, ImportBatchAdmin, PortfolioAdmin, TransactionAdmin
from portfolio.admin.sharing import AccessReasonAdmin, ShareAdmin

__all__ = [
    "AccessReasonAdmin",
    "BrokerageAccountAdmin",
    "FxRateAdmin",
    "ImportBatchAdmin",
    "InstrumentAdmin",
    "PortfolioAdmin",
    "PriceAdmin",
    "ShareAdmin",
    "TransactionAdmin",
]
