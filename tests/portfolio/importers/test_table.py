"""Files as people's programs write them."""

from portfolio.importers.fx_csv import parse_fx_rates


def test_lines_may_end_as_on_old_machines() -> None:
    rates, problems = parse_fx_rates(b"date,base,quote,rate\r2024-01-02,EUR,USD,1.1\r2024-01-03,EUR,USD,1.2\r")
    assert (len(rates), problems) == (2, [])


def test_a_header_that_is_no_csv_is_a_problem_of_its_line() -> None:
    _, problems = parse_fx_rates(b"\n" + b"x" * 200_000 + b",date\n")
    assert [(problem.line, problem.code) for problem in problems] == [(2, "bad_csv")]
