"""Instruments: shared ones, which staff keep, and everybody's private ones."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.services.audit import columns_of, record_event
from common.atomic import atomic_with_retry
from common.currencies import check_currency
from common.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError, PreconditionError
from common.text import check_text
from portfolio.models import Instrument, Price, Transaction
from portfolio.services.revisions import raise_for_instruments, raise_revisions

if TYPE_CHECKING:
    from accounts.models import User

# Letters, digits and the marks that exchanges use; the first is never one that a spreadsheet takes for a formula.
SYMBOL = re.compile(r"[A-Za-z0-9^](?:[A-Za-z0-9 .=^:&+_-]{0,38}[A-Za-z0-9.=_-])?")
ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
MIC = re.compile(r"[A-Z0-9]{4}")
COUNTRY = re.compile(r"[A-Z]{2}")
DATES = frozenset({"created_at", "updated_at"})
TEXTS = {"name": 200, "sector": 60}
PATTERNS = {
    "isin": (ISIN, "an ISIN like US0378331005"),
    "exchange_mic": (MIC, "a market code like XNAS"),
    "country": (COUNTRY, "a country code like US"),
}


@atomic_with_retry
def create_instrument(
    *,
    actor: "User",
    symbol: str,
    currency: str,
    name: str = "",
    kind: str = "stock",
    isin: str = "",
    exchange_mic: str = "",
    sector: str = "",
    country: str = "",
    shared: bool = False,
    price_source: str = "manual",
) -> Instrument:
    """Add a private instrument, or a shared one (staff only). Raises ConflictError when the symbol is taken on that level."""
    if shared and not actor.is_staff:
        raise NotAllowedError("Only staff may keep shared instruments; leave out `shared` for one of your own.")
    wanted = {"symbol": symbol, "currency": currency, "name": name, "kind": kind, "isin": isin, "exchange_mic": exchange_mic}
    facts = {**wanted, "sector": sector, "country": country, "price_source": price_source}
    instrument = build_instrument(owner=None if shared else actor, facts=facts)
    _save(instrument)
    record_event(action="instrument.created", actor=actor, target=instrument, after=columns_of(instrument, but=DATES))
    return instrument


@atomic_with_retry
def update_instrument(*, actor: "User", instrument: Instrument, expected_version: str | None = None, **changes: Any) -> Instrument:
    """Change what is known of an instrument. Its currency is fixed once prices or entries are recorded in it."""
    row = lock_instrument(actor=actor, instrument=instrument, expected_version=expected_version)
    before, said = row.currency, columns_of(row, but=DATES)
    _apply(row, changes)
    if row.currency != before and (Price.objects.filter(instrument=row).exists() or Transaction.objects.filter(instrument=row).exists()):
        raise ConflictError("currency: prices or transactions are recorded in the old one.", code="currency_fixed", field="currency")
    raise_for_instruments([row.pk])
    _save(row)
    record_event(action="instrument.updated", actor=actor, target=row, before=said, after=columns_of(row, but=DATES))
    return row


@atomic_with_retry
def delete_instrument(*, actor: "User", instrument: Instrument, expected_version: str | None = None) -> None:
    """Remove an instrument with its prices. Raises ConflictError while a portfolio has entries in it."""
    row = lock_instrument(actor=actor, instrument=instrument, expected_version=expected_version)
    if Transaction.objects.filter(instrument=row).exists():
        raise ConflictError(f"{row.symbol} has transactions; delete them first.", code="instrument_in_use")
    raise_revisions(Q(benchmark=row))
    record_event(action="instrument.deleted", actor=actor, target=row, before=columns_of(row, but=DATES))
    row.delete()


def lock_instrument(*, actor: "User", instrument: Instrument, expected_version: str | None = None) -> Instrument:
    """Return the instrument, locked, if the actor may change it.

    Raises NotAllowedError for a shared one that he sees, NotFoundError for one that he does not, PreconditionError for another version.
    """
    row = Instrument.objects.editable_by(actor).select_for_update(no_key=True, of=("self",)).filter(pk=instrument.pk).first()
    if row is None and Instrument.objects.visible_to(actor).filter(pk=instrument.pk).exists():
        raise NotAllowedError("Shared instruments are kept by staff. Create one of your own with the same symbol to use other data.")
    if row is None:
        raise NotFoundError("There is no instrument of this symbol.")
    if expected_version is not None and row.version != expected_version:
        raise PreconditionError("The instrument has been changed in the meantime; read it again.")
    return row


def build_instrument(*, owner: "User | None", facts: Mapping[str, Any]) -> Instrument:
    """Return a checked instrument that is not stored; raise InvalidInputError."""
    instrument = Instrument(owner=owner)
    _apply(instrument, facts)
    return instrument


def check_symbol(value: object) -> str:
    """Return the symbol; raise InvalidInputError when it is none that can stand in an address or a spreadsheet."""
    symbol = check_text(value, field="symbol", longest=40, required=True)
    if not SYMBOL.fullmatch(symbol):
        raise InvalidInputError(
            "symbol: use letters, digits and . - = ^ : & + _ only, and begin with a letter or digit.", code="bad_symbol", field="symbol"
        )
    return symbol


def _apply(instrument: Instrument, changes: Mapping[str, Any]) -> None:
    """Check the values and write them on the object."""
    for name, value in changes.items():
        match name:
            case "symbol":
                instrument.symbol = check_symbol(value)
            case "currency":
                instrument.currency = check_currency(value)
            case "name" | "sector":
                setattr(instrument, name, check_text(value, field=name, longest=TEXTS[name]))
            case "kind":
                instrument.kind = _check_choice(value, Instrument.Kind.values, "kind")
            case "price_source":
                instrument.price_source = _check_choice(value, Instrument.Source.values, "price_source")
            case "isin" | "exchange_mic" | "country":
                setattr(instrument, name, _check_code(value, name))
            case _:
                raise InvalidInputError(f"{name}: an instrument has no such field.", code="unknown_field", field=name)


def _check_choice(value: object, choices: list[str], field: str) -> str:
    if value not in choices:
        raise InvalidInputError(f"{field}: one of {', '.join(choices)}.", field=field)
    return str(value)


def _check_code(value: object, field: str) -> str:
    code = check_text(value, field=field, longest=12).upper()
    pattern, example = PATTERNS[field]
    if code and not pattern.fullmatch(code):
        raise InvalidInputError(f"{field}: not {example}.", field=field)
    return code


def _save(instrument: Instrument) -> None:
    try:
        with transaction.atomic():
            instrument.save()
    except IntegrityError as error:
        raise ConflictError(f"symbol: {instrument.symbol} exists already.", code="symbol_taken", field="symbol") from error
