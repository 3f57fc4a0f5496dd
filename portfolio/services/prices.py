"""Closes: written in bulk, each day of an instrument once; what is stored already is left alone."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from accounts.services.audit import record_event
from common.atomic import atomic_with_retry
from common.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from portfolio.importers.drafts import Problem
from portfolio.importers.price_csv import PriceRow, parse_prices
from portfolio.models import Instrument, Price
from portfolio.selectors.instruments import resolve_symbols
from portfolio.services.instruments import create_instrument, lock_instrument
from portfolio.services.kinds import FIRST_DATE
from portfolio.services.ledger import latest_bookable_day
from portfolio.services.market_rows import check_day, check_value
from portfolio.services.revisions import raise_for_instruments, send_on_commit
from portfolio.signals import prices_changed

if TYPE_CHECKING:
    from accounts.models import User

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class PriceImport:
    """What a file of closes did: rows read, rows that changed something, instruments made. With problems nothing is stored."""

    received: int
    written: int
    created_instruments: tuple[str, ...]
    problems: tuple[Problem, ...]


@atomic_with_retry
def record_prices(*, actor: "User", instrument: Instrument, rows: Iterable[tuple[dt.date, Decimal]], source: str = "manual") -> int:
    """Store closes of one instrument, replacing those of the same days; return how many differed from what was stored.

    Raises InvalidInputError naming the row, and what lock_instrument raises.
    """
    locked = lock_instrument(actor=actor, instrument=instrument)
    closes = _collect(rows)
    return _write(actor, {locked: closes}, source)


@atomic_with_retry
def record_prices_by_symbol(*, actor: "User", rows: Iterable[tuple[str, dt.date, Decimal]]) -> int:
    """Store closes of several instruments, all or nothing; return how many differed. Raises InvalidInputError naming the row."""
    listed = list(rows)
    known = resolve_symbols(user=actor, symbols={symbol for symbol, _, _ in listed})
    groups: dict[UUID, list[tuple[dt.date, Decimal]]] = {}
    for index, (symbol, date, close) in enumerate(listed):
        if symbol not in known:
            message = f"[{index}] symbol: there is no instrument {symbol[:40]!r}; create it first."
            raise InvalidInputError(message, code="unknown_symbol", field=f"[{index}].symbol")
        groups.setdefault(known[symbol].pk, []).append((date, close))
    return _write(actor, {row: _collect(groups[row.pk]) for row in lock_instruments(actor=actor, instruments=known.values())}, "manual")


@atomic_with_retry
def delete_price(*, actor: "User", instrument: Instrument, date: dt.date) -> None:
    """Remove the close of one day; raise NotFoundError when there is none."""
    locked = lock_instrument(actor=actor, instrument=instrument)
    row = Price.objects.filter(instrument=locked, date=date).first()
    if row is None:
        raise NotFoundError("There is no price of this day.")
    row.delete()
    record_event(action="price.deleted", actor=actor, target=locked, before={"date": date, "close": row.close})
    _announce([locked])


@atomic_with_retry
def import_prices_csv(*, actor: "User", content: bytes, instrument: Instrument | None = None, create_instruments: bool = False) -> PriceImport:
    """Store the closes of a CSV (`symbol,date,close,currency`), all or nothing. With `instrument`, rows need no symbol and may name no other."""
    rows, problems = parse_prices(content)
    symbols = {row.symbol or (instrument.symbol if instrument else "") for row in rows}
    known = {instrument.symbol: instrument} if instrument else resolve_symbols(user=actor, symbols=symbols - {""})
    made = _create_missing(actor, rows, known) if create_instruments and instrument is None else {}
    known |= made
    closes, found = _assign(rows, known, instrument)
    problems += found
    if problems:
        for fresh in made.values():
            fresh.delete()
        return PriceImport(len(rows), 0, (), tuple(sorted(problems, key=lambda problem: problem.line)))
    locked = lock_instruments(actor=actor, instruments=closes)
    written = _write(actor, {row: closes[row] for row in locked}, "manual")
    return PriceImport(len(rows), written, tuple(sorted(made)), ())


def lock_instruments(*, actor: "User", instruments: Iterable[Instrument]) -> list[Instrument]:
    """Return the instruments, locked in one order; raise NotAllowedError when the actor may not change one of them."""
    wanted = {instrument.pk: instrument for instrument in instruments}
    rows = list(Instrument.objects.editable_by(actor).filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True, of=("self",)))
    for missing in wanted.keys() - {row.pk for row in rows}:
        raise NotAllowedError(f"{wanted[missing].symbol} is a shared instrument, kept by staff. Create one of your own with the same symbol first.")
    return rows


def _create_missing(actor: "User", rows: list[PriceRow], known: Mapping[str, Instrument]) -> dict[str, Instrument]:
    currencies = {row.symbol: row.currency for row in reversed(rows) if row.currency}
    made = {}
    for symbol in sorted({row.symbol for row in rows if row.symbol} - known.keys()):
        if symbol in currencies:
            made[symbol] = create_instrument(actor=actor, symbol=symbol, currency=currencies[symbol])
    return made


def _assign(
    rows: list[PriceRow], known: Mapping[str, Instrument], only: Instrument | None
) -> tuple[dict[Instrument, dict[dt.date, Decimal]], list[Problem]]:
    """Sort the rows by instrument; collect what is wrong with each."""
    closes: dict[Instrument, dict[dt.date, Decimal]] = {}
    problems = []
    latest = latest_bookable_day()
    for row in rows:
        instrument = known.get(row.symbol) if row.symbol else only
        found = _find_problem(row, instrument, latest)
        if found is None and instrument is not None:
            days = closes.setdefault(instrument, {})
            if days.setdefault(row.date, row.close) != row.close:
                found = Problem(
                    row.line, "date", "day_twice", f"date: {row.date.isoformat()} of {instrument.symbol} stands twice with different prices."
                )
        if found is not None:
            problems.append(found)
    return closes, problems


def _find_problem(row: PriceRow, instrument: Instrument | None, latest: dt.date) -> Problem | None:
    if instrument is None:
        message = f"symbol: there is no instrument {row.symbol!r}; create it first." if row.symbol else "symbol: name the instrument."
        return Problem(row.line, "symbol", "unknown_symbol" if row.symbol else "required", message)
    if row.currency and row.currency != instrument.currency:
        return Problem(
            row.line, "currency", "currency_mismatch", f"currency: prices of {instrument.symbol} are in {instrument.currency}, not {row.currency}."
        )
    return _check_row(row.date, row.close, latest, row.line)


def _check_row(date: dt.date, close: Decimal, latest: dt.date, line: int = 0) -> Problem | None:
    return check_day(date, first=FIRST_DATE, latest=latest, line=line) or check_value(
        close, "close", digits=28, decimals=10, may_be_zero=True, line=line
    )


def _collect(rows: Iterable[tuple[dt.date, Decimal]]) -> dict[dt.date, Decimal]:
    """Return the closes by day; raise InvalidInputError naming the first bad row, counted from 0."""
    latest = latest_bookable_day()
    closes: dict[dt.date, Decimal] = {}
    for index, (date, close) in enumerate(rows):
        problem = _check_row(date, close, latest)
        if problem:
            raise InvalidInputError(f"[{index}] {problem.message}", code=problem.code, field=f"[{index}].{problem.field}")
        if closes.setdefault(date, close) != close:
            raise ConflictError(
                f"[{index}] date: {date.isoformat()} is given twice with different prices.", code="day_twice", field=f"[{index}].date"
            )
    return closes


def _write(actor: "User", closes: Mapping[Instrument, Mapping[dt.date, Decimal]], source: str) -> int:
    """Write what differs from the stored closes; raise revisions and send news once."""
    changed: list[Price] = []
    for instrument, days in closes.items():
        stored = _load_stored(instrument.pk, days)
        changed += [
            Price(instrument=instrument, date=day, close=close, source=source) for day, close in days.items() if stored.get(day) != (close, source)
        ]
    if not changed:
        return 0
    Price.objects.bulk_create(
        changed, batch_size=BATCH, update_conflicts=True, unique_fields=["instrument", "date"], update_fields=["close", "source"]
    )
    touched = [instrument for instrument in closes if any(price.instrument_id == instrument.pk for price in changed)]
    for instrument in touched:
        _note(actor, instrument, [price for price in changed if price.instrument_id == instrument.pk])
    _announce(touched)
    return len(changed)


def _note(actor: "User", instrument: Instrument, changed: list[Price]) -> None:
    days = [price.date for price in changed]
    detail: dict[str, Any] = {"prices": len(days), "from": min(days), "to": max(days), "source": changed[0].source}
    if len(changed) == 1:
        detail["close"] = changed[0].close
    record_event(action="prices.recorded", actor=actor, target=instrument, detail=detail)


def _load_stored(instrument_id: UUID, days: Mapping[dt.date, Decimal]) -> dict[dt.date, tuple[Decimal, str]]:
    if not days:
        return {}
    rows = Price.objects.filter(instrument=instrument_id, date__range=(min(days), max(days))).values_list("date", "close", "source")
    return {date: (close, source) for date, close, source in rows}


def _announce(instruments: list[Instrument]) -> None:
    raise_for_instruments([instrument.pk for instrument in instruments])
    send_on_commit(prices_changed, instruments=instruments)
