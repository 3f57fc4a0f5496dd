"""A file on its way into the books: uploaded, looked at, then imported or dropped.

Transactions, prices and exchange rates come the same way; the header tells which a file is.
"""

import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeVar

from django.conf import settings
from django.db import transaction

from common.atomic import atomic_with_retry
from common.errors import ConflictError, DomainError, InvalidInputError
from portfolio.importers.drafts import Problem
from portfolio.importers.fx_csv import FxRow, parse_fx_rates
from portfolio.importers.price_csv import PriceRow, parse_prices
from portfolio.importers.table import DELIMITERS
from portfolio.models import ImportBatch, ImportUpload, Portfolio
from portfolio.selectors.access import explain_closed
from portfolio.services.fx import FxImport, import_fx_csv
from portfolio.services.imports import PreviewRow, preview_import, run_import
from portfolio.services.prices import PriceImport, import_prices_csv

if TYPE_CHECKING:
    from accounts.models import User

T = TypeVar("T")
FileKind = Literal["transactions", "prices", "fx_rates"]
SHOWN_ROWS = 25
SHOWN_PROBLEMS = 100
LONGEST_LINE = 300
UNKNOWN_SYMBOL = "unknown_symbol"


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What is wrong with a line, and the line itself as the file has it (empty for the file as a whole). So many `others` have the same."""

    line: int
    field: str
    code: str
    message: str
    text: str
    others: int = 0


@dataclass(frozen=True, slots=True)
class UploadReview:
    """What an import of the file would do now. `rows` are its first SHOWN_ROWS lines, `problems` the first SHOWN_PROBLEMS of `problem_count`.

    `created`: entries, prices or rates that would be added or changed; `unchanged`: those that are there already. An instrument that
    is not known is one problem, however many lines name it; `unknown_count` of the problems are such.
    """

    kind: FileKind
    created: int
    unchanged: int
    problem_count: int
    problems: tuple[LineProblem, ...]
    rows: Sequence[PreviewRow | PriceRow | FxRow]
    total: int
    new_symbols: tuple[str, ...] = ()
    unknown_count: int = 0

    @property
    def may_skip_problems(self) -> bool:
        """Transactions can be taken without the bad lines; prices and rates come whole or not at all."""
        return self.kind == "transactions" and bool(self.problem_count) and bool(self.created)

    @property
    def has_unknown_symbols(self) -> bool:
        return self.unknown_count > 0

    @property
    def lacks_only_instruments(self) -> bool:
        return 0 < self.unknown_count == self.problem_count


@dataclass(frozen=True, slots=True)
class UploadOutcome:
    """What an import did; with `is_stored` false nothing at all, because of problems. `batch` belongs to transactions only."""

    kind: FileKind
    is_stored: bool
    created: int
    unchanged: int
    skipped: int
    batch: ImportBatch | None = None


@atomic_with_retry
def store_upload(*, actor: "User", portfolio: Portfolio, content: bytes, file_name: str = "") -> ImportUpload:
    """Keep the file until it is imported or dropped. Removes what anybody left behind for more than a day.

    Raises InvalidInputError for a file that is too large, NotFoundError for a portfolio that the actor may not change.
    """
    if not Portfolio.objects.editable_by(actor).filter(pk=portfolio.pk).exists():
        raise explain_closed(user=actor, portfolio_id=portfolio.pk)
    if len(content) > settings.IMPORT_MAX_BYTES:
        raise InvalidInputError("The file is too large; divide it by years.", code="file_too_large", field="file")
    remove_expired_uploads()
    return ImportUpload.objects.create(portfolio=portfolio, created_by=actor, file_name=file_name[:200], content=content, size=len(content))


def remove_expired_uploads() -> int:
    """Remove what was uploaded more than a day ago; return how many."""
    return ImportUpload.objects.expired().delete()[0]


def drop_upload(*, actor: "User", upload: ImportUpload) -> None:
    """Forget the file; nothing of it has been stored anywhere else."""
    ImportUpload.objects.filter(pk=upload.pk, created_by=actor).delete()


def detect_kind(content: bytes) -> FileKind:
    """Return what the first line says that the file holds; transactions if it says nothing."""
    first = content[:4096].decode("utf-8-sig", "ignore").strip().partition("\n")[0].lower()
    for mark in DELIMITERS:
        first = first.replace(mark, ",")
    names = {name.strip(' "\r') for name in first.split(",")}
    if {"base", "quote", "rate"} <= names:
        return "fx_rates"
    return "prices" if {"date", "close"} <= names else "transactions"


def review_upload(*, actor: "User", upload: ImportUpload, create_instruments: bool = False) -> UploadReview:
    """Say what commit_upload would do now; stores nothing."""
    content = bytes(upload.content)
    kind = detect_kind(content)
    review: Callable[..., UploadReview] = {"transactions": _review_transactions, "prices": _review_prices, "fx_rates": _review_rates}[kind]
    try:
        return review(actor, upload, content, create_instruments)
    except DomainError as error:
        problem = Problem(0, str(error.detail.get("field", "")), error.code, error.message)
        return _make_review(kind, content, [problem], ())


@atomic_with_retry
def commit_upload(*, actor: "User", upload: ImportUpload, create_instruments: bool = False, partial: bool = False) -> UploadOutcome:
    """Import the file and forget it: both or neither, so that pressing the button twice imports once.

    With problems nothing is stored and the file is kept, unless `partial` leaves out the bad lines (transactions only).
    Raises ConflictError when the file has been imported or dropped in the meantime.
    """
    row = ImportUpload.objects.select_for_update().filter(pk=upload.pk, created_by=actor).select_related("portfolio").first()
    if row is None:
        raise ConflictError("This file has been imported or dropped already.", code="upload_gone")
    outcome = _import(actor, row, create_instruments=create_instruments, partial=partial)
    if outcome.is_stored:
        row.delete()
    return outcome


def quote_lines(content: bytes, problems: Mapping[Problem, int]) -> tuple[LineProblem, ...]:
    """Return the first SHOWN_PROBLEMS problems, each with its line of the file; `problems` tells on how many lines each stands."""
    shown = list(problems)[:SHOWN_PROBLEMS]
    wanted = {problem.line for problem in shown}
    last = max(wanted, default=0)
    texts: dict[int, str] = {}
    for number, line in enumerate(io.StringIO(content.decode("utf-8-sig", "replace")), start=1):
        if number > last:
            break
        if number in wanted:
            texts[number] = line.rstrip("\r\n")[:LONGEST_LINE]
    return tuple(LineProblem(found.line, found.field, found.code, found.message, texts.get(found.line, ""), problems[found] - 1) for found in shown)


def _count_lines(problems: Iterable[Problem]) -> Counter[Problem]:
    """Return the problems in their order with the number of lines of each: the lines that name one unknown instrument share one."""
    firsts: dict[str, Problem] = {}
    counts: Counter[Problem] = Counter()
    for problem in problems:
        counts[firsts.setdefault(problem.message, problem) if problem.code == UNKNOWN_SYMBOL else problem] += 1
    return counts


def _import(actor: "User", upload: ImportUpload, *, create_instruments: bool, partial: bool) -> UploadOutcome:
    content = bytes(upload.content)
    kind = detect_kind(content)
    if kind == "prices":
        prices = import_prices_csv(actor=actor, content=content, create_instruments=create_instruments)
        return UploadOutcome(kind, not prices.problems, prices.written, prices.received - prices.written, 0)
    if kind == "fx_rates":
        rates = import_fx_csv(actor=actor, content=content)
        return UploadOutcome(kind, not rates.problems, rates.written, rates.received - rates.written, 0)
    done = run_import(
        actor=actor,
        portfolio=upload.portfolio,
        content=content,
        file_name=upload.file_name,
        create_instruments=create_instruments,
        partial=partial,
    )
    skipped = len({problem.line for problem in done.problems}) if done.batch else 0
    return UploadOutcome(kind, done.batch is not None, done.created, done.duplicates, skipped, done.batch)


def _review_transactions(actor: "User", upload: ImportUpload, content: bytes, create_instruments: bool) -> UploadReview:
    found = preview_import(
        actor=actor, portfolio=upload.portfolio, content=content, file_name=upload.file_name, create_instruments=create_instruments
    )
    counts = {"created": found.created, "unchanged": found.duplicates, "total": found.total}
    return _make_review("transactions", content, found.problems, found.rows, new_symbols=found.new_symbols, **counts)


def _review_prices(actor: "User", upload: ImportUpload, content: bytes, create_instruments: bool) -> UploadReview:
    found = _rehearse(lambda: import_prices_csv(actor=actor, content=content, create_instruments=create_instruments))
    review = _review_table("prices", content, found, parse_prices(content)[0])
    return replace(review, new_symbols=found.created_instruments)


def _review_rates(actor: "User", upload: ImportUpload, content: bytes, create_instruments: bool) -> UploadReview:
    found = _rehearse(lambda: import_fx_csv(actor=actor, content=content))
    return _review_table("fx_rates", content, found, parse_fx_rates(content)[0])


def _review_table(kind: FileKind, content: bytes, found: PriceImport | FxImport, rows: Sequence[PriceRow | FxRow]) -> UploadReview:
    unchanged = 0 if found.problems else found.received - found.written
    return _make_review(kind, content, found.problems, rows, created=found.written, unchanged=unchanged, total=found.received)


def _make_review(
    kind: FileKind,
    content: bytes,
    found: Sequence[Problem],
    rows: Sequence[PreviewRow | PriceRow | FxRow],
    *,
    created: int = 0,
    unchanged: int = 0,
    total: int = 0,
    new_symbols: tuple[str, ...] = (),
) -> UploadReview:
    problems = _count_lines(found)
    unknown = sum(problem.code == UNKNOWN_SYMBOL for problem in problems)
    shown = quote_lines(content, problems)
    return UploadReview(kind, created, unchanged, len(problems), shown, rows[:SHOWN_ROWS], total, new_symbols, unknown)


def _rehearse(act: Callable[[], T]) -> T:
    """Do it and take it back: the only preview that cannot differ from the act."""
    with transaction.atomic():
        result = act()
        transaction.set_rollback(True)
    return result
