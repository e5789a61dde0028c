"""Coming back: where it stands, what is written, what may be done, and taking it all back."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.complaints.case import consents, messages
from registry.complaints.case.states import Reads
from registry.complaints.intake import filing, mailbox
from registry.complaints.intake.mailbox import Can
from registry.complaints.intake.models import Message
from registry.complaints.sealing.models import WrappedKey
from registry.complaints.sealing.sealer import Sealer
from registry.core.errors import IllegalMove, InvalidInput, NotNow, UnknownReceipt
from registry.i18n.languages import text
from registry.vocabulary.cases import Author, CaseState, ConsentKind, MailboxState
from registry.vocabulary.register import Language
from tests.complaints.decided import decide, go
from tests.complaints.filing import (
    AT,
    INFORMATION,
    ORDINARY,
    Filed,
    begin,
    come_back,
    file,
    make_units,
    minted,
    root_of,
    visit_of,
)

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def offices(session: Session, sealer: Sealer):
    return make_units(session, sealer)


def view(session: Session, sealer: Sealer, filed: Filed, at=AT) -> mailbox.MailboxView:
    return mailbox.mailbox(session, sealer, come_back(session, sealer, filed.code, at), at)


def test_by_the_code_the_worker_comes_back_to_what_was_sent(session, sealer):
    filed = file(session, sealer)
    displayed = view(session, sealer, filed)
    assert (displayed.reads, displayed.filed_on) == (Reads.RECEIVED, AT.date())
    assert displayed.acknowledge_by == AT.date() + timedelta(days=7)
    assert displayed.answer_by == AT.date().replace(month=6)
    assert displayed.can >= {Can.WRITE, Can.WITHDRAW, Can.CHANGE_RECEIPT, Can.CONSENT}
    assert not displayed.can & {Can.SUBMIT, Can.REOPEN, Can.OBJECT}
    copy = mailbox.own_copy(session, sealer, come_back(session, sealer, filed.code), AT)
    assert copy.sheet.answers == ORDINARY


def test_a_draft_is_come_back_to_too(session, sealer):
    token, code = begin(session, sealer)
    filing.answer(session, sealer, visit_of(session, sealer, token), {"account": "half"})
    later = AT + 10 * DAY
    displayed = mailbox.mailbox(session, sealer, visit := come_back(session, sealer, code, later), later)
    assert (displayed.reads, displayed.filed_on, displayed.draft_until) == (Reads.NOT_SENT, None, AT.date() + 30 * DAY)
    assert filing.answers(session, sealer, visit).answers == {"account": "half"}


def test_typing_the_whole_receipt_confirms_it(session, sealer):
    code, root = minted()
    started = filing.start(session, sealer, code, root, language=Language.EN, role="worker", at=AT)
    come_back(session, sealer, code)
    assert started.box.state is MailboxState.OPEN
    assert started.case.purge_on == AT.date() + 30 * DAY


def test_a_code_that_no_mailbox_has_is_unknown(session, sealer):
    with pytest.raises(UnknownReceipt):
        mailbox.open_mailbox(session, sealer, minted()[1], AT)


def test_the_day_of_the_visit_before_is_in_the_answer(session, sealer):
    filed = file(session, sealer)
    assert view(session, sealer, filed).last_visit_on is None
    assert view(session, sealer, filed, AT + 2 * DAY).last_visit_on == AT.date()
    assert view(session, sealer, filed, AT + 2 * DAY).last_visit_on == AT.date()
    assert view(session, sealer, filed, AT + 3 * DAY).last_visit_on == (AT + 2 * DAY).date()


def test_a_message_sent_twice_is_there_once(session, sealer):
    filed = file(session, sealer)
    visit = come_back(session, sealer, filed.code)
    first = mailbox.write(session, sealer, visit, "They moved us.", AT, idempotency_key="key-1")
    assert mailbox.write(session, sealer, visit, "They moved us.", AT, idempotency_key="key-1").message is first.message
    mailbox.write(session, sealer, visit, "They moved us.", AT, idempotency_key="key-2")
    assert session.execute(select(func.count(Message.id))).scalar_one() == 2
    # The writer's own key stands nowhere as it is.
    assert "key-1" not in session.execute(select(Message.idempotency_digest)).scalars().all()


@pytest.mark.parametrize(
    "typed", ["", "  \n ", "x" * 20_001, "a\0b", "half \ud800", "\u200b\u2060 \ufeff\x07", "\u2800\u3164"]
)
def test_a_message_that_says_nothing_or_cannot_be_kept_is_refused(session, sealer, typed):
    filed = file(session, sealer)
    with pytest.raises(InvalidInput):
        mailbox.write(session, sealer, come_back(session, sealer, filed.code), typed, AT)


def test_control_characters_of_a_message_are_left_out_and_joiners_stay(session, sealer):
    filed = file(session, sealer)
    joined = "\U0001f468\u200d\U0001f469 می\u200cخواهم"
    visit = come_back(session, sealer, filed.code)
    mailbox.write(session, sealer, visit, f"\x1b[31mHelp\x07\tme\r\n{joined}\x85", AT)
    assert mailbox.mailbox(session, sealer, visit, AT).messages[0].text == f"[31mHelp\tme\n{joined}"


def test_a_message_of_20000_characters_is_kept_whole(session, sealer):
    filed = file(session, sealer)
    visit = come_back(session, sealer, filed.code)
    mailbox.write(session, sealer, visit, "字" * 20_000, AT)
    assert mailbox.mailbox(session, sealer, visit, AT).messages[0].text == "字" * 20_000


def test_a_mailbox_takes_so_many_messages_a_day(session, sealer, monkeypatch):
    monkeypatch.setattr(messages, "MAX_A_DAY", 2)
    visit = come_back(session, sealer, file(session, sealer).code)
    for number in range(2):
        mailbox.write(session, sealer, visit, f"message {number}", AT)
    with pytest.raises(InvalidInput):
        mailbox.write(session, sealer, visit, "one more", AT)
    mailbox.write(session, sealer, visit, "the next day", AT + DAY)


def test_an_officers_message_is_new_until_it_was_read(session, sealer):
    filed = file(session, sealer)
    opened = sealer.open_as_unit(session, filed.box, "it-labour")
    messages.write_message(session, sealer, filed.case, opened, Author.OFFICER, "When did it happen?", AT.date())
    (message,) = view(session, sealer, filed).messages
    assert (message.text, message.author, message.is_new) == ("When did it happen?", Author.OFFICER, True)
    assert not view(session, sealer, filed).messages[0].is_new


def test_an_answer_lets_a_waiting_case_go_on_where_it_was(session, sealer):
    for states in (
        (CaseState.IN_TRIAGE,),
        (CaseState.IN_TRIAGE, CaseState.INVESTIGATING),
    ):
        filed = file(session, sealer)
        go(session, filed.case, *states, CaseState.WAITING_COMPLAINANT)
        later = AT + 10 * DAY
        displayed = view(session, sealer, filed, later)
        assert (displayed.reads, displayed.waiting_until) == (Reads.WAITING_FOR_YOU, AT.date() + 60 * DAY)
        mailbox.write(session, sealer, come_back(session, sealer, filed.code, later), "In May.", later)
        assert filed.case.state is states[-1]
        # The clock stood still meanwhile.
        assert view(session, sealer, filed, later).answer_by == AT.date().replace(month=6) + 10 * DAY


def test_a_message_before_filing_is_refused(session, sealer):
    token, _ = begin(session, sealer)
    with pytest.raises(NotNow):
        mailbox.write(session, sealer, visit_of(session, sealer, token), "words", AT)


def test_consents_are_given_and_revoked_one_by_one(session, sealer):
    filed = file(session, sealer)
    visit = come_back(session, sealer, filed.code)
    for _ in range(2):
        mailbox.consent(session, sealer, visit, ConsentKind.UNION, AT, is_given=True)
    assert consents.is_consented(session, filed.case, ConsentKind.UNION)
    assert not consents.is_consented(session, filed.case, ConsentKind.AUTHORITY_IN_CHINA)
    mailbox.consent(session, sealer, visit, ConsentKind.UNION, AT + DAY, is_given=False)
    assert not consents.is_consented(session, filed.case, ConsentKind.UNION)
    displayed = {one.kind: one for one in mailbox.mailbox(session, sealer, visit, AT).consents}
    assert (displayed[ConsentKind.UNION].is_given, displayed[ConsentKind.UNION].since) == (False, (AT + DAY).date())
    assert displayed[ConsentKind.POLICE].since is None
    assert set(displayed) == set(ConsentKind)


def test_a_withdrawn_draft_cannot_be_opened_from_then_on(session, sealer):
    token, code = begin(session, sealer)
    visit = visit_of(session, sealer, token)
    filing.answer(session, sealer, visit, ORDINARY)
    mailbox.withdraw(session, sealer, visit, AT)
    assert session.execute(select(func.count(WrappedKey.id))).scalar_one() == 0
    with pytest.raises(UnknownReceipt):
        come_back(session, sealer, code)


def test_a_withdrawal_can_be_taken_back_for_thirty_days(session, sealer):
    filed = file(session, sealer)
    for _ in range(2):
        mailbox.withdraw(session, sealer, come_back(session, sealer, filed.code), AT)
    displayed = view(session, sealer, filed)
    assert (displayed.reads, displayed.purge_on) == (Reads.WITHDRAWN, AT.date() + 30 * DAY)
    assert Can.TAKE_BACK in displayed.can
    with pytest.raises(NotNow):
        mailbox.write(session, sealer, come_back(session, sealer, filed.code), "words", AT)
    later = AT + 29 * DAY
    mailbox.open_again(session, sealer, come_back(session, sealer, filed.code, later), later, text="I was made to.")
    displayed = view(session, sealer, filed, later)
    assert (displayed.reads, displayed.purge_on) == (Reads.OPENED_AGAIN, None)
    assert displayed.messages[-1].text == "I was made to."


def test_after_thirty_days_what_was_withdrawn_is_unknown(session, sealer):
    filed = file(session, sealer)
    mailbox.withdraw(session, sealer, come_back(session, sealer, filed.code), AT)
    come_back(session, sealer, filed.code, AT + 29 * DAY)
    with pytest.raises(UnknownReceipt):
        come_back(session, sealer, filed.code, AT + 30 * DAY)


def test_a_decision_is_objected_to_and_no_longer_withdrawn(session, sealer):
    filed = file(session, sealer)
    decide(session, filed.case)
    displayed = view(session, sealer, filed)
    assert displayed.reads is Reads.DECIDED_AGAINST
    assert Can.OBJECT in displayed.can
    assert Can.WITHDRAW not in displayed.can
    with pytest.raises(IllegalMove):
        mailbox.withdraw(session, sealer, come_back(session, sealer, filed.code), AT)
    for _ in range(2):
        visit = come_back(session, sealer, filed.code)
        mailbox.open_again(session, sealer, visit, AT, text="It is not so.", idempotency_key="k")
    assert filed.case.state is CaseState.REOPENED
    assert len(view(session, sealer, filed).messages) == 1


def test_a_closed_case_is_opened_again_within_a_year(session, sealer):
    filed = file(session, sealer)
    decide(session, filed.case)
    go(session, filed.case, CaseState.CLOSED)
    displayed = view(session, sealer, filed)
    assert (displayed.purge_on, Can.REOPEN in displayed.can) == (AT.date() + 365 * DAY, True)
    later = AT + 364 * DAY
    mailbox.open_again(session, sealer, come_back(session, sealer, filed.code, later), later)
    assert filed.case.state is CaseState.REOPENED
    assert filed.case.purge_on is None


def test_a_complaint_in_quarantine_looks_like_received(session, sealer, monkeypatch):
    plain = view(session, sealer, file(session, sealer, INFORMATION))
    monkeypatch.setattr("registry.complaints.triage.rules.A_DAY", 0)
    filed = file(session, sealer, INFORMATION)
    assert filed.case.state is CaseState.QUARANTINED
    assert view(session, sealer, filed) == plain


def test_what_was_read_before_it_was_set_aside_reads_on_as_it_did(session, sealer):
    filed = file(session, sealer, INFORMATION)
    go(session, filed.case, CaseState.IN_TRIAGE)
    before = view(session, sealer, filed)
    go(session, filed.case, CaseState.QUARANTINED)
    assert view(session, sealer, filed) == before
    go(session, filed.case, CaseState.SUBMITTED)
    assert view(session, sealer, filed).steps == before.steps


def test_every_state_has_words_in_every_language():
    for language in Language:
        for read in set(Reads) - {Reads.UNKNOWN}:
            assert text(language, f"case.reads.{read}")


def test_nothing_but_the_last_digits_is_told_before_the_receipt_is_confirmed(session, sealer):
    code, root = minted()
    started = filing.start(session, sealer, code, root, language=Language.EN, role="worker", at=AT)
    visit = visit_of(session, sealer, started.token)
    for act in (
        lambda: mailbox.mailbox(session, sealer, visit, AT),
        lambda: mailbox.write(session, sealer, visit, "words", AT),
        lambda: mailbox.withdraw(session, sealer, visit, AT),
        lambda: mailbox.consent(session, sealer, visit, ConsentKind.NGO, AT, is_given=True),
        lambda: filing.submit(session, sealer, visit, AT),
    ):
        with pytest.raises(NotNow):
            act()
    assert root == root_of(code)
