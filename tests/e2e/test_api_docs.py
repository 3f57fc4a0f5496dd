"""The reference page of the API works under the content security policy, and a call can be tried on it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]


def test_an_endpoint_can_be_read_and_tried(open_page: Callable[..., Page]) -> None:
    page = open_page("/api/docs")
    expect(page.get_by_role("heading", name="Stock Portfolio Management System")).to_be_visible()
    operation = page.locator("#operations-Portfolios-portfolios_list")
    operation.get_by_role("button", name="GET /api/v1/portfolios List one's portfolios").click()
    operation.get_by_role("button", name="Try it out").click()
    with page.expect_response("**/api/v1/portfolios*") as answer:
        operation.get_by_role("button", name="Execute").click()
    assert answer.value.status == 200
    assert len(answer.value.json()["results"]) == 2
