"""The documentation as a browser shows it: offline, under the strict policy, by keyboard and without a script."""

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.orm import Session

from tests.api import example_registry
from tests.conftest import PATIENCE
from tests.serving import Served


@pytest.mark.thorough
@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("shows_all", [False, pytest.param(True, marks=pytest.mark.in_test_all)])
def test_the_page_to_try_it_out_asks_this_server_alone(
    page: Page, served: Served, session: Session, shows_all: bool
) -> None:
    example_registry.build(session)
    session.commit()
    if not shows_all:
        # What is open to all: with the whole description a browser is busy for many seconds.
        public = f"{served.base_url}/openapi/public.json"
        page.route("**/openapi.json", lambda route: route.fulfill(response=route.fetch(url=public)))
    wanted: list[str] = []
    refused: list[str] = []
    page.on("request", lambda request: wanted.append(request.url))
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.goto(f"{served.base_url}/docs")
    operation = page.locator("#operations-verify-verify")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.locator("tr[data-param-name=uscc] input").fill("91990001MADEM00112")
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table tbody .response-col_status").first
    expect(answer).to_contain_text("200", timeout=PATIENCE)
    assert all(url.startswith((served.base_url, "data:")) for url in wanted)
    assert refused == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_plain_list_is_read_without_a_script(browser: Browser, served: Served) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(f"{served.base_url}/docs/endpoints")
    page.get_by_role("link", name="GET /api/v1/corridor").click()
    expect(page).to_have_url(f"{served.base_url}/docs/endpoints#verifyCorridor")
    expect(page.get_by_role("heading", name="GET /api/v1/corridor")).to_be_visible()
    context.close()
