"""Who opens a case: changed codes lock no one out, helpers see only what they wrote, workers can cut them off."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.complaints.case import access, messages, visits
from registry.complaints.case.states import Reads
from registry.complaints.intake import filing, mailbox
from registry.complaints.intake.mailbox import Can
from registry.complaints.sealing.models import EncryptedContainer, WrappedKey
from registry.complaints.sealing.sealer import Sealer
from registry.core.errors import InvalidInput, NotFound, NotNow, NoVisit, UnknownReceipt, Unopenable
from registry.vocabulary.cases import Author, KeyHolder, MailboxRole, MailboxState, Priority
from tests.complaints.boxes import registry_of_before
from tests.complaints.decided import decide
from tests.complaints.filing import (
    AT,
    FRIEND,
    ORDINARY,
    URGENT,
    Filed,
    begin,
    come_back,
    file,
    make_units,
    minted,
    root_of,
    visit_of,
)


@pytest.fixture(autouse=True)
def offices(session: Session, sealer: Sealer):
    return make_units(session, sealer)


def change(session: Session, sealer: Sealer, code: str) -> tuple[str, str]:
    """The token and receipt of a change that was offered."""
    other, root = minted()
    return access.change_receipt(session, sealer, come_back(session, sealer, code), other, root, AT), other


def invite(session: Session, sealer: Sealer, filed: Filed) -> str:
    code, root = minted()
    access.invite_worker(session, sealer, come_back(session, sealer, filed.code), root, AT)
    return code


def answer_to(session: Session, sealer: Sealer, filed: Filed, box: EncryptedContainer, text: str) -> None:
    opened = sealer.open_as_unit(session, box, "it-labour")
    messages.write_message(session, sealer, filed.case, opened, Author.OFFICER, text, AT.date())


def texts(session: Session, sealer: Sealer, code: str) -> list[str]:
    return [one.text for one in mailbox.mailbox(session, sealer, come_back(session, sealer, code), AT).messages]


def test_the_old_receipt_opens_until_the_new_one_was_typed_back(session, sealer):
    filed = file(session, sealer)
    token, _lost = change(session, sealer, filed.code)
    assert texts(session, sealer, filed.code) == []
    with pytest.raises(NotNow):
        mailbox.mailbox(session, sealer, visit_of(session, sealer, token), AT)
    with pytest.raises(InvalidInput):
        filing.confirm(session, sealer, visit_of(session, sealer, token), "000000", AT)
    come_back(session, sealer, filed.code)


def test_a_changed_receipt_opens_the_same_mailbox_and_the_old_one_none(session, sealer):
    filed = file(session, sealer)
    mailbox.write(session, sealer, come_back(session, sealer, filed.code), "before", AT)
    before = visit_of(session, sealer, filed.token)
    token, code = change(session, sealer, filed.code)
    after = filing.confirm(session, sealer, visit_of(session, sealer, token), code[-6:], AT)
    visit = visit_of(session, sealer, after)
    assert visit.box.id == before.box.id
    mailbox.write(session, sealer, visit, "after", AT)
    assert texts(session, sealer, code) == ["before", "after"]
    assert filing.answers(session, sealer, visit).answers == ORDINARY
    with pytest.raises(UnknownReceipt):
        come_back(session, sealer, filed.code)
    # A visit that was begun with the old code is over, and its seed opens nothing.
    with pytest.raises(NoVisit):
        visit_of(session, sealer, filed.token)
    with pytest.raises(Unopenable):
        sealer.open_as_mailbox(session, filed.box, before.seed)
    # The unit reads on.
    assert sealer.open_as_unit(session, filed.box, "it-labour")


def test_typing_a_changed_receipt_in_confirms_it(session, sealer):
    filed = file(session, sealer)
    _, code = change(session, sealer, filed.code)
    assert texts(session, sealer, code) == []
    with pytest.raises(UnknownReceipt):
        come_back(session, sealer, filed.code)


def test_of_two_changes_the_last_one_counts(session, sealer):
    filed = file(session, sealer)
    first, _ = change(session, sealer, filed.code)
    token, code = change(session, sealer, filed.code)
    with pytest.raises(NoVisit):
        visit_of(session, sealer, first)
    assert filing.confirm(session, sealer, visit_of(session, sealer, token), code[-6:], AT)


def test_a_draft_keeps_its_answers_when_its_receipt_is_changed(session, sealer):
    token, code = begin(session, sealer)
    filing.answer(session, sealer, visit_of(session, sealer, token), {"account": "half"})
    _, other = change(session, sealer, code)
    assert filing.answers(session, sealer, come_back(session, sealer, other)).answers == {"account": "half"}


def test_a_helper_reads_their_own_texts_and_nothing_of_how_it_goes(session, sealer):
    filed = file(session, sealer, FRIEND, role=MailboxRole.HELPER)
    mailbox.write(session, sealer, come_back(session, sealer, filed.code), "from the friend", AT)
    decide(session, filed.case)
    displayed = mailbox.mailbox(session, sealer, come_back(session, sealer, filed.code), AT)
    assert (displayed.role, displayed.reads) == (MailboxRole.HELPER, Reads.RECEIVED)
    assert [one.text for one in displayed.messages] == ["from the friend"]
    assert displayed.helpers == []


def test_the_worker_reads_all_and_the_helper_nothing_of_the_workers(session, sealer):
    filed = file(session, sealer, FRIEND, role=MailboxRole.HELPER)
    mailbox.write(session, sealer, come_back(session, sealer, filed.code), "from the friend", AT)
    code = invite(session, sealer, filed)
    worker = come_back(session, sealer, code)
    mailbox.write(session, sealer, worker, "from herself", AT)
    answer_to(session, sealer, filed, worker.box, "to herself")
    assert set(texts(session, sealer, code)) == {"from the friend", "from herself", "to herself"}
    assert texts(session, sealer, filed.code) == ["from the friend"]
    helper = come_back(session, sealer, filed.code)
    with pytest.raises(Unopenable):
        sealer.open_as_mailbox(session, helper.box, helper.seed, of=worker.box)


def test_once_the_worker_has_a_mailbox_the_helper_decides_nothing(session, sealer):
    filed = file(session, sealer, FRIEND, role=MailboxRole.HELPER)
    code = invite(session, sealer, filed)
    # Made, but not opened yet: somebody must be able to take it back.
    assert Can.WITHDRAW in mailbox.mailbox(session, sealer, come_back(session, sealer, filed.code), AT).can
    come_back(session, sealer, code)
    helper = come_back(session, sealer, filed.code)
    assert not mailbox.mailbox(session, sealer, helper, AT).can & {Can.WITHDRAW, Can.INVITE_WORKER}
    with pytest.raises(NotNow):
        mailbox.withdraw(session, sealer, helper, AT)
    with pytest.raises(NotNow):
        access.invite_worker(session, sealer, helper, minted()[1], AT)
    with pytest.raises(NotNow):
        access.cut_off(session, sealer, helper, helper.box.reference, AT.date())


def test_a_code_for_the_worker_that_was_never_used_is_replaced_by_the_next(session, sealer):
    filed = file(session, sealer, FRIEND, role=MailboxRole.HELPER)
    first, second = invite(session, sealer, filed), invite(session, sealer, filed)
    with pytest.raises(UnknownReceipt):
        come_back(session, sealer, first)
    assert come_back(session, sealer, second).box.role is MailboxRole.WORKER


def test_a_helper_who_was_cut_off_is_out_at_once(session, sealer):
    filed = file(session, sealer, FRIEND, role=MailboxRole.HELPER)
    mailbox.write(session, sealer, come_back(session, sealer, filed.code), "from the friend", AT)
    helper = visit_of(session, sealer, filed.token)
    change_token, changed = change(session, sealer, filed.code)
    code = invite(session, sealer, filed)
    worker = come_back(session, sealer, code)
    for _ in range(2):
        access.cut_off(session, sealer, worker, filed.box.reference, AT.date())
    for receipt in (filed.code, changed):
        with pytest.raises(UnknownReceipt):
            come_back(session, sealer, receipt)
    for token in (filed.token, change_token):
        with pytest.raises(NoVisit):
            visit_of(session, sealer, token)
    with pytest.raises(Unopenable):
        sealer.open_as_mailbox(session, helper.box, helper.seed)
    # What the helper wrote is still the worker's, also under a code that the worker changed.
    _, other = change(session, sealer, code)
    assert texts(session, sealer, other) == ["from the friend"]
    displayed = mailbox.mailbox(session, sealer, come_back(session, sealer, other), AT)
    assert [(one.state, one.answers_allowed) for one in displayed.helpers] == [(MailboxState.CUT_OFF, False)]
    with pytest.raises(NotNow):
        access.allow_answers(
            session, come_back(session, sealer, other), filed.box.reference, AT.date(), is_allowed=True
        )


def test_a_helper_of_another_case_cannot_be_cut_off(session, sealer):
    mine = file(session, sealer, FRIEND, role=MailboxRole.HELPER)
    others = file(session, sealer, FRIEND, role=MailboxRole.HELPER)
    worker = come_back(session, sealer, invite(session, sealer, mine))
    for act in (
        lambda: access.cut_off(session, sealer, worker, others.box.reference, AT.date()),
        lambda: access.allow_answers(session, worker, others.box.reference, AT.date(), is_allowed=True),
        lambda: access.cut_off(session, sealer, worker, worker.box.reference, AT.date()),
    ):
        with pytest.raises(NotFound):
            act()
    assert come_back(session, sealer, others.code)


def test_the_workers_own_answers_make_it_more_urgent_and_never_less(session, sealer):
    filed = file(session, sealer, {**FRIEND, "account": "She told me."}, role=MailboxRole.HELPER)
    before = filed.case.priority
    worker = come_back(session, sealer, invite(session, sealer, filed))
    filing.answer(session, sealer, worker, URGENT)
    filing.submit(session, sealer, worker, AT)
    assert filed.case.priority < before
    assert "in_danger" in filed.case.reasons
    # Sent once, though it is sent again.
    version = filed.case.version
    filing.submit(session, sealer, worker, AT)
    assert filed.case.version == version


def test_the_workers_milder_answers_do_not_make_it_less_urgent(session, sealer):
    filed = file(session, sealer, {**FRIEND, **URGENT}, role=MailboxRole.HELPER)
    worker = come_back(session, sealer, invite(session, sealer, filed))
    filing.answer(session, sealer, worker, {"account": "It is not so bad."})
    filing.submit(session, sealer, worker, AT)
    assert (filed.case.priority, filed.case.reasons) == (Priority.P0, ["in_danger", "deception", "one_indicator"])


def test_a_worker_is_not_invited_to_what_was_not_sent(session, sealer):
    token, _ = begin(session, sealer, MailboxRole.HELPER)
    with pytest.raises(NotNow):
        access.invite_worker(session, sealer, visit_of(session, sealer, token), minted()[1], AT + timedelta(hours=0))


def make_former(session: Session, sealer: Sealer, code: str) -> EncryptedContainer:
    """Let a mailbox be as it was before there were X-Wing keys, without a visit."""
    visit, root = come_back(session, sealer, code), root_of(code)
    readable = access.readable_boxes(session, visit.box)
    open_now = [sealer.open_as_mailbox(session, visit.box, visit.seed, of=box) for box in readable]
    with registry_of_before():
        for opened in open_now:
            sealer.share(session, opened, KeyHolder.MAILBOX, visit.box.reference, root.public)
        visit.box.public_key = root.public
    visits.end_all(session, visit.box)
    session.flush()
    return visit.box


def test_a_mailbox_of_before_gets_a_new_key_when_its_code_is_typed_in(session, sealer):
    helped = file(session, sealer, FRIEND, MailboxRole.HELPER)
    code = invite(session, sealer, helped)
    come_back(session, sealer, code)
    answer_to(session, sealer, helped, helped.box, "We have read it.")
    for former in (helped.code, code):
        box = make_former(session, sealer, former)
        assert len(box.public_key) == 32
        assert len(texts(session, sealer, former)) == 1
        assert box.public_key == root_of(former).public
        assert len(texts(session, sealer, former)) == 1
    wraps = select(func.distinct(func.length(WrappedKey.wrapped)))
    assert session.execute(wraps).scalars().all() == [1200]


def test_a_visit_that_is_open_goes_on_and_the_key_is_changed_after_it(session, sealer):
    filed = file(session, sealer)
    box = make_former(session, sealer, filed.code)
    seed = root_of(filed.code).former_seed
    other = visit_of(session, sealer, visits.begin(session, sealer, box, seed, AT))
    come_back(session, sealer, filed.code)
    assert len(box.public_key) == 32
    assert mailbox.mailbox(session, sealer, other, AT).can
    # A new number may be asked for, and takes its place, with a key of today.
    _, new = change(session, sealer, filed.code)
    assert come_back(session, sealer, new).box.public_key == root_of(new).public
