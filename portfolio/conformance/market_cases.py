"""Cases about prices and exchange rates."""

from collections.abc import Mapping
from typing import Any

from portfolio.conformance.ledgers import BASE, ITEM, day, fold_rows, number, read_rates
from portfolio.engine.fx import FxTable, RateSeries
from portfolio.engine.money import known
from portfolio.engine.prices import PriceSeries

Inputs = Mapping[str, Any]
Answers = dict[str, Any]


def answer_price_lookup(inputs: Inputs) -> Answers:
    """A `latest` quote is the close of its day, unless a newer close is there already."""
    closes = {day(quoted_on): number(close) for quoted_on, close in inputs["history"].items()}
    if inputs["latest"] and day(inputs["latest"][0]) >= max(closes):
        closes[day(inputs["latest"][0])] = number(inputs["latest"][1])
    series = PriceSeries(closes.items())
    quotes = [series.on(day(asked)) for asked in inputs["queries"]]
    return {"values": [quote.close if quote else None for quote in quotes]}


def answer_price_fallback(inputs: Inputs) -> Answers:
    book = fold_rows(inputs["transactions"], "fifo")
    price, price_date, _ = book.price(book.position(ITEM), day(inputs["date"])) or (None, None, None)
    return {"price": price, "price_date": price_date}


def answer_series_lookup(inputs: Inputs) -> Answers:
    return _ask(FxTable({("AAA", "BBB"): read_rates(inputs["series"])}), "AAA", "BBB", inputs)


def answer_series_inverse(inputs: Inputs) -> Answers:
    return _ask(FxTable({("AAA", "BBB"): read_rates(inputs["series"])}), "BBB", "AAA", inputs)


def answer_series_chain(inputs: Inputs) -> Answers:
    series = {("AAA", "BBB"): read_rates(inputs["first"]), ("BBB", "CCC"): read_rates(inputs["second"])}
    return _ask(FxTable(series), "AAA", "CCC", inputs)


def answer_gbx(inputs: Inputs) -> Answers:
    pairs = {(BASE, "GBP"): inputs["eurgbp"], (BASE, "USD"): inputs["eurusd"]}
    fx = FxTable({pair: RateSeries([1], [number(rate)]) for pair, rate in pairs.items()})
    asked = [("EUR", "GBX"), ("GBX", "EUR"), ("GBX", "GBP"), ("GBP", "GBX"), ("GBX", "USD"), ("USD", "GBX")]
    return {f"{source}/{target}": fx.rate(source, target, day("2020-01-01")) for source, target in asked}


def _ask(fx: FxTable, source: str, target: str, inputs: Inputs) -> Answers:
    return {"values": [known(fx.rate(source, target, day(asked))) for asked in inputs["queries"]]}
