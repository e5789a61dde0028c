"""The switch on the lookup page: a number is looked up and never sent, and nothing false is answered."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from registry.core.settings import Settings
from registry.http.transaction import Services
from registry.log.signing import sign_committed
from registry.ranges.actions import write_epoch
from tests import make
from tests.serving import Served

NUMBER = "INV-4711"


@pytest.mark.one_database
def test_with_the_switch_set_a_number_is_answered_and_never_sent(
    session: Session, settings: Settings, held_services: Services, served: Served, page: Any
):
    make.make_agency(
        session, name="Vymyšlená s.r.o.", licences=(make.licence_record(number=NUMBER, valid_to=date(2099, 1, 1)),)
    )
    session.commit()
    sessions: sessionmaker[Session] = held_services.sessions
    sign_committed(settings, sessions)
    write_epoch(sessions)
    sign_committed(settings, sessions)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    page.set_viewport_size({"width": 320, "height": 640})
    # The line is slow: what the switch needs comes late, and until then the form sends nothing either.
    late: list[Any] = []
    page.route("**/private.js", lambda route: late.append(route))
    page.goto(f"{served.base_url}/en/")
    assert not page.is_checked("#private input")
    page.check("#private input")
    page.type("#subject", NUMBER)
    page.select_option("#country", "CZ")
    page.press("#subject", "Enter")
    assert page.is_disabled("form:has(#subject) button:not([formaction])")
    late[0].continue_()
    page.locator("form:has(#subject) button:not([formaction]):enabled").wait_for()

    def ask(verdict: str) -> str:
        page.press("#subject", "Enter")
        page.locator(f"#private-answer[data-verdict={verdict}]").wait_for()
        return str(page.inner_text("#private-answer"))

    assert "Vymyšlená s.r.o." in ask("no")
    page.fill("#subject", "NIX-0815")
    assert "knows nothing" in ask("absent")
    assert not any(NUMBER in one or "NIX" in one or "POST" in one for one in sent)
    assert sum("/ranges/file/" in one for one in sent) == 2
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    # A file that is not the one that the epoch names is no answer.
    page.route("**/ranges/file/*", lambda route: route.fulfill(body=json.dumps({"entries": [], "records": []})))
    assert "nothing is answered" in ask("bad")
