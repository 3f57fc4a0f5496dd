"""What the import page says of the files it takes: their columns, and a small file to begin with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    text: str
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Guide:
    """One kind of file."""

    name: str
    title: str
    text: str
    columns: tuple[Column, ...]


GUIDES = (
    Guide(
        "transactions",
        "Transactions",
        "One line for each entry. What is there already is recognised and not added again.",
        (
            Column("date", "The day of the trade, like 2026-03-31.", is_needed=True),
            Column("type", "buy, sell, dividend, interest, deposit, withdrawal, fee, tax, split, transfer_in, transfer_out …", is_needed=True),
            Column("symbol", "The instrument; empty for cash."),
            Column("quantity", "Units. For a split: new units for one old unit."),
            Column("price", "Price of one unit."),
            Column("amount", "Gross amount, before fee and tax. For trades instead of the price, or beside it."),
            Column("fee", "Fee charged with the entry."),
            Column("tax", "Tax charged with the entry."),
            Column("currency", "Currency of the amounts; empty: the instrument's."),
            Column("fx_rate", "Base currency for 1 unit of that currency, if the broker told it."),
            Column("account", "Name of the account; a new name opens one."),
            Column("note", "Anything you like."),
            Column("external_id", "The broker's number of the entry. It recognises an entry that is there already."),
        ),
    ),
    Guide(
        "prices",
        "Prices",
        "Closing prices of your instruments. A price of a day that has one already replaces it.",
        (
            Column("symbol", "The instrument.", is_needed=True),
            Column("date", "The day.", is_needed=True),
            Column("close", "Closing price.", is_needed=True),
            Column("currency", "Currency of the price; needed to create an instrument."),
        ),
    ),
    Guide(
        "fx-rates",
        "Exchange rates",
        "Rates of your own go before the shared ones.",
        (
            Column("date", "The day.", is_needed=True),
            Column("base", "1 unit of this currency …", is_needed=True),
            Column("quote", "… is worth this many of that one:", is_needed=True),
            Column("rate", "the rate.", is_needed=True),
        ),
    ),
)
TEMPLATES = {
    "transactions": (
        "date,type,symbol,quantity,price,amount,fee,tax,currency,fx_rate,account,note,external_id\r\n"
        "2026-01-05,buy,EXMPL,10,125.50,,4.90,,EUR,,Main,First purchase,\r\n"
        "2026-03-16,dividend,EXMPL,,,18.00,,4.75,EUR,,Main,,\r\n"
        "2026-04-01,split,EXMPL,2,,,,,,,Main,Two for one,\r\n"
        "2026-05-04,sell,EXMPL,5,70.25,,4.90,,EUR,,Main,,\r\n"
    ),
    "prices": "symbol,date,close,currency\r\nEXMPL,2026-01-05,125.50,EUR\r\nEXMPL,2026-01-06,126.10,EUR\r\n",
    "fx-rates": "date,base,quote,rate\r\n2026-01-05,EUR,USD,1.0837\r\n2026-01-05,EUR,CHF,0.9412\r\n",
}


def list_guides() -> tuple[Guide, ...]:
    """Return the kinds of files, the usual one first."""
    return GUIDES
