from portfolio.models.access_reason import AccessReason
from portfolio.models.fx_rate import FxRate
from portfolio.models.import_batch import ImportBatch
from portfolio.models.import_upload import ImportUpload
from portfolio.models.instrument import Instrument
from portfolio.models.ledger_revision import LedgerRevision, RatesRevision
from portfolio.models.portfolio import BrokerageAccount, Portfolio
from portfolio.models.price import Price
from portfolio.models.share import Share
from portfolio.models.transaction import Transaction

__all__ = [
    "AccessReason",
    "BrokerageAccount",
    "FxRate",
    "ImportBatch",
    "ImportUpload",
    "Instrument",
    "LedgerRevision",
    "Portfolio",
    "Price",
    "RatesRevision",
    "Share",
    "Transaction",
]
