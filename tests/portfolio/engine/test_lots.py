"""Lots: which units leave, what they cost, what stays."""

from decimal import Decimal

import pytest

from portfolio.engine.book import Book
from portfolio.engine.errors import EngineError
from portfolio.engine.money import exactly
from portfolio.engine.positions import check_history, fold
from portfolio.engine.valuation import list_lots
from portfolio.engine.valuer import Rules
from tests.portfolio.engine.builders import entry, market, on

THREE_BUYS = [entry("buy", 1, 10, 20, key="a"), entry("buy", 2, 10, 40, key="b"), entry("buy", 3, 10, 30, key="c")]


def book_of(*entries, method="fifo", world=None, **rules) -> Book:
    return fold(list(entries), Rules("EUR", method, **rules), world or market(), keep_closed=True)


def open_lots(book: Book) -> dict[str, tuple[Decimal, Decimal]]:
    return {lot.key: (lot.quantity, lot.cost) for queue in book.position("X").queues.values() for lot in queue}


@pytest.mark.parametrize(
    ("method", "cost", "left"),
    [
        # 15 units are sold: the cost relieved, and the units left of each purchase.
        ("fifo", 10 * 20 + 5 * 40, {"b": 5, "c": 10}),
        ("lifo", 10 * 30 + 5 * 40, {"a": 10, "b": 5}),
        ("hifo", 10 * 40 + 5 * 30, {"a": 10, "c": 5}),
        ("average", 15 * 30, {"a": 15}),
        ("specific", 5 * 20 + 10 * 30, {"a": 5, "b": 10}),
    ],
)
def test_a_sale_relieves_lots_by_the_portfolios_method(method, cost, left):
    chosen = (("a", Decimal(5)), ("c", Decimal(10)))
    book = book_of(*THREE_BUYS, entry("sell", 4, 15, 50, lots=chosen), method=method)
    assert sum(lot.cost for lot in book.position("X").closed) == cost
    assert book.position("X").realized == 15 * 50 - cost
    assert {key: quantity for key, (quantity, _) in open_lots(book).items()} == left


def test_cost_includes_charges_and_proceeds_are_net_of_them():
    book = book_of(entry("buy", 1, 10, 20, fee=3, tax=2), entry("sell", 2, 4, 30, fee=1, tax="0.5"))
    # Cost 205, of which 4 / 10 = 82; proceeds 120 − 1.5.
    assert book.position("X").realized == Decimal("36.5")
    assert book.position("X").open_amounts().cost == 123
    assert (book.position("X").fees, book.position("X").taxes) == (4, Decimal("2.5"))


def test_parts_of_a_lot_that_does_not_divide_add_up_to_it():
    sales = [entry("sell", day, 1, 5) for day in (2, 3, 4)]
    book = book_of(entry("buy", 1, 3, amount=10), *sales)
    costs = [lot.cost for lot in book.position("X").closed]
    assert exactly(sum)(costs) == 10
    assert costs[0] == Decimal("3.333333333333333333333333333333")


def test_the_average_is_not_rounded_between_sales():
    entries = [entry("buy", 1, 3, amount=10), entry("sell", 2, 1, 5), entry("buy", 3, 1, amount=1), entry("sell", 4, 2, 5), entry("sell", 5, 1, 5)]
    closed = book_of(*entries, method="average").position("X").closed
    # After the first sale 20/3 for two units; with one at 1, three units cost 23/3.
    assert [round(lot.cost, 20) for lot in closed] == [round(Decimal(10) / 3, 20), round(Decimal(46) / 9, 20), round(Decimal(23) / 9, 20)]
    assert exactly(sum)([lot.cost for lot in closed]) == 11


def test_equally_dear_lots_leave_oldest_first():
    book = book_of(entry("buy", 1, 1, 9, key="old"), entry("buy", 2, 1, 9, key="new"), entry("sell", 3, 1, 9), method="hifo")
    assert list(open_lots(book)) == ["new"]


def test_each_account_has_its_own_queue():
    book = book_of(entry("buy", 1, 1, 10, account="A", key="a"), entry("buy", 2, 1, 99, account="B", key="b"), entry("sell", 3, 1, 50, account="B"))
    assert list(open_lots(book)) == ["a"]
    assert book.position("X").realized == -49


def test_a_transfer_between_own_accounts_keeps_date_and_cost_and_earns_nothing():
    out = entry("transfer_out", 5, 12, account="A", counter_account="B", sequence=1)
    into = entry("transfer_in", 5, 12, account="B", counter_account="A", sequence=2)
    buys = [entry("buy", 1, 10, 20, account="A", fee=5, key="a"), entry("buy", 2, 10, 30, account="A", key="b")]
    book = book_of(*buys, out, into)
    moved = list(book.position("X").queue("B", "fifo"))
    assert [(lot.key, lot.acquired_on, lot.quantity, lot.cost) for lot in moved] == [("a", on(1), 10, 205), ("b", on(2), 2, 60)]
    assert book.position("X").realized == 0
    assert book.position("X").quantity == 20


@pytest.mark.parametrize("days", [(5, 5), (5, 8), (8, 5)])
def test_units_are_in_one_place_whichever_leg_of_a_transfer_comes_first(days):
    out_day, in_day = days
    out = entry("transfer_out", out_day, 4, account="A", counter_account="B", sequence=3)
    into = entry("transfer_in", in_day, 4, account="B", counter_account="A", sequence=2)
    entries = [entry("buy", 1, 10, 20, account="A"), out, into]
    for until in (5, 6, 8):
        position = fold(entries, Rules("EUR"), market(), until=on(until)).position("X")
        assert sum(queue.quantity for queue in position.queues.values()) == position.quantity == 10
    assert position.queue("B", "fifo").quantity == 4


def test_units_on_their_way_are_listed_between_two_accounts():
    out = entry("transfer_out", 2, 4, account="A", counter_account="B")
    rows = list_lots(book_of(entry("buy", 1, 10, 20, account="A"), out), on(3), {"A": "Depot", "B": "Wallet"}).open
    assert [(row.account, row.quantity) for row in rows] == [("Depot", 6), ("Depot → Wallet", 4)]


def test_transferred_older_lots_are_sold_before_younger_ones_of_the_account():
    out = entry("transfer_out", 5, 1, account="A", counter_account="B")
    into = entry("transfer_in", 5, 1, account="B", counter_account="A")
    buys = [entry("buy", 1, 1, 10, account="A", key="old"), entry("buy", 2, 1, 20, account="B", key="young")]
    assert list(open_lots(book_of(*buys, out, into, entry("sell", 6, 1, 30, account="B")))) == ["young"]


def test_a_short_position_gains_when_the_price_falls():
    book = book_of(entry("sell", 1, 10, 30, fee=1), entry("buy", 2, 4, 20, fee=1), allow_short=True)
    # 4 / 10 of the proceeds 299 less the 81 paid.
    assert book.position("X").realized == Decimal("38.6")
    assert book.position("X").quantity == -6
    assert book.position("X").open_amounts().cost == Decimal("-179.4")


def test_a_sale_of_more_than_is_held_closes_the_long_and_opens_a_short_position():
    book = book_of(entry("buy", 1, 4, 10), entry("sell", 2, 10, 30), allow_short=True)
    assert book.position("X").realized == 4 * 20
    assert open_lots(book) == {"sell-2-0": (Decimal(-6), Decimal(-180))}


def test_a_short_sale_and_its_cover_may_be_on_one_day():
    entries = [entry("short_sell", 1, 5, 30, sequence=1), entry("buy_to_cover", 1, 5, 20, sequence=2)]
    assert book_of(*entries, allow_short=True).position("X").realized == 50


@pytest.mark.parametrize(
    ("entries", "rules", "code"),
    [
        ([entry("buy", 1, 10, 1), entry("sell", 2, 11, 1)], {}, "oversold"),
        ([entry("sell", 1, 1, 1), entry("buy", 2, 1, 1)], {}, "oversold"),
        ([entry("buy", 1, 5, 1, account="A"), entry("sell", 2, 1, 1, account="B")], {}, "oversold"),
        ([entry("buy", 1, 5, 1), entry("transfer_out", 2, 6)], {}, "oversold"),
        ([entry("buy", 1, 5, 1), entry("transfer_out", 2, 6, counter_account="B")], {}, "oversold"),
        ([entry("transfer_in", 2, 6, counter_account="B")], {}, "oversold"),
        ([entry("short_sell", 1, 1, 1)], {}, "short_not_allowed"),
        ([entry("buy_to_cover", 1, 1, 1)], {"allow_short": True}, "overcovered"),
        ([entry("stock_dividend", 1, 1)], {}, "nothing_held"),
        ([entry("return_of_capital", 1, amount=1)], {}, "nothing_held"),
        ([entry("merger", 1, 1)], {}, "kind_not_supported"),
        ([entry("buy", 1, 5, 1, key="a"), entry("sell", 2, 2, 1, lots=(("a", Decimal(3)),))], {"method": "specific"}, "lots_mismatch"),
        ([entry("buy", 1, 5, 1, key="a"), entry("sell", 2, 2, 1, lots=(("b", Decimal(2)),))], {"method": "specific"}, "lot_not_found"),
    ],
)
def test_a_history_that_cannot_have_been_is_refused(entries, rules, code):
    with pytest.raises(EngineError) as refusal:
        check_history(entries, **{"method": "fifo", "allow_short": False, **rules})
    assert refusal.value.code == code
    assert refusal.value.key in {one.key for one in entries}


def test_a_refusal_names_the_entry_its_day_and_what_is_held():
    entries = [entry("buy", 1, 10, 1), entry("sell", 2, 4, 1), entry("sell", 3, 7, 1, key="guilty")]
    with pytest.raises(EngineError, match="7 units leave on 2024-01-03, but only 6 are held") as refusal:
        check_history(entries, method="lifo", allow_short=False)
    assert refusal.value.detail | {"missing": 1} == {"key": "guilty", "date": on(3), "account": "Main", "held": 6, "asked": 7, "missing": 1}


def test_a_back_dated_sale_is_refused_for_the_later_one_it_starves():
    entries = [entry("buy", 1, 10, 1), entry("sell", 9, 10, 1, key="later"), entry("sell", 5, 1, 1, key="earlier")]
    with pytest.raises(EngineError) as refusal:
        check_history(entries, method="fifo", allow_short=False)
    assert refusal.value.key == "later"


def test_acquisitions_of_a_day_come_before_its_sales_whatever_their_number():
    check_history([entry("sell", 1, 5, 1, sequence=1), entry("buy", 1, 5, 1, sequence=2)], method="fifo", allow_short=False)


def test_the_gain_on_units_never_acquired_is_unknown():
    book = book_of(entry("buy", 1, 1, 10), entry("sell", 2, 3, 20))
    assert book.position("X").realized.is_nan()
    assert [problem.code for problem in book.problems.values()] == ["oversold"]
    assert book.position("X").quantity == 0
