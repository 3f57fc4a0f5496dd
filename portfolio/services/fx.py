"""Exchange rates of a day: shared ones, which staff keep, and everybody's own, which go before them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.services.audit import record_event
from common.atomic import atomic_with_retry
from common.currencies import MINOR_UNITS, list_known_currencies
from common.errors import InvalidInputError, NotAllowedError, NotFoundError
from portfolio.importers.drafts import Problem
from portfolio.importers.fx_csv import FxRow, parse_fx_rates
from portfolio.models import FxRate
from portfolio.services.kinds import FIRST_DATE
from portfolio.services.ledger import latest_bookable_day
from portfolio.services.market_rows import check_day, check_value
from portfolio.services.revisions import raise_for_rates, send_on_commit
from portfolio.signals import fx_rates_changed

if TYPE_CHECKING:
    from accounts.models import User

BATCH = 5_000
Key = tuple[dt.date, str, str]


@dataclass(frozen=True, slots=True)
class FxImport:
    """What a file of rates did: rows read and rows that changed something. With problems nothing is stored."""

    received: int
    written: int
    problems: tuple[Problem, ...]


@atomic_with_retry
def record_fx_rates(*, actor: "User | None", rows: Iterable[FxRow], shared: bool = False, source: str = "manual") -> int:
    """Store rates, replacing those of the same day and pair; return how many differed. `actor` None is the system (shared only).

    Raises InvalidInputError naming the row, NotAllowedError when a user without staff rights writes shared rates.
    """
    owner = _check_owner(actor, shared)
    rates, problems = _collect(rows)
    if problems:
        first = problems[0]
        raise InvalidInputError(f"[{first.line}] {first.message}", code=first.code, field=f"[{first.line}].{first.field}")
    return _write(actor, owner, rates, source)


@atomic_with_retry
def import_fx_csv(*, actor: "User", content: bytes, shared: bool = False) -> FxImport:
    """Store the rates of a CSV (`date,base,quote,rate`), all or nothing."""
    owner = _check_owner(actor, shared)
    rows, problems = parse_fx_rates(content)
    rates, found = _collect(rows)
    problems += found
    if problems:
        return FxImport(len(rows), 0, tuple(sorted(problems, key=lambda problem: problem.line)))
    return FxImport(len(rows), _write(actor, owner, rates, "manual"), ())


@atomic_with_retry
def delete_fx_rate(*, actor: "User", date: dt.date, base: str, quote: str, shared: bool = False) -> None:
    """Remove the rate of one day and pair; raise NotFoundError when there is none."""
    owner = _check_owner(actor, shared)
    count, _ = FxRate.objects.filter(owner=owner, date=date, base=base, quote=quote).delete()
    if not count:
        raise NotFoundError("There is no such exchange rate.")
    pair = {"date": date, "base": base, "quote": quote, "shared": owner is None}
    record_event(action="fx_rate.deleted", actor=actor, owner_id=owner.pk if owner else None, detail=pair)
    _announce(owner)


def _check_owner(actor: "User | None", shared: bool) -> "User | None":
    if actor is None or (shared and actor.is_staff):
        return None
    if shared:
        raise NotAllowedError("Only staff may keep shared exchange rates; leave out `shared` for rates of your own.")
    return actor


def _collect(rows: Iterable[FxRow]) -> tuple[dict[Key, Decimal], list[Problem]]:
    """Return the rates by day and pair, and what is wrong with the rest."""
    latest = latest_bookable_day()
    rates: dict[Key, Decimal] = {}
    problems = []
    for row in rows:
        problem = _check_row(row, latest)
        if problem is None and rates.setdefault((row.date, row.base, row.quote), row.rate) != row.rate:
            problem = Problem(
                row.line, "date", "day_twice", f"date: {row.base}/{row.quote} of {row.date.isoformat()} stands twice with different rates."
            )
        if problem is not None:
            problems.append(problem)
    return rates, problems


def _check_row(row: FxRow, latest: dt.date) -> Problem | None:
    for field, code in (("base", row.base), ("quote", row.quote)):
        if code not in list_known_currencies() or code in MINOR_UNITS:
            return Problem(row.line, field, "unknown_currency", f"{field}: {code[:20]!r} is not an ISO 4217 currency code.")
    if row.base == row.quote:
        return Problem(row.line, "quote", "same_currency", "quote: a rate is between two different currencies.")
    return check_day(row.date, first=FIRST_DATE, latest=latest, line=row.line) or check_value(
        row.rate, "rate", digits=28, decimals=12, may_be_zero=False, line=row.line
    )


def _write(actor: "User | None", owner: "User | None", rates: Mapping[Key, Decimal], source: str) -> int:
    stored = _load_stored(owner, rates)
    changed = [
        FxRate(owner=owner, date=date, base=base, quote=quote, rate=rate, source=source)
        for (date, base, quote), rate in sorted(rates.items())
        if stored.get((date, base, quote)) != (rate, source)
    ]
    if not changed:
        return 0
    unique = ["owner", "base", "quote", "date"]
    FxRate.objects.bulk_create(changed, batch_size=BATCH, update_conflicts=True, unique_fields=unique, update_fields=["rate", "source"])
    days = [rate.date for rate in changed]
    pairs = sorted({f"{rate.base}/{rate.quote}" for rate in changed})
    detail = {"rates": len(changed), "pairs": pairs[:50], "from": min(days), "to": max(days), "source": source, "shared": owner is None}
    record_event(action="fx_rates.recorded", actor=actor, owner_id=owner.pk if owner else None, detail=detail)
    _announce(owner)
    return len(changed)


def _load_stored(owner: "User | None", rates: Mapping[Key, Decimal]) -> dict[Key, tuple[Decimal, str]]:
    if not rates:
        return {}
    days = [key[0] for key in rates]
    rows = FxRate.objects.filter(Q(owner=owner), date__range=(min(days), max(days))).values_list("date", "base", "quote", "rate", "source")
    return {(date, base, quote): (rate, source) for date, base, quote, rate, source in rows}


def _announce(owner: "User | None") -> None:
    raise_for_rates(owner)
    send_on_commit(fx_rates_changed, owner=owner)
