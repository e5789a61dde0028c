"""A list from file to public record, on both databases: what is new, what changed, what vanished, and what may not happen."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select, text

from registry.core.errors import ImportRefused
from registry.register.agencies import actions as agencies
from registry.register.agencies import models
from registry.register.agencies.record import Licence
from registry.register.authorities.models import Retrieval, SourceVersion
from registry.register.imports.jobs import ImportRunning, only_import_of
from registry.register.imports.mapping import read_mapping
from registry.register.imports.report import Report
from registry.vocabulary.codes import Flaw
from registry.vocabulary.register import Activity, HolderKind, LicenceKind, LicenceStatus, NameKind
from tests.register.imports.lists import ListImporter, agency, ico, permit, plain_list, plain_mapping, plain_text

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def counts(report: Report) -> tuple[int, int, int, int, int, int]:
    assert report.refused_because is None
    c = report.counts
    return (c.read, c.new, c.changed, c.unchanged, c.rejected, c.vanished)


def statuses(licence: Licence) -> list[tuple[LicenceStatus | None, date | None, date | None]]:
    return [(period.status, period.from_, period.to) for period in licence.status_history]


def test_a_first_list_is_published_whole(importer: ListImporter) -> None:
    report = importer.czech(
        agency(1), agency(2, permits=[permit(), permit(platnostOd="2025-02-01", zamestnavaniOsob=True)])
    )
    assert counts(report) == (3, 2, 0, 0, 0, 0)
    first, second = importer.records()
    assert first.identifiers[0].value == ico(1)
    assert first.holder_kind is HolderKind.LEGAL_PERSON
    licence = first.licences[0]
    assert (licence.kind, licence.activities) == (LicenceKind.CZ_VYHLEDAVANI_ZAMESTNANI, (Activity.PLACEMENT,))
    assert (licence.sectors, licence.corridors, licence.conditions) == (None, None, None)
    assert statuses(licence) == [(LicenceStatus.ACTIVE, date(2024, 1, 1), None)]
    assert [one.kind for one in second.licences] == [
        LicenceKind.CZ_VYHLEDAVANI_ZAMESTNANI,
        LicenceKind.CZ_ZPROSTREDKOVANI_ZAMESTNANI,
    ]


def test_the_same_list_again_changes_nothing_and_renews_the_freshness(importer: ListImporter) -> None:
    importer.czech(agency(1), agency(2))
    before, entries = importer.records(), importer.entries()
    assert counts(importer.czech(agency(2), agency(1))) == (2, 0, 0, 2, 0, 0)
    assert importer.records() == before
    assert importer.entries() == entries
    with importer.sessions() as session:
        first, second = session.execute(select(Retrieval.retrieved_at).order_by(Retrieval.id)).scalars()
        assert second > first


def test_an_agency_of_two_lists_is_as_fresh_as_the_list_that_showed_it_longest_ago(importer: ListImporter) -> None:
    row = "A Ltd,1,L1,valid,2025-01-01,"
    partial = read_mapping(plain_text(is_full=False).replace("zz-list", "zz-part"), "the test's mapping")
    for _ in range(2):
        # The full list says the same again: nothing but the reading is written down for it.
        importer.plain(row)
        importer.plain(row, mapping=partial)
        with importer.sessions() as session:
            readings = list(session.execute(select(Retrieval.retrieved_at).order_by(Retrieval.id)).scalars())
            confirmed = session.execute(select(models.PublicRecord.confirmed_at)).scalar_one()
        assert confirmed == readings[-2]


def test_a_dry_run_tells_the_same_and_writes_nothing(importer: ListImporter) -> None:
    assert counts(importer.czech(agency(1), is_dry_run=True)) == (1, 1, 0, 0, 0, 0)
    assert importer.records() == []
    importer.czech(agency(1), agency(2), accepts_shrink=True)
    entries = importer.entries()
    with importer.sessions() as session:
        version = session.execute(select(SourceVersion.version)).scalar_one()
    report = importer.czech(
        agency(1, "Vymyšlená agentura nová s.r.o."), agency(3), is_dry_run=True, accepts_shrink=True
    )
    assert counts(report) == (2, 1, 1, 0, 0, 1)
    assert not report.is_applied
    assert importer.entries() == entries
    with importer.sessions() as session:
        assert session.execute(select(SourceVersion.version)).scalar_one() == version


def test_a_new_name_makes_the_old_one_a_dated_former_name(importer: ListImporter) -> None:
    with time_machine.travel(NOON, tick=True):
        importer.czech(agency(1, "Vymyšlená stará s.r.o."))
        importer.czech(agency(1, "Vymyšlená nová s.r.o."))
    names = [(name.name, name.kind, name.to) for name in importer.records()[0].names]
    assert names == [
        ("Vymyšlená stará s.r.o.", NameKind.FORMER, date(2026, 3, 9)),
        ("Vymyšlená nová s.r.o.", NameKind.LEGAL, None),
    ]


def test_a_row_that_vanished_from_a_full_list_is_delisted_and_stays_visible(importer: ListImporter) -> None:
    importer.czech(*(agency(number) for number in range(1, 12)))
    year = datetime.now(UTC).year + 1
    with time_machine.travel(datetime(year, 3, 10, 23, 30, tzinfo=UTC), tick=True):
        assert counts(importer.czech(*(agency(number) for number in range(2, 12)))) == (10, 0, 0, 10, 0, 1)
    gone = next(one for one in importer.records() if one.identifiers[0].value == ico(1))
    # The day is the authority's: it is past midnight in Prague.
    assert statuses(gone.licences[0]) == [
        (LicenceStatus.ACTIVE, date(2024, 1, 1), date(year, 3, 10)),
        (LicenceStatus.DELISTED, date(year, 3, 11), None),
    ]
    assert importer.entries()[-1] == "licence.delisted"


def test_a_row_that_comes_back_is_reinstated_under_its_old_references(importer: ListImporter) -> None:
    importer.czech(*(agency(number) for number in range(1, 12)))
    before = {one.identifiers[0].value: (one.agency_id, one.licences[0].licence_id) for one in importer.records()}
    importer.czech(*(agency(number) for number in range(2, 12)))
    with time_machine.travel(datetime.now(UTC) + timedelta(days=5), tick=True):
        report = importer.czech(*(agency(number) for number in range(1, 12)))
    assert (report.counts.new, report.counts.reinstated) == (0, 1)
    back = next(one for one in importer.records() if one.identifiers[0].value == ico(1))
    assert (back.agency_id, back.licences[0].licence_id) == before[ico(1)]
    assert [status for status, _, _ in statuses(back.licences[0])] == [
        LicenceStatus.ACTIVE,
        LicenceStatus.DELISTED,
        LicenceStatus.ACTIVE,
    ]
    assert importer.entries()[-1] == "licence.reinstated"


def test_a_partial_list_delists_nothing_and_confirms_what_it_shows(importer: ListImporter) -> None:
    mapping = plain_mapping(is_full=False)
    importer.plain("A Ltd,1,L1,valid,2025-01-01,", "B Ltd,2,L2,valid,2025-01-01,", mapping=mapping)
    assert counts(importer.plain("A Ltd,1,L1,valid,2025-01-01,", mapping=mapping)) == (1, 0, 0, 1, 0, 0)
    assert all(one.licences[0].status_history[-1].status is LicenceStatus.ACTIVE for one in importer.records())
    with importer.sessions() as session:
        last = session.execute(select(func.max(Retrieval.retrieved_at))).scalar_one()
        confirmed = dict(session.execute(select(models.PublicRecord.agency_id, models.PublicRecord.confirmed_at)).all())
        assert list(confirmed.values()).count(last) == 1


def test_a_list_that_shrinks_by_more_than_a_tenth_stops_and_asks(importer: ListImporter) -> None:
    importer.czech(*(agency(number) for number in range(1, 11)))
    entries = importer.entries()
    report = importer.czech(*(agency(number) for number in range(3, 11)))
    assert report.refused_because is not None
    assert "would delist 2 of 10 agencies" in report.refused_because
    assert report.needs_approval
    assert importer.entries() == entries
    assert counts(importer.czech(*(agency(number) for number in range(3, 11)), accepts_shrink=True))[5] == 2


def test_a_list_that_keeps_its_agencies_and_loses_their_licences_stops_too(importer: ListImporter) -> None:
    importer.czech(*(agency(number) for number in range(1, 6)))
    report = importer.czech(*(agency(number, permits=[permit(platnostOd="2025-06-01")]) for number in range(1, 6)))
    assert report.refused_because is not None
    assert "5 of 5 licences" in report.refused_because


def test_an_expired_permit_that_was_replaced_is_kept_as_it_ended(importer: ListImporter) -> None:
    with time_machine.travel(datetime(2026, 1, 5, tzinfo=UTC), tick=True):
        importer.czech(agency(1, permits=[permit(platnostDo="2026-02-01")]))
    with time_machine.travel(datetime(2026, 3, 5, tzinfo=UTC), tick=True):
        assert counts(importer.czech(agency(1, permits=[permit(platnostOd="2026-02-02")]))) == (1, 0, 1, 0, 0, 0)
    old, new = importer.records()[0].licences
    assert statuses(old) == [(LicenceStatus.ACTIVE, date(2024, 1, 1), None)]
    assert old.valid_to == date(2026, 2, 1)
    assert new.valid_from == date(2026, 2, 2)


def test_a_permit_that_vanished_before_its_end_is_delisted(importer: ListImporter) -> None:
    importer.czech(*(agency(number, permits=[permit(), permit(platnostOd="2025-01-01")]) for number in range(1, 11)))
    agencies_now = [agency(1), *(agency(n, permits=[permit(), permit(platnostOd="2025-01-01")]) for n in range(2, 11))]
    report = importer.czech(*agencies_now)
    assert report.counts.delisted_licences == 1
    first = next(one for one in importer.records() if one.identifiers[0].value == ico(1))
    assert [statuses(one)[-1][0] for one in first.licences] == [LicenceStatus.ACTIVE, LicenceStatus.DELISTED]


def test_a_changed_status_closes_the_former_period_the_day_before(importer: ListImporter) -> None:
    with time_machine.travel(NOON, tick=True):
        importer.plain("A Ltd,1,L1,valid,2025-01-01,")
        importer.plain("A Ltd,1,L1,on hold,2025-01-01,")
    assert statuses(importer.records()[0].licences[0]) == [
        (LicenceStatus.ACTIVE, date(2025, 1, 1), date(2026, 3, 9)),
        (LicenceStatus.SUSPENDED, date(2026, 3, 10), None),
    ]
    assert importer.entries()[-1] == "licence.suspended"


def test_a_bad_status_without_a_date_is_not_backdated(importer: ListImporter) -> None:
    with time_machine.travel(NOON, tick=True):
        importer.plain("A Ltd,1,L1,withdrawn,2025-01-01,")
    assert statuses(importer.records()[0].licences[0]) == [(LicenceStatus.REVOKED, date(2026, 3, 10), None)]


def test_a_revoked_licence_that_vanishes_stays_revoked(importer: ListImporter) -> None:
    importer.plain("A Ltd,1,L1,withdrawn,2025-01-01,", "B Ltd,2,L2,valid,2025-01-01,")
    importer.plain("B Ltd,2,L2,valid,2025-01-01,", accepts_shrink=True)
    assert statuses(importer.records()[0].licences[0])[-1][0] is LicenceStatus.REVOKED


def test_rejected_rows_stop_the_import_and_say_what_to_do(importer: ListImporter) -> None:
    report = importer.plain(
        "A Ltd,1,L1,valid,2025-01-01,",
        "B Ltd,2,L2,perhaps,2025-01-01,",
        ",3,L3,valid,2025-01-01,",
        "D Ltd,4,L4,valid,soon,",
        "E Ltd,5,L5,valid,2025-02-01,2025-01-01",
        "F Ltd,6",
        "G Ltd,,L7,valid,2025-01-01,",
    )
    assert report.refused_because is not None
    assert report.refused_because.startswith("6 of 7 rows cannot be taken")
    assert [(one.line, one.column, one.flaw.value, one.value) for one in report.rejects] == [
        (3, "Status", "unknown_word", "perhaps"),
        (4, "Name", "name_missing", None),
        (5, "From", "not_a_date", "soon"),
        (6, "To", "dates_reversed", "2025-02-01 to 2025-01-01"),
        (7, "", "too_few_cells", None),
        (8, "Reg", "key_missing", None),
    ]
    assert all(one.advice for one in report.rejects)
    assert importer.records() == []


def test_good_rows_can_be_taken_without_the_bad_ones(importer: ListImporter) -> None:
    report = importer.plain("A Ltd,1,L1,valid,2025-01-01,", "B Ltd,2,L2,perhaps,2025-01-01,", skips_rejects=True)
    assert counts(report) == (2, 1, 0, 0, 1, 0)
    assert [one.names[0].name for one in importer.records()] == ["A Ltd"]


def test_a_row_that_can_no_longer_be_read_leaves_no_active_licence_behind(importer: ListImporter) -> None:
    rows = [f"A{n} Ltd,{n},L{n},valid,2025-01-01," for n in range(10, 30)]
    importer.plain(*rows)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2), tick=True):
        broken = [rows[0].replace("valid", "rev0ked"), *rows[1:]]
        report = importer.plain(*broken, skips_rejects=True)
        assert (report.counts.rejected, report.counts.vanished) == (1, 0)
        history = importer.records()[0].licences[0].status_history
        assert [period.status for period in history] == [LicenceStatus.ACTIVE]
        assert history[0].to is not None
    with time_machine.travel(datetime.now(UTC) + timedelta(days=4), tick=True):
        importer.plain(*rows)
    assert [period.status for period in importer.records()[0].licences[0].status_history] == [LicenceStatus.ACTIVE] * 2
    assert importer.records()[0].licences[0].status_history[-1].to is None


def test_a_permit_that_permits_nothing_known_is_rejected_alone(importer: ListImporter) -> None:
    report = importer.czech(agency(1, permits=[permit(), permit(vyhledavaniZamestnani=False)]), skips_rejects=True)
    assert [(one.line, one.part, one.flaw.value) for one in report.rejects] == [(1, 2, "no_kind")]
    assert len(importer.records()[0].licences) == 1


def test_the_czech_flags_give_kind_activities_and_conditions(importer: ListImporter) -> None:
    importer.czech(
        agency(1, permits=[permit(vyhledavaniZamestnani=False, poradenskaCinnost=True)]),
        agency(2, permits=[permit(zamestnavaniOsob=True, vyhledavaniZamestnani=False, predmetProObcanyEu=True)]),
        agency(3, permits=[permit(druhyPraci={"cs": "pouze dělnické profese"}, predmetProCizinceMimoEu=True)]),
    )
    one, two, three = (record.licences[0] for record in importer.records())
    assert (one.kind, one.activities) == (LicenceKind.CZ_PORADENSKA_CINNOST, (Activity.COUNSELLING,))
    assert two.kind is LicenceKind.CZ_ZAMESTNAVANI_OSOB
    assert two.conditions is not None
    assert two.conditions[0].text is not None
    assert "cizince mimo EU" in two.conditions[0].text
    assert three.conditions is not None
    assert [condition.text for condition in three.conditions] == ["pouze dělnické profese"]


def test_personal_columns_of_a_list_reach_no_table(importer: ListImporter) -> None:
    importer.czech(
        agency(
            1,
            odpovednyZastupce={"jmeno": "Smyslena", "prijmeni": "Osobnost"},
            kontaktniOsoby=[{"jmeno": "Vymyslena", "telefon": "999888777"}],
        )
    )
    mapping = plain_mapping(
        {"name": "Name", "registration_number": "Reg", "status": "Status", "place": "Contact person"}
    )
    report = importer.plain(
        "A Ltd,77,valid,Smyslena Osobnost", header="Name,Reg,Status,Contact person", mapping=mapping
    )
    assert any("Contact person" in note and "natural persons" in note for note in report.notes)
    dump = dumped(importer)
    for secret in ("Smyslena", "Osobnost", "Vymyslena", "999888777"):
        assert secret not in dump


def dumped(importer: ListImporter) -> str:
    with importer.sessions() as session:
        from registry.tables import METADATA

        return "\n".join(
            repr([bytes(value) if isinstance(value, memoryview) else value for value in row])
            for table in METADATA.sorted_tables
            for row in session.execute(text(f'SELECT * FROM "{table.name}"'))
        )


def test_numbers_of_persons_are_stored_nowhere_and_shown_nowhere(importer: ListImporter) -> None:
    mapping = plain_mapping(
        {"name": "Name", "uscc": "Code", "status": "Status", "place": "Place"}, key="name", conditions=["Remark"]
    )
    secret = "11010519491231002X"
    report = importer.plain(
        f"虚构有限公司,{secret},valid,Here,none",
        f"示例有限公司,,valid,{secret},none",
        f"假想有限公司,,valid,Here,only {secret}",
        f"{secret}有限公司,,valid,Here,none",
        header="Name,Code,Status,Place,Remark",
        mapping=mapping,
        skips_rejects=True,
    )
    assert report.warning_counts == {"personal_data": 3}
    assert [one.flaw.value for one in report.rejects] == ["personal_data"]
    assert secret not in dumped(importer)
    assert secret not in repr(report)
    conditions = [one.licences[0].conditions for one in importer.records()]
    # That there is a condition must not get lost with its words.
    assert sum(condition is not None for condition in conditions) == 1


def test_rows_of_one_agency_are_one_agency(importer: ListImporter) -> None:
    report = importer.plain(
        "A Ltd,1,L1,valid,2025-01-01,",
        "Z Ltd,9,L9,valid,2025-01-01,",
        "A Trading Ltd,1,L2,valid,2025-02-01,",
        "A Ltd,1,L3,valid,2025-03-01,",
        mapping=plain_mapping(source_more="joins_names = true"),
    )
    assert counts(report) == (4, 2, 0, 0, 0, 0)
    assert report.warning_counts == {"merged_names": 1}
    first = importer.records()[0]
    assert [(name.name, name.kind) for name in first.names] == [
        ("A Ltd", NameKind.LEGAL),
        ("A Trading Ltd", NameKind.TRADE),
    ]
    assert [licence.number for licence in first.licences] == ["L1", "L2", "L3"]


def test_rows_with_different_keys_and_one_identifier_are_one_agency(importer: ListImporter) -> None:
    columns = {"name": "Name", "registration_number": "Reg", "uscc": "Code", "status": "Status", "number": "Licence"}
    mapping = plain_mapping(columns, key="number", kind="cn_foreign_labour_service_cooperation", country="CN")
    code = "91440101687679653R"
    rows = [f"虚构有限公司,1,{code},valid,甲一", f"虚构有限公司,1,{code},valid,甲二", "示例有限公司,2,,valid,乙一"]
    for expected in ((3, 2, 0, 0, 0, 0), (3, 0, 0, 2, 0, 0)):
        report = importer.plain(*rows, header="Name,Reg,Code,Status,Licence", mapping=mapping)
        assert counts(report) == expected
    assert [len(one.licences) for one in importer.records()] == [1, 2]


def test_an_agency_known_from_another_list_is_not_held_twice(importer: ListImporter) -> None:
    importer.czech(agency(1))
    mapping = plain_mapping(is_full=True)
    report = importer.plain(f"Fictitious Ltd,{ico(1)},L1,valid,2025-01-01,", mapping=mapping)
    assert counts(report) == (1, 0, 1, 0, 0, 0)
    (one,) = importer.records()
    assert {licence.source for licence in one.licences} == {"cz-mpsv", "zz-list"}
    assert len(one.names) == 2
    # Each list speaks for its own facts alone.
    assert counts(importer.czech(agency(1))) == (1, 0, 0, 1, 0, 0)
    assert len(importer.records()[0].licences) == 2


def test_a_list_with_another_key_moves_its_agencies_instead_of_delisting_them(importer: ListImporter) -> None:
    rows = [f"A{n} Ltd,{n},L{n},valid,2025-01-01," for n in range(10, 20)]
    importer.plain(*rows, mapping=plain_mapping(key="registration_number"))
    report = importer.plain(*rows, mapping=plain_mapping(key="name"))
    assert counts(report) == (10, 0, 0, 10, 0, 0)
    assert counts(importer.plain(*rows, mapping=plain_mapping(key="name"))) == (10, 0, 0, 10, 0, 0)


def test_another_identifier_of_the_holder_waits_for_an_official(importer: ListImporter) -> None:
    columns = {"name": "Name", "registration_number": "Reg", "uscc": "Code", "status": "Status"}
    mapping = plain_mapping(columns, country="CN", kind="cn_foreign_labour_service_cooperation")
    header = "Name,Reg,Code,Status"
    importer.plain("虚构有限公司,1,91440101687679653R,valid", header=header, mapping=mapping)
    importer.plain("虚构有限公司,1,91440300570016397Q,valid", header=header, mapping=mapping)
    marks = [
        (one.value, one.is_under_review, one.to is None)
        for one in importer.records()[0].identifiers
        if one.scheme == "uscc"
    ]
    assert marks == [("91440101687679653R", False, False), ("91440300570016397Q", True, True)]


def test_an_erased_holder_is_not_written_down_again(importer: ListImporter) -> None:
    importer.plain("Smyslena Osoba,1,L1,valid,2025-01-01,")
    assert importer.records()[0].holder_kind is HolderKind.UNKNOWN
    with importer.sessions() as session:
        agencies.erase(session, session.execute(select(models.Agency)).scalar_one())
        session.commit()
    for row in ("Smyslena Osoba,1,L1,valid,2025-01-01,", "Smyslena Osoba,1,L1,on hold,2025-01-01,"):
        importer.plain(row)
        assert "Smyslena" not in dumped(importer)


def test_an_erased_holder_may_vanish_from_the_list(importer: ListImporter) -> None:
    others = [f"Agency {number} Ltd,{number},L{number},valid,2025-01-01," for number in range(20, 40)]
    importer.plain("Smyslena Osoba,1,L1,valid,2025-01-01,", *others)
    with importer.sessions() as session:
        agencies.erase(session, session.execute(select(models.Agency).order_by(models.Agency.id).limit(1)).scalar_one())
        session.commit()
    report = importer.plain(*others)
    assert report.is_applied
    assert report.counts.vanished == 1


def test_a_phone_of_a_person_is_not_kept(importer: ListImporter) -> None:
    columns = {"name": "Name", "registration_number": "Reg", "status": "Status", "phone": "Phone"}
    report = importer.plain(
        "A Ltd,1,valid,+000 111",
        "Smyslena Osoba,2,valid,+000 222",
        header="Name,Reg,Status,Phone",
        mapping=plain_mapping(columns),
    )
    assert report.warning_counts == {"channel_of_a_person": 1}
    assert [[channel.value for channel in one.channels] for one in importer.records()] == [["+000 111"], []]


def test_a_name_of_ten_kilobytes_and_a_record_that_fits_no_entry_are_rejected(importer: ListImporter) -> None:
    names = [f"Z{n} {'x' * 350} Ltd,7,L7,valid,2025-01-01," for n in range(60)]
    report = importer.plain(
        f"{'x' * 10_000} Ltd,1,L1,valid,2025-01-01,",
        "A Ltd,2,L2,valid,2025-01-01,",
        *names,
        skips_rejects=True,
        mapping=plain_mapping(source_more="joins_names = true"),
    )
    assert [one.flaw.value for one in report.rejects] == ["too_long", "record_too_large"]
    assert len(importer.records()) == 1


def test_deceiving_characters_are_taken_out_of_names(importer: ListImporter) -> None:
    importer.plain("Fic\u200bti\u202etious\x00 Ltd,1,L1,valid,2025-01-01,")
    assert importer.records()[0].names[0].name == "Fictitious Ltd"


def test_two_imports_of_one_source_do_not_run_at_once(importer: ListImporter) -> None:
    with (
        only_import_of(importer.settings, "cz-mpsv"),
        pytest.raises(ImportRunning, match="another import of cz-mpsv is running"),
    ):
        importer.czech(agency(1))
    assert counts(importer.czech(agency(1)))[1] == 1


def test_an_older_file_does_not_overwrite_a_newer_one(importer: ListImporter) -> None:
    importer.czech(agency(1))
    report = importer.czech(agency(1), retrieved_at=datetime.now(UTC) - timedelta(days=1))
    assert report.refused_because is not None
    assert "import the newer file" in report.refused_because


def test_a_source_cannot_change_hands(importer: ListImporter) -> None:
    import msgspec

    mapping = plain_mapping()
    importer.plain("A Ltd,1,L1,valid,2025-01-01,", mapping=mapping)
    other = msgspec.structs.replace(mapping, authority=msgspec.structs.replace(mapping.authority, reference="yy"))
    report = importer.plain("A Ltd,1,L1,valid,2025-01-01,", mapping=other)
    assert report.refused_because is not None
    assert "belongs to another authority" in report.refused_because


def test_a_list_without_rows_is_refused(importer: ListImporter) -> None:
    importer.plain("A Ltd,1,L1,valid,2025-01-01,")
    report = importer.plain()
    assert report.refused_because is not None
    assert "has no rows" in report.refused_because


def test_a_wrong_mapping_is_refused_with_every_fault() -> None:
    with pytest.raises(ImportRefused, match=r"no time zone is called .*; .*'nonsense' is no field"):
        plain_mapping(
            {"name": "Name", "registration_number": "Reg", "status": "S", "nonsense": "x"}, time_zone="Mars/Base"
        )


def test_a_real_list_is_not_imported_beside_demo_data(importer: ListImporter) -> None:
    with importer.sessions() as session:
        session.execute(text("UPDATE log_state SET size = 1, is_demo = true"))
        session.commit()
    report = importer.czech(agency(1))
    assert report.refused_because is not None
    assert "demo data" in report.refused_because


def test_a_mapping_whose_words_or_kinds_mean_nothing_is_refused() -> None:
    with pytest.raises(ImportRefused, match="'on hold' means 'asleep'"):
        read_mapping(plain_text().replace('"on hold" = "suspended"', '"on hold" = "asleep"'), "x")
    with pytest.raises(ImportRefused, match=r"source\.kinds lacks other_eu"):
        read_mapping(plain_text().replace('kinds = ["other_eu"]', 'kinds = ["de_aueg"]'), "x")
    with pytest.raises(ImportRefused, match="http or https"):
        read_mapping(plain_text(source_more='address = "file:///etc/passwd"'), "x")


def test_a_dry_run_of_a_list_with_bad_rows_compares_the_others_and_says_so(importer: ListImporter) -> None:
    report = importer.plain("A Ltd,1,L1,valid,2025-01-01,", "B Ltd,2,L2,perhaps,2025-01-01,", is_dry_run=True)
    assert report.counts.new == 1
    assert report.refused_because is not None
    assert (
        importer.plain(
            "A Ltd,1,L1,valid,2025-01-01,", "B,2,L2,no,,", is_dry_run=True, skips_rejects=True
        ).refused_because
        is None
    )


def test_an_old_copy_is_taken_with_a_word_about_its_age(importer: ListImporter, tmp_path: Path) -> None:
    path = plain_list(tmp_path / "old.csv", "A Ltd,1,L1,valid,2025-01-01,")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    report = importer.take(path, plain_mapping())
    assert report.is_applied
    assert any("last written on 2023-11-14" in note for note in report.notes)


def test_zeros_that_licence_numbers_lost_are_put_back(importer: ListImporter) -> None:
    table = "\n[number]\ndigits = 4\n"
    mapping = read_mapping(plain_text(key="number") + table, "x")
    importer.plain("A Ltd,1,0012,valid,2025-01-01,", "B Ltd,2,1345,valid,2025-01-01,", mapping=mapping)
    report = importer.plain("A Ltd,1,12,valid,2025-01-01,", "B Ltd,2,1345,valid,2025-01-01,", mapping=mapping)
    assert counts(report) == (2, 0, 0, 2, 0, 0)
    assert [(one.line, one.flaw) for one in report.warnings] == [(2, Flaw.LOST_ZEROS)]


def test_a_term_in_one_cell_is_read_as_such_and_a_word_may_mean_no_end(importer: ListImporter) -> None:
    columns = {"name": "企业名称", "registration_number": "编号", "status": "状态", "valid_to": "有效期"}
    mapping = read_mapping(plain_text(columns) + '\n[words.valid_to]\n"长期" = ""\n', "x")
    header = "企业名称,编号,状态,有效期"
    importer.plain(
        "甲有限公司,1,valid,2022年3月1日至2027年2月28日", "乙有限公司,2,valid,长期", mapping=mapping, header=header
    )
    terms = {one.names[0].name: (one.licences[0].valid_from, one.licences[0].valid_to) for one in importer.records()}
    assert terms == {"甲有限公司": (date(2022, 3, 1), date(2027, 2, 28)), "乙有限公司": (None, None)}
