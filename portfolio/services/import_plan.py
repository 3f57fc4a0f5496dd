"""What an import would do: which lines are new, which are there already, which cannot be taken. Writes nothing."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q

from common.errors import DomainError
from common.identifiers import read_uuid, uuid7
from portfolio.importers.base import Statement
from portfolio.importers.drafts import LotChoice, Problem, TransactionDraft
from portfolio.models import BrokerageAccount, Instrument, Portfolio, Transaction
from portfolio.selectors.instruments import resolve_symbols
from portfolio.services.instruments import build_instrument
from portfolio.services.kinds import check_draft, complete_draft
from portfolio.services.ledger import MAIN_ACCOUNT, column_values
from portfolio.services.transactions import check_context, legs_of, unknown_symbol

if TYPE_CHECKING:
    from accounts.models import User

NEW, DUPLICATE, PROBLEM = "new", "duplicate", "problem"
CONTENT = (
    "kind",
    "trade_date",
    "instrument_id",
    "account__name",
    "counter_account__name",
    "currency",
    "quantity",
    "price",
    "amount",
    "fee",
    "tax",
    "fx_rate",
)


@dataclass(slots=True)
class PlannedLine:
    """One line of the file and what becomes of it."""

    line: int
    draft: TransactionDraft
    label: str
    id: UUID
    partner_id: UUID | None = None
    status: str = NEW
    sequence: int = 0
    is_readable: bool = True


@dataclass(slots=True)
class ImportPlan:
    """`instruments` by the symbol as the file writes it; `new_instruments` are not stored yet."""

    portfolio: Portfolio
    lines: list[PlannedLine]
    problems: list[Problem]
    instruments: dict[str, Instrument] = field(default_factory=dict)
    new_instruments: list[Instrument] = field(default_factory=list)
    accounts: dict[str | None, BrokerageAccount] = field(default_factory=dict)
    known_problems: int = 0

    def rewind(self) -> None:
        """Forget everything that the database had to say: a second try after a deadlock begins here."""
        del self.problems[self.known_problems :]
        self.new_instruments = []
        for line in self.lines:
            line.status = NEW if line.is_readable else PROBLEM

    def select(self, status: str) -> Iterator[PlannedLine]:
        return (line for line in self.lines if line.status == status)

    def count(self, status: str) -> int:
        return sum(1 for _ in self.select(status))

    def refuse(self, line: PlannedLine, problem: Problem) -> None:
        line.status = PROBLEM
        self.problems.append(problem)

    def instrument_of(self, draft: TransactionDraft) -> Instrument | None:
        return self.instruments[draft.symbol] if draft.symbol else None


def check_statement(portfolio: Portfolio, statement: Statement, latest: dt.date) -> ImportPlan:
    """Return a plan in which each line has been checked by itself: everything that needs no database."""
    plan = ImportPlan(portfolio, [PlannedLine(entry.line, entry.draft, entry.label, uuid7()) for entry in statement.lines], list(statement.problems))
    for line in plan.lines:
        for problem in check_draft(line.draft, latest=latest, line=line.line):
            plan.refuse(line, problem)
            line.is_readable = False
    plan.known_problems = len(plan.problems)
    return plan


def resolve_instruments(plan: ImportPlan, *, owner: "User", statement: Statement, create: bool) -> None:
    """Find the instrument of every line, as the portfolio's owner sees them.

    With `create`, plan private ones of his for unknown symbols, in the currency of their line.
    """
    symbols = {line.draft.symbol for line in plan.select(NEW) if line.draft.symbol}
    plan.instruments = resolve_symbols(user=owner, symbols=symbols)
    if create:
        _plan_instruments(plan, owner, statement, symbols - plan.instruments.keys())
    for line in plan.select(NEW):
        symbol = line.draft.symbol
        if symbol and symbol not in plan.instruments:
            plan.refuse(line, _explain_missing(symbol, line.line, create=create))
            continue
        for problem in check_context(line.draft, portfolio=plan.portfolio, instrument=plan.instrument_of(line.draft), line=line.line):
            plan.refuse(line, problem)


def _explain_missing(symbol: str, line: int, *, create: bool) -> Problem:
    if create:
        return Problem(
            line, "currency", "currency_needed", f"currency: {symbol[:40]!r} is not known yet; give the currency of its prices, and a plain symbol."
        )
    return unknown_symbol(symbol, line)


def _plan_instruments(plan: ImportPlan, owner: "User", statement: Statement, missing: set[str]) -> None:
    currencies: dict[str, str] = {}
    for line in plan.select(NEW):
        if line.draft.symbol in missing and line.draft.currency:
            currencies.setdefault(line.draft.symbol, line.draft.currency)
    for symbol in sorted(missing):
        facts = {"symbol": symbol, "currency": currencies.get(symbol, ""), **statement.instruments.get(symbol, {})}
        try:
            plan.instruments[symbol] = build_instrument(owner=owner, facts=facts)
        except DomainError:
            # The lines of this symbol get the problem: nothing is known that could be created.
            continue
        plan.new_instruments.append(plan.instruments[symbol])


def mark_duplicates(plan: ImportPlan) -> None:
    """Mark the lines that the portfolio holds already.

    A broker's number decides where the line has one. Otherwise the content does, counted: of three equal lines against two equal
    entries one is new, so that real twins in a file survive and the same file twice adds nothing.
    """
    fresh = list(plan.select(NEW))
    if not fresh:
        return
    stored, numbers = _load_stored(plan.portfolio, fresh)
    seen: dict[str, bytes] = {}
    for line in fresh:
        content = _content_of(plan, line.draft)
        number = line.draft.external_id
        if number in numbers:
            line.status = DUPLICATE
            stored[numbers[number]] -= 1
        elif number and number in seen:
            _mark_second(plan, line, is_same=seen[number] == content)
        elif number:
            seen[number] = content
        elif stored[content] > 0:
            line.status = DUPLICATE
            stored[content] -= 1


def _mark_second(plan: ImportPlan, line: PlannedLine, *, is_same: bool) -> None:
    if is_same:
        line.status = DUPLICATE
    else:
        message = f"external_id: {line.draft.external_id!r} stands on another line of this file with other figures."
        plan.refuse(line, Problem(line.line, "external_id", "duplicate_external_id", message))


def _load_stored(portfolio: Portfolio, lines: list[PlannedLine]) -> tuple[Counter[bytes], dict[str, bytes]]:
    """Return how often each content is stored in the days of the file, and the content of each broker's number."""
    days = [line.draft.trade_date for line in lines]
    wanted = Q(trade_date__range=(min(days), max(days))) | ~Q(external_id="")
    rows = Transaction.objects.filter(wanted, portfolio=portfolio).order_by().values_list(*CONTENT, "external_id")
    stored: Counter[bytes] = Counter()
    numbers: dict[str, bytes] = {}
    for *content, number in rows.iterator(chunk_size=5_000):
        digest = fingerprint(*content)
        stored[digest] += 1
        if number:
            numbers[number] = digest
    return stored, numbers


def _content_of(plan: ImportPlan, draft: TransactionDraft) -> bytes:
    instrument = plan.instrument_of(draft)
    currency = draft.currency or (instrument.currency if instrument else plan.portfolio.base_currency)
    numbers = (draft.quantity, draft.price, complete_draft(draft), draft.fee, draft.tax, draft.fx_rate)
    account = draft.account or MAIN_ACCOUNT
    return fingerprint(draft.kind, draft.trade_date, instrument.pk if instrument else None, account, draft.counter_account, currency, *numbers)


def fingerprint(*content: object) -> bytes:
    """Return 16 bytes that stand for the content of an entry; numbers count by value, not by how they are written. Notes do not count."""
    parts = (str(part.normalize()) if isinstance(part, Decimal) and part else "0" if isinstance(part, Decimal) else str(part) for part in content)
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def number_lines(plan: ImportPlan, first: int) -> int:
    """Give each new line its place in the order of its day, in the order of the file; return how many numbers that took."""
    number = first
    for line in plan.select(NEW):
        line.sequence = number
        line.partner_id = uuid7() if line.draft.counter_account else None
        number += 2 if line.draft.counter_account else 1
    return number - first


def resolve_lots(plan: ImportPlan) -> None:
    """Replace the labels in chosen lots by ids: of lines of this file, else of entries of this portfolio."""
    choosing = [line for line in plan.select(NEW) if line.draft.lots]
    if not choosing:
        return
    labels = {name: str(line.id) for line in plan.select(NEW) if line.label for name in (line.label, str(line.id))}
    named = {choice.transaction for line in choosing for choice in line.draft.lots or ()}
    outside = {found for name in named - labels.keys() if (found := read_uuid(name))}
    labels |= {str(pk): str(pk) for pk in Transaction.objects.filter(portfolio=plan.portfolio, pk__in=outside).values_list("pk", flat=True)}
    for line in choosing:
        lots = line.draft.lots or ()
        unknown = next((choice.transaction for choice in lots if choice.transaction not in labels), None)
        if unknown is not None:
            message = f"lots: {unknown[:40]!r} is neither the id of a line nor of a transaction of this portfolio."
            plan.refuse(line, Problem(line.line, "lots", "lot_not_found", message))
        else:
            line.draft = replace(line.draft, lots=tuple(LotChoice(labels[choice.transaction], choice.quantity) for choice in lots))


def build_rows(plan: ImportPlan, line: PlannedLine) -> list[dict[str, Any]]:
    """Return the rows of a line by column: one, two for a transfer between accounts. `plan.accounts` must be complete."""
    instrument = plan.instrument_of(line.draft)
    rows = []
    for step, draft in enumerate(legs_of(line.draft)):
        row_id = line.id if draft.kind == line.draft.kind else line.partner_id
        values = column_values(draft, portfolio=plan.portfolio, instrument=instrument, accounts=plan.accounts)
        rows.append({"id": row_id, "sequence": line.sequence + step, "import_line": line.line, **values})
    return rows


def list_account_names(plan: ImportPlan) -> set[str | None]:
    names: set[str | None] = set()
    for line in plan.select(NEW):
        names.add(line.draft.account)
        if line.draft.counter_account:
            # The other leg names the first one's account, the main one by its name.
            names |= {line.draft.counter_account, line.draft.account or MAIN_ACCOUNT}
    return names


def rename_fields(problems: Iterable[Problem], columns: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the problems with the file's own names of the fields, so that its author finds the cell."""
    for problem in problems:
        column = columns.get(problem.field)
        if column is None:
            yield problem
        else:
            text = problem.message
            message = column + text.removeprefix(problem.field) if text.startswith(f"{problem.field}:") else text
            yield replace(problem, field=column, message=message)
