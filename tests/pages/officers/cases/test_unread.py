"""Unread messages where officers look: the first page, the queue and its filter, and a mail without content."""

import re

from registry.complaints.intake import mailbox
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.db.engine import sessions_for
from registry.i18n.wording import notice_words
from registry.officers import notices
from registry.officers.rights import Role
from tests.complaints.filing import Filed, come_back, file
from tests.pages.officers.signed_in import words_of

DANGER = "他们打我，门锁了，救命"
UNREAD = "/console/cases?unread=yes"


def written(session, sealer: Sealer, text: str = "Is anybody there?", assignee: str | None = None) -> Filed:
    filed = file(session, sealer, {"country": "IT", "deception": "yes"}, at=now())
    filed.case.assignee = assignee
    mailbox.write(session, sealer, come_back(session, sealer, filed.code, now()), text, now())
    session.commit()
    return filed


def cases_on(response) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/console/cases/(\w+)">', response.get_data(as_text=True))


def test_it_stands_on_the_first_page_of_the_assignee_until_the_case_is_opened(session, sealer, desk_for):
    mine, other = desk_for(Role.INVESTIGATOR, name="Mine"), desk_for(Role.SUPERVISOR, name="Other")
    case = written(session, sealer, assignee=mine.officer.reference).case
    address = f"/console/cases/{case.reference}"
    assert f'href="{address}">The complainant wrote: read it' in mine.get("/console/").get_data(as_text=True)
    assert "The complainant wrote" not in words_of(other.get("/console/"))
    assert other.get(address).status_code == 200
    assert "The complainant wrote" in words_of(mine.get("/console/"))
    assert mine.get(address).status_code == 200
    assert "The complainant wrote" not in words_of(mine.get("/console/"))


def test_the_queue_counts_and_filters_what_is_unread(session, sealer, desk_for):
    desk = desk_for(Role.TRIAGE)
    file(session, sealer, {"country": "IT", "deception": "yes"}, at=now())
    calm, urgent = written(session, sealer).case, written(session, sealer, DANGER).case
    page = desk.get(UNREAD)
    assert cases_on(page) == [urgent.reference, calm.reference]
    assert 'aria-current="page">Unread messages <span class="count">2</span>' in page.get_data(as_text=True)
    assert desk.get("/console/cases").get_data(as_text=True).count('title="New message"') == 2
    assert desk.get("/console/cases?unread=perhaps").status_code == 400


def test_the_mail_comes_at_once_and_says_nothing_of_it(session, sealer, desk_for):
    desk = desk_for(Role.INVESTIGATOR)
    case = written(session, sealer, DANGER, assignee=desk.officer.reference).case
    mails: list[tuple[str, ...]] = []
    sessions = sessions_for(session.get_bind())
    notices.send_due_notices(
        sessions, notice_words("https://registry.example"), lambda *mail: not mails.append(mail), now()
    )
    [(address, subject, text)] = mails
    assert address == desk.officer.email
    telling = (case.reference, "P0", "p0", "danger", "message", "打", "门", "救命", "IT")
    assert not [word for word in telling if word in subject + text]


def test_the_case_says_why_it_is_urgent_and_the_history_names_the_danger(session, sealer, desk_for):
    desk = desk_for(Role.INVESTIGATOR)
    case = written(session, sealer, DANGER).case
    displayed = words_of(desk.get(f"/console/cases/{case.reference}"))
    assert "A message tells of danger." in displayed
    assert "reported danger in a message" in displayed
