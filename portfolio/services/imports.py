"""Imports: a file of entries becomes part of a ledger, whole or not at all, and can be taken out again."""

import hashlib
import json
import unicodedata
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import PurePath
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.utils import timezone
from psycopg import sql

from accounts.services.audit import record_event
from common.atomic import atomic_with_retry
from common.errors import ConflictError, NotFoundError, TooLargeError
from common.text import UNWANTED
from portfolio.importers.base import Statement, StatementFormat
from portfolio.importers.drafts import Problem, TransactionDraft
from portfolio.importers.registry import find_format
from portfolio.models import ImportBatch, Instrument, Portfolio, Transaction
from portfolio.selectors.access import explain_closed, find_book_owner
from portfolio.selectors.instruments import resolve_symbols
from portfolio.services import import_plan as plans
from portfolio.services.import_check import check_histories
from portfolio.services.ledger import check_instruments, find_accounts, finish_change, latest_bookable_day, lock_portfolio, take_sequences

if TYPE_CHECKING:
    from accounts.models import User

PREVIEW_ROWS = 500


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A line as it was understood; `status` is new, duplicate or problem."""

    line: int
    status: str
    draft: TransactionDraft


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would do. `rows` are the first PREVIEW_ROWS of `total` lines that could be read."""

    format: str
    created: int
    duplicates: int
    problems: tuple[Problem, ...]
    rows: tuple[PreviewRow, ...]
    total: int
    new_symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did. `batch` is None when problems made it refuse the file: then nothing is stored."""

    batch: ImportBatch | None
    created: int
    duplicates: int
    problems: tuple[Problem, ...]
    preview: ImportPreview


def preview_import(
    *,
    actor: "User",
    portfolio: Portfolio,
    content: bytes,
    file_name: str = "",
    format: str = "auto",  # noqa: A002 the name that the API's parameter has
    create_instruments: bool = False,
) -> ImportPreview:
    """Say what run_import would do now, problems of the history included. Stores nothing, locks nothing."""
    found, statement = _read(content, format)
    if not Portfolio.objects.editable_by(actor).filter(pk=portfolio.pk).exists():
        raise explain_closed(user=actor, portfolio_id=portfolio.pk)
    plan = plans.check_statement(portfolio, statement, latest_bookable_day())
    _complete(plan, actor, statement, create_instruments=create_instruments)
    return _summarise(plan, found)


def run_import(
    *,
    actor: "User",
    portfolio: Portfolio,
    content: bytes,
    file_name: str = "",
    format: str = "auto",  # noqa: A002 the name that the API's parameter has
    create_instruments: bool = False,
    partial: bool = False,
) -> ImportResult:
    """Add the entries of a file that the portfolio does not hold yet.

    All or nothing: with any problem nothing is stored and `batch` is None. With `partial` the lines without problems are stored.
    Raises TooLargeError, InvalidInputError for an unknown format, NotFoundError for another's portfolio.
    """
    found, statement = _read(content, format)
    # Reading and checking take the longest and need no lock.
    plan = plans.check_statement(portfolio, statement, latest_bookable_day())
    if plan.problems and not partial:
        return _refuse(plan, found)
    return _store(
        actor, plan, statement, found, file_name=file_name, digest=hashlib.sha256(content).hexdigest(), create=create_instruments, partial=partial
    )


@atomic_with_retry
def undo_import(*, actor: "User", batch: ImportBatch) -> ImportBatch:
    """Remove the entries that an import added and that are still there. Instruments it created stay.

    Raises ConflictError when it has been undone already or later entries depend on it.
    """
    locked = lock_portfolio(actor=actor, portfolio_id=batch.portfolio_id)
    row = ImportBatch.objects.filter(portfolio=locked, pk=batch.pk).first()
    if row is None:
        raise NotFoundError("There is no such import.")
    if row.undone_at is not None:
        raise ConflictError("This import has been undone already.", code="already_undone")
    entries = Transaction.objects.filter(import_batch=row)
    instruments = list(entries.exclude(instrument=None).order_by().values_list("instrument", flat=True).distinct())
    removed, _ = entries.delete()
    try:
        check_instruments(locked, instruments)
    except ConflictError as error:
        raise ConflictError(
            f"This import cannot be undone, because later transactions depend on it. {error.message}", code=error.code, **error.detail
        ) from error
    row.undone_at = timezone.now()
    row.save(update_fields=["undone_at"])
    finish_change(locked)
    record_event(action="import.undone", actor=actor, target=row, owner_id=locked.owner_id, detail={"removed": removed})
    return row


@atomic_with_retry
def _store(
    actor: "User",
    plan: plans.ImportPlan,
    statement: Statement,
    found: StatementFormat,
    *,
    file_name: str,
    digest: str,
    create: bool,
    partial: bool,
) -> ImportResult:
    """Complete the plan under the portfolio's lock, where nothing can change any more, and carry it out."""
    plan.rewind()
    plan.portfolio = lock_portfolio(actor=actor, portfolio_id=plan.portfolio.pk)
    _complete(plan, actor, statement, create_instruments=create)
    if plan.problems and not partial:
        return _refuse(plan, found)
    preview = _summarise(plan, found)
    batch = ImportBatch.objects.create(
        portfolio=plan.portfolio,
        created_by=actor,
        file_name=_clean_name(file_name),
        format=found.name,
        digest=digest,
        created_count=preview.created,
        duplicate_count=preview.duplicates,
        problem_count=len(preview.problems),
    )
    if preview.created:
        _insert(actor, plan, batch)
    record_event(
        action="import.committed",
        actor=actor,
        target=batch,
        owner_id=plan.portfolio.owner_id,
        detail={"file": batch.file_name, "sha256": digest, "created": preview.created, "duplicates": preview.duplicates},
    )
    return ImportResult(batch, preview.created, preview.duplicates, preview.problems, preview)


def _read(content: bytes, format_name: str) -> tuple[StatementFormat, Statement]:
    limit = settings.IMPORT_MAX_BYTES
    if len(content) > limit:
        raise TooLargeError(f"The file is larger than {limit:,} bytes; divide it by years.", code="file_too_large", field="file", limit=limit)
    found = find_format(name=format_name, content=content)
    return found, found.parse(content)


def _complete(plan: plans.ImportPlan, actor: "User", statement: Statement, *, create_instruments: bool) -> None:
    """Do every check that needs the database; writes nothing."""
    plans.resolve_instruments(plan, owner=find_book_owner(plan.portfolio, actor), statement=statement, create=create_instruments)
    plans.mark_duplicates(plan)
    plans.resolve_lots(plan)
    plan.accounts = find_accounts(portfolio=plan.portfolio, names=plans.list_account_names(plan), store=False)
    plans.number_lines(plan, plan.portfolio.next_sequence)
    check_histories(plan)


def _insert(actor: "User", plan: plans.ImportPlan, batch: ImportBatch) -> None:
    """Store the new lines of a complete plan, and the accounts and instruments they need."""
    lines = list(plan.select(plans.NEW))
    used = {line.draft.symbol for line in lines if line.draft.symbol}
    fresh = {instrument.symbol for instrument in plan.new_instruments} & used
    # Another portfolio's import may have created one of them a moment ago: then that one is meant.
    Instrument.objects.bulk_create((row for row in plan.new_instruments if row.symbol in fresh), ignore_conflicts=True)
    plan.instruments |= resolve_symbols(user=find_book_owner(plan.portfolio, actor), symbols=fresh)
    plan.accounts = find_accounts(portfolio=plan.portfolio, names=plans.list_account_names(plan))
    take_sequences(plan.portfolio, plans.number_lines(plan, plan.portfolio.next_sequence))
    _copy_rows(plan, lines, batch)
    finish_change(plan.portfolio)


def _copy_rows(plan: plans.ImportPlan, lines: list[plans.PlannedLine], batch: ImportBatch) -> None:
    """Store the lines with COPY: a third of the time of inserts, and no model instances. The table's constraints hold as always."""
    now = timezone.now()
    common = {"portfolio_id": plan.portfolio.pk, "import_batch_id": batch.pk, "created_at": now, "updated_at": now}
    rows = ({**common, **row} for line in lines for row in plans.build_rows(plan, line))
    first = next(rows)
    table = sql.Identifier(Transaction._meta.db_table)
    columns = sql.SQL(", ").join(map(sql.Identifier, first))
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(table, columns)) as copy,
    ):
        for row in chain([first], rows):
            row["lots"] = json.dumps(row["lots"]) if row["lots"] else None
            copy.write_row(tuple(row.values()))


def _refuse(plan: plans.ImportPlan, found: StatementFormat) -> ImportResult:
    preview = replace(_summarise(plan, found), created=0)
    return ImportResult(None, 0, preview.duplicates, preview.problems, preview)


def _summarise(plan: plans.ImportPlan, found: StatementFormat) -> ImportPreview:
    rows = tuple(PreviewRow(line.line, line.status, line.draft) for line in islice(plan.lines, PREVIEW_ROWS))
    problems = sorted(plans.rename_fields(plan.problems, found.columns), key=lambda problem: problem.line)
    return ImportPreview(
        format=found.name,
        created=plan.count(plans.NEW),
        duplicates=plan.count(plans.DUPLICATE),
        problems=tuple(problems),
        rows=rows,
        total=len(plan.lines),
        new_symbols=tuple(sorted(instrument.symbol for instrument in plan.new_instruments)),
    )


def _clean_name(file_name: str) -> str:
    """Return the bare name of an uploaded file: no folders, nothing that cannot be stored or shown."""
    name = PurePath(file_name.replace("\\", "/")).name
    return "".join(character for character in name if unicodedata.category(character) not in UNWANTED)[:200]
