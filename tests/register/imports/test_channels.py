"""Lists and channels: what a list prints anew is no way around the second person."""

from registry.register.agencies import channels as changes
from registry.register.imports.report import Report
from registry.vocabulary.licensing import ChannelChangeState
from registry.vocabulary.register import ChannelKind
from tests.register.imports.lists import Desk, plain_mapping

HEADER = "Name,Reg,Status,Phone,Mail"
COLUMNS = {"name": "Name", "registration_number": "Reg", "status": "Status", "phone": "Phone", "email": "Mail"}


def take(desk: Desk, phone: str, mail: str = "", status: str = "valid") -> Report:
    return desk.plain(f"A Ltd,1,{status},{phone},{mail}", header=HEADER, mapping=plain_mapping(COLUMNS))


def channels_of(desk: Desk) -> list[tuple[str, bool]]:
    return [(one.value, one.to is None) for one in desk.records()[0].channels]


def waiting(desk: Desk) -> list[tuple[ChannelKind, str | None, str, ChannelChangeState]]:
    with desk.sessions() as session:
        found = changes.channel_changes(session, is_open=False)
    return [(change.kind, change.old_value, change.value, change.state) for change, _ in found]


PROPOSED, STALE = ChannelChangeState.PROPOSED, ChannelChangeState.STALE


def test_a_phone_in_the_place_of_another_is_held_and_the_old_one_stays(desk: Desk) -> None:
    take(desk, "+420 601 000 001")
    report = take(desk, "+420 601 000 002")
    assert channels_of(desk) == [("+420 601 000 001", True)]
    assert waiting(desk) == [(ChannelKind.PHONE, "+420 601 000 001", "+420 601 000 002", PROPOSED)]
    assert any("registry channels list" in note for note in report.notes)
    take(desk, "+420 601 000 002", status="on hold")
    assert len(waiting(desk)) == 1


def test_a_phone_that_comes_back_after_it_was_gone_is_held_too(desk: Desk) -> None:
    take(desk, "+420 601 000 001")
    take(desk, "")
    assert channels_of(desk) == [("+420 601 000 001", False)]
    take(desk, "+420 601 000 002")
    assert channels_of(desk) == [("+420 601 000 001", False)]
    assert waiting(desk) == [(ChannelKind.PHONE, None, "+420 601 000 002", PROPOSED)]


def test_the_first_of_its_kind_and_another_spelling_are_published(desk: Desk) -> None:
    take(desk, "+420 601 000 001")
    take(desk, "+420-601-000-001", "a@agency.example")
    assert [value for value, is_open in channels_of(desk) if is_open] == ["+420-601-000-001", "a@agency.example"]
    assert waiting(desk) == []


def test_what_the_list_takes_back_waits_no_more(desk: Desk) -> None:
    take(desk, "+420 601 000 001")
    take(desk, "+420 601 000 002")
    take(desk, "+420 601 000 001")
    assert channels_of(desk) == [("+420 601 000 001", True)]
    assert [state for *_, state in waiting(desk)] == [STALE]


def test_what_was_refused_is_not_proposed_again(desk: Desk) -> None:
    take(desk, "+420 601 000 001")
    take(desk, "+420 601 000 002")
    with desk.sessions() as session:
        change, _ = changes.channel_changes(session)[0]
        assert change.proposed_by == "the list zz-list"
        changes.refuse(session, change.reference, by="B. Second")
        session.commit()
    take(desk, "+420 601 000 002", status="on hold")
    assert [state for *_, state in waiting(desk)] == [ChannelChangeState.REFUSED]


def test_a_dry_run_proposes_nothing(desk: Desk) -> None:
    take(desk, "+420 601 000 001")
    desk.plain("A Ltd,1,valid,+420 601 000 002,", header=HEADER, mapping=plain_mapping(COLUMNS), is_dry_run=True)
    assert waiting(desk) == []
