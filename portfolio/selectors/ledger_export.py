"""The ledger as drafts, in the order in which it was recorded: what an export writes and an import reads back without loss."""

from collections.abc import Iterator
from decimal import Decimal

from portfolio.importers.base import DraftLine
from portfolio.importers.drafts import LotChoice, TransactionDraft
from portfolio.models import Instrument, Portfolio, Transaction
from portfolio.selectors.access import require_amounts

COLUMNS = (
    "kind",
    "trade_date",
    "instrument__symbol",
    "quantity",
    "price",
    "amount",
    "fee",
    "tax",
    "currency",
    "fx_rate",
    "account__name",
    "counter_account__name",
    "lots",
    "note",
    "external_id",
    "settlement_date",
)


def list_draft_lines(*, portfolio: Portfolio) -> Iterator[DraftLine]:
    """Yield every entry. A transfer between two accounts is one draft; an entry that others name as their lot is labelled by its id."""
    require_amounts(portfolio)
    named = _list_named_lots(portfolio)
    rows = Transaction.objects.filter(portfolio=portfolio).order_by("sequence").values_list("id", "sequence", *COLUMNS)
    awaited: tuple[object, ...] | None = None
    for number, (pk, sequence, *values) in enumerate(rows.iterator(chunk_size=5_000), start=1):
        draft = _draft_of(values)
        place = (sequence, draft.kind, draft.account, draft.counter_account)
        is_second_leg = place == awaited
        # The entry that a transfer out brings with it comes next, and names the accounts the other way round.
        awaited = (sequence + 1, "transfer_in", draft.counter_account, draft.account) if draft.kind == "transfer_out" else None
        if not is_second_leg:
            yield DraftLine(number, draft, str(pk) if str(pk) in named else "")


def list_export_instruments(*, portfolio: Portfolio) -> list[dict[str, str]]:
    """Return what is known of the portfolio's instruments, by symbol."""
    ids = Transaction.objects.filter(portfolio=portfolio).exclude(instrument=None).values("instrument")
    names = ("symbol", "name", "kind", "currency", "isin", "exchange_mic", "sector", "country")
    return list(Instrument.objects.filter(pk__in=ids).order_by("symbol").values(*names))


def _list_named_lots(portfolio: Portfolio) -> set[str]:
    chosen = Transaction.objects.filter(portfolio=portfolio).exclude(lots=None).values_list("lots", flat=True)
    return {lot["transaction"] for lots in chosen for lot in lots or ()}


def _draft_of(values: list[object]) -> TransactionDraft:
    fields = dict(zip(COLUMNS, values, strict=True))
    lots = fields.pop("lots")
    renamed = {name.partition("__")[0]: value for name, value in fields.items()}
    renamed["symbol"] = renamed.pop("instrument")
    choices = tuple(LotChoice(lot["transaction"], Decimal(lot["quantity"])) for lot in lots) if lots else None  # type: ignore[attr-defined]
    return TransactionDraft(**renamed, lots=choices)  # type: ignore[arg-type]  # the columns have the draft's types
