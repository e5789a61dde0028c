"""The switch on the lookup page: a number is looked up and never sent, and nothing false is answered."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import msgspec
import pytest
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.settings import Settings
from registry.http.transaction import Services
from registry.log.signing import sign_committed
from registry.log.tree import leaf_hash
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
    page.fill("#subject", NUMBER)
    # What is served is not what the epoch names.
    for kind, (path, change) in TAMPERED.items():
        page.route(path, partial(_give, change))
        assert "nothing is answered" in ask("bad"), kind
        page.unroute(path)
    # A file of another spelling of its prefix, behind the right hash.
    page.route("**/ranges/current", partial(_give, _signed_anyhow))
    page.route("**/ranges/file/*", lambda route: route.fulfill(body=MISLABELLED))
    assert "nothing is answered" in ask("bad")
    page.unroute_all()
    # A clock that is a day slow reads nothing, one that is a day fast what is there, one of three days nothing.
    for days, verdict in ((-1, "old"), (1, "no"), (3, "old")):
        page.clock.set_fixed_time(now() + timedelta(days=days))
        ask(verdict)


def _give(change: Callable[[bytes], bytes], route: Any) -> None:
    route.fulfill(body=change(route.fetch().body()))


def _changed(change: Callable[[dict[str, Any]], object]) -> Callable[[bytes], bytes]:
    def changed(body: bytes) -> bytes:
        content = json.loads(body)
        change(content)
        return msgspec.json.Encoder(order="sorted").encode(content)

    return changed


def _signed_anyhow(body: bytes) -> bytes:
    """The epoch of a registry whose one file says that it is of another prefix; its hash is right."""
    current = json.loads(body)
    entry = json.loads(current["entry"])
    entry["record"]["root"] = leaf_hash(MISLABELLED).hex()
    return json.dumps(current | {"entry": json.dumps(entry)}).encode()


MISLABELLED = b'{"entries":[],"p":0,"prefix":"00","records":[],"v":1}'
TAMPERED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "cut": ("**/ranges/file/*", lambda body: body[:-10]),
    "an entry removed": ("**/ranges/file/*", _changed(lambda content: content["entries"].pop())),
    "reordered": ("**/ranges/file/*", _changed(lambda content: content["entries"].reverse())),
    "another file": ("**/ranges/file/*", lambda _: b'{"entries":[],"records":[]}'),
}
