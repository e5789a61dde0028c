"""Lists and channels: what a list prints anew is no way around the second person."""

from registry.register.agencies import channel_changes
from registry.register.imports.report import Report
from registry.vocabulary.register import ChannelKind
from registry.vocabulary.supervision import ChannelChangeState
from tests.register.imports.lists import ListImporter, plain_mapping

HEADER = "Name,Reg,Status,Phone,Mail"
COLUMNS = {"name": "Name", "registration_number": "Reg", "status": "Status", "phone": "Phone", "email": "Mail"}


def take(importer: ListImporter, phone: str, mail: str = "", status: str = "valid") -> Report:
    return importer.plain(f"A Ltd,1,{status},{phone},{mail}", header=HEADER, mapping=plain_mapping(COLUMNS))


def channels_of(importer: ListImporter) -> list[tuple[str, bool]]:
    return [(one.value, one.to is None) for one in importer.records()[0].channels]


def waiting(importer: ListImporter) -> list[tuple[ChannelKind, str | None, str, ChannelChangeState]]:
    with importer.sessions() as session:
        found = channel_changes.channel_changes(session, is_open=False)
    return [(change.kind, change.old_value, change.value, change.state) for change, _ in found]


PROPOSED, STALE = ChannelChangeState.PROPOSED, ChannelChangeState.STALE


def test_a_phone_in_the_place_of_another_is_held_and_the_old_one_stays(importer: ListImporter) -> None:
    take(importer, "+420 601 000 001")
    report = take(importer, "+420 601 000 002")
    assert channels_of(importer) == [("+420 601 000 001", True)]
    assert waiting(importer) == [(ChannelKind.PHONE, "+420 601 000 001", "+420 601 000 002", PROPOSED)]
    assert any("registry channels list" in note for note in report.notes)
    take(importer, "+420 601 000 002", status="on hold")
    assert len(waiting(importer)) == 1


def test_a_phone_that_comes_back_after_it_was_gone_is_held_too(importer: ListImporter) -> None:
    take(importer, "+420 601 000 001")
    take(importer, "")
    assert channels_of(importer) == [("+420 601 000 001", False)]
    take(importer, "+420 601 000 002")
    assert channels_of(importer) == [("+420 601 000 001", False)]
    assert waiting(importer) == [(ChannelKind.PHONE, None, "+420 601 000 002", PROPOSED)]


def test_the_first_of_its_kind_and_another_spelling_are_published(importer: ListImporter) -> None:
    take(importer, "+420 601 000 001")
    take(importer, "+420-601-000-001", "a@agency.example")
    assert [value for value, is_open in channels_of(importer) if is_open] == ["+420-601-000-001", "a@agency.example"]
    assert waiting(importer) == []


def test_what_the_list_takes_back_waits_no_more(importer: ListImporter) -> None:
    take(importer, "+420 601 000 001")
    take(importer, "+420 601 000 002")
    take(importer, "+420 601 000 001")
    assert channels_of(importer) == [("+420 601 000 001", True)]
    assert [state for *_, state in waiting(importer)] == [STALE]


def test_what_was_refused_is_not_proposed_again(importer: ListImporter) -> None:
    take(importer, "+420 601 000 001")
    take(importer, "+420 601 000 002")
    with importer.sessions() as session:
        change, _ = channel_changes.channel_changes(session)[0]
        assert change.proposed_by == "the list zz-list"
        channel_changes.refuse(session, change.reference, by="B. Second")
        session.commit()
    take(importer, "+420 601 000 002", status="on hold")
    assert [state for *_, state in waiting(importer)] == [ChannelChangeState.REFUSED]


def test_a_dry_run_proposes_nothing(importer: ListImporter) -> None:
    take(importer, "+420 601 000 001")
    importer.plain("A Ltd,1,valid,+420 601 000 002,", header=HEADER, mapping=plain_mapping(COLUMNS), is_dry_run=True)
    assert waiting(importer) == []
