"""From a complaint to the public `no`, and back: how often the officers press something, all of it by keyboard in a browser.

Each press, choice and file dialog counts; typing does not. A page that needs one press more fails this.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy.orm import Session

from registry.complaints.case import units
from registry.complaints.casework import actions as casework
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.db.engine import sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.i18n.wording import sanction_notice
from registry.officers.rights import Role
from registry.officers.sessions import OFFICER_SESSIONS
from registry.supervision.sanctions.effect import notify_complainants
from registry.vocabulary.cases import CaseState
from tests.browsing import assert_sound, browsing, leading_on
from tests.complaints.filing import file
from tests.complaints.parties.hearings.making import ALLEGATION
from tests.make import CZECH_AT_HOME
from tests.officers.making import make_officer
from tests.pages.officers.signed_in import with_console
from tests.serving import Served
from tests.supervision.sanctions.making import ANNA, LAW, UNIT, Licensed, make_desk, make_held

TO_THE_ANSWER = 25
"""Presses from the complaint to the public answer: it took 39."""
WHOLE = 35
"""With a stay, its end, and the closing of the case: it took 54."""


@dataclass
class Person:
    """Somebody at the console, with a browser of their own. What they press is noted in `presses`, for all persons together."""

    page: Page
    site: str
    presses: list[str] = field(repr=False)

    def look(self) -> None:
        """Open what waits: as a person does who comes to work."""
        self.page.goto(f"{self.site}/console/")

    def row(self, words: str) -> None:
        """Come to work, and open what waits for them."""
        self.look()
        self.go("link", re.compile(f"^{re.escape(words)}"))

    def go(self, role: str, name: str | re.Pattern[str]) -> None:
        """Press what leads on to another page, which must be sound."""
        self._focus(self.page.locator("main").get_by_role(role, name=name, exact=True))  # type: ignore[arg-type]
        with leading_on(self.page):
            self.page.keyboard.press("Enter")
        assert self.page.locator("#refused").all_inner_texts() == []
        assert_sound(self.page)
        self.presses.append(str(name))

    def choose(self, role: str, name: str | re.Pattern[str]) -> None:
        """Tick a box, or choose one of several."""
        box = self.page.locator("main").get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
        self._focus(box)
        self.page.keyboard.press("Space")
        expect(box).to_be_checked()
        self.presses.append(str(name))

    def pick(self, label: str, option: str) -> None:
        """Choose from a list, by the beginning of its name."""
        field_ = self.page.get_by_label(label, exact=True)
        self._focus(field_)
        self.page.keyboard.type(option)
        expect(field_.locator("option:checked")).to_have_text(option)
        self.presses.append(option)

    def write(self, label: str, text: str) -> None:
        field_ = self.page.get_by_label(label, exact=True).filter(visible=True)
        self._focus(field_)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def send_paper(self, body: bytes) -> None:
        """Choose a file in the dialog: it is sent by that."""
        with leading_on(self.page):
            self.page.locator("input[type=file]").set_input_files(
                {"name": "payslip.txt", "mimeType": "text/plain", "buffer": body}
            )
        expect(self.page.locator("main")).to_contain_text("payslip.txt")
        self.presses.append("file")

    def _focus(self, one: Locator) -> None:
        expect(one).to_have_count(1, timeout=10_000)
        assert one.evaluate("one => one.tabIndex >= 0 && !one.closest('details:not([open]) > :not(summary)')")
        one.focus()
        expect(one).to_be_focused()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_console(settings)


@pytest.fixture
def people(browser: Browser, served: Served, session: Session, settings: Settings) -> Iterator[dict[str, Person]]:
    """The officers of the unit and one of the agency, signed in. The case is filed, and the agency has a licence."""
    keys = Keyring(settings.keys)
    sealer = Sealer(keys)
    make_desk(session, sealer)
    licensed = make_held(session)
    of_agency = units.agency_unit(session, sealer, licensed.agency, now().date()).reference
    answers = {
        "country": "CZ", "deception": "yes", "agency": {"agency_id": licensed.agency}, "account": "Another job.",
        "coworkers": 40, "consent_agency": "yes",
    }  # fmt: skip
    other = file(session, sealer, answers, at=now())
    for state in (CaseState.IN_TRIAGE, CaseState.INVESTIGATING):
        casework.move(Call(session, ANNA, now()), sealer, other.case.reference, state)
    file(session, sealer, answers, at=now())
    roles = {
        "investigator": Role.INVESTIGATOR, "supervisor": Role.SUPERVISOR, "decider": Role.DECIDER,
        "agency": Role.AGENCY_REP,
    }  # fmt: skip
    presses: list[str] = []
    with ExitStack() as stack:
        found = {}
        for name, role in roles.items():
            unit = of_agency if role is Role.AGENCY_REP else UNIT
            who = make_officer(session, keys, role, unit=unit, name=name.title(), email=f"{name}@authority.example")
            token = OFFICER_SESSIONS.begin(session, who.officer, now(), is_full=True)
            context = stack.enter_context(browsing(browser, served.base_url, token, has_scripts=True))
            found[name] = Person(context.new_page(), served.base_url, presses)
        session.commit()
        session.info["licence"], session.info["other"] = licensed, other.case.reference
        yield found


def verdict(site: str, licensed: Licensed) -> str:
    answer = requests.get(f"{site}/api/v1/verify", {"licence_number": licensed.number} | CZECH_AT_HOME, timeout=30)
    return str(answer.json()["verdict"])


@pytest.mark.thorough
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_chain_from_a_complaint_to_the_public_answer_takes_few_presses(
    people: dict[str, Person], session: Session, settings: Settings
) -> None:
    investigator, supervisor, decider, agency = people.values()
    licensed: Licensed = session.info["licence"]
    presses, site = investigator.presses, investigator.site

    # Who wrote Chinese to another complainant is not asked again in which language it is.
    investigator.page.goto(f"{site}/console/cases/{session.info['other']}")
    investigator.write("Message", "我们正在处理。")
    investigator.pick("Language of the letter", "Simplified Chinese")
    investigator.go("button", "Send")
    presses.clear()

    investigator.look()
    investigator.go("button", re.compile("^Take it"))
    investigator.write("Message", "我们看到了，正在调查。")
    investigator.go("button", "Send")
    expect(investigator.page.locator(".told")).to_have_text("The message was sent to the worker.")

    # What was sent does not stand in the form again, to be sent twice.
    with leading_on(investigator.page):
        investigator.page.go_back()
    expect(investigator.page.get_by_label("Message", exact=True)).to_have_value("")
    investigator.page.reload()

    investigator.go("link", "Hear the agency")
    investigator.write("What the agency is asked about", ALLEGATION)
    investigator.write("How many people could have complained", "12")
    investigator.go("button", "Hand in for the reprisal check")

    supervisor.row("Check a hearing for reprisal")
    supervisor.go("button", "Approve: it does not tell who complained")

    investigator.row("The text is approved: serve it on the agency")
    investigator.go("button", "Serve on the agency")

    agency.row("You are asked to answer")
    agency.send_paper(b"Wage of October: paid in full.")
    agency.write("Your answer", "All wages were paid.")
    agency.choose("checkbox", re.compile("The answer goes to the authority as it stands"))
    agency.go("button", "Send our answer")

    investigator.row("The agency answered")
    investigator.choose("radio", "Upheld")
    investigator.write("Reasons", "The contract says otherwise.")
    investigator.write("Summary that may be read outside", "Another job was promised.")
    investigator.write("The summary in Simplified Chinese", "答应的是另一份工作。")
    investigator.go("button", "Submit to the decider")

    decider.row("A decision is drafted: make it or return it")
    decider.choose("checkbox", re.compile("The complainant reads the decision"))
    decider.go("button", "Decide as drafted")

    decider.go("link", "Propose a sanction")
    decider.pick("Sanction", "Suspension")
    decider.write("Legal ground", LAW)
    decider.write("Who tells them in Chinese", "The union's interpreter")
    decider.choose("radio", "It points to no one")
    decider.go("button", "Submit for approval")

    assert verdict(site, licensed) == "yes"
    supervisor.row("Approve a sanction, or return it")
    supervisor.choose("checkbox", re.compile("The public answer about the licence changes"))
    supervisor.go("button", "Approve")
    assert verdict(site, licensed) == "no"
    assert len(presses) <= TO_THE_ANSWER, presses

    for name, state in (("Stay it for an appeal", "yes"), ("Lift it", "yes")):
        decider.page.reload()
        decider.write("The order or article behind it", "Court, 4 C 1")
        decider.go("button", name)
        supervisor.row("Confirm the end or stay of a sanction")
        supervisor.choose("checkbox", re.compile("The public answer about the licence changes"))
        supervisor.go("button", "Confirm")
        assert verdict(site, licensed) == state

    # What the worker process does: it tells the complainants, and the case stands by what came of it.
    keyring = Keyring(settings.keys)
    notify_complainants(sessions_for(session.get_bind()), Sealer(keyring), sanction_notice, now())  # type: ignore[arg-type]
    supervisor.row("The sanction took effect: the case is ready to close")
    supervisor.write("Why? It is sealed like the rest.", "The sanction was lifted.")
    supervisor.go("button", "Close")
    expect(supervisor.page.locator(".case-head")).to_contain_text("Closed")
    assert len(presses) <= WHOLE, presses
