"""What waits from outside: held lists, channel changes, clones. Two persons where it takes two, within the unit."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.models import AuditEntry
from registry.core.clock import now
from registry.core.ids import new_reference
from registry.officers import accounts
from registry.officers.rights import Role
from registry.register.agencies import record
from registry.register.agencies.models import PendingChannelChange
from registry.register.agencies.storage import row_ids
from registry.register.authorities.models import Retrieval, Source
from registry.register.imports.mapping import as_stored
from registry.register.imports.models import PendingImport
from registry.register.imports.report import Finding, Group, Overview, Report, SampleRow, to_sign
from registry.register.imports.rows import TableSeen
from registry.supervision.collisions.actions import find_collisions, renew_keys
from registry.supervision.collisions.models import Collision, CollisionState
from registry.supervision.collisions.rules import Sign
from registry.vocabulary.codes import Flaw
from registry.vocabulary.register import ChannelKind
from registry.vocabulary.supervision import LicenceAct
from tests.make import licence_record, make_agency, make_source, public_record_of, source_of
from tests.officers.making import make_unit
from tests.pages.officers.licences.conftest import DeskFor
from tests.pages.officers.signed_in import words_of
from tests.register.imports.lists import plain_mapping
from tests.supervision.licensing.making import proposed

PHONE = "+420 601 000 001"


@pytest.fixture
def agency(session: Session) -> record.Agency:
    channel = record.Channel(kind=ChannelKind.PHONE, value=PHONE, source=source_of("CZ"), retrieved_at=now())
    return make_agency(session, channels=(channel,), licences=(licence_record(),))


@pytest.fixture
def pending_import(session: Session) -> PendingImport:
    make_source(session, "CZ")
    source = session.execute(select(Source).where(Source.reference == source_of("CZ"))).scalar_one()
    source.mapping = as_stored(plain_mapping())
    pending = PendingImport(
        reference=new_reference(), source_id=source.id, file="x.list", digest="0" * 64, fetched_at=now(),
        reason="the list would delist 5 of 11 agencies <script>", counts={"read": 6, "vanished": 5},
    )  # fmt: skip
    session.add(pending)
    session.flush()
    return pending


def test_what_an_official_compares_with_the_file_stands_beside_the_buttons(
    session: Session, desk_for: DeskFor, pending_import: PendingImport
) -> None:
    table = TableSeen(place="table 1", heading="<b>Firms</b>", rows=9, taken=2, rejected=1)
    skipped = TableSeen(place="table 2", left_because="another list (承包工程)")
    sample = SampleRow("table 1, row 3", "Fictitious Ltd", "12345678", "L1", "2024-01-01", "")
    report = Report(source="zz", file="x", overview=Overview(tables=[table, skipped], headings=["row 5: Section II"]))
    report.overview.groups = [Group(kind="other_eu", status="suspended", licences=2, samples=[sample])]
    report.reject([Finding(4, "Note", Flaw.UNREAD_STATUS, "revoked", place="table 1, row 4")])
    pending_import.overview = to_sign(report)
    session.flush()
    anna = desk_for("Anna")
    page = anna.get("/console/imports")
    words = words_of(page)
    assert "<b>Firms</b>" not in page.get_data(as_text=True)
    for shown in (
        "another list (承包工程)",
        "row 5: Section II",
        "table 1, row 4",
        "unread_status",
        "Fictitious Ltd",
        "L1",
    ):
        assert shown in words
    anna.post(f"/console/imports/{pending_import.reference}/reject")
    session.refresh(pending_import)
    assert pending_import.overview is None


def test_what_two_agencies_are_known_by_stands_side_by_side_with_links_to_both(
    session: Session, desk_for: DeskFor, agency: record.Agency
) -> None:
    channel = record.Channel(kind=ChannelKind.PHONE, value=PHONE, source=source_of("CZ"), retrieved_at=now())
    other = make_agency(session, place="Invented Street 7", channels=(channel,))
    first, second = row_ids(session, [agency.agency_id, other.agency_id]).values()
    pair = Collision(
        reference=new_reference(), first_id=first, second_id=second, signs=[Sign.PHONE], rank=1,
        state=CollisionState.OPEN, found_at=now(),
    )  # fmt: skip
    session.add(pair)
    session.flush()
    page = desk_for("Anna").get("/console/clones").get_data(as_text=True)
    assert f'aria-label="{agency.names[0].name} · {other.names[0].name}"' in page
    table = re.search(r'<table class="sides">.*?</table>', page, re.S)[0]
    telephone = next(row for row in re.findall(r"<tr>.*?</tr>", table, re.S) if "Telephone" in row)
    assert telephone.count(PHONE) == 2
    assert "Invented Street 7" in table
    for one in (agency, other):
        assert re.search(rf'href="http[^"]*/agencies/{one.agency_id}"', table)
    assert f'href="/console/licences/{agency.licences[0].licence_id}"' in table


def test_what_two_agencies_share_is_said_in_the_readers_language(
    session: Session, desk_for: DeskFor, agency: record.Agency
) -> None:
    channel = record.Channel(kind=ChannelKind.PHONE, value=PHONE, source=source_of("CZ"), retrieved_at=now())
    other = make_agency(session, name="Agentura Smyšlená", channels=(channel,), licences=(licence_record(),))
    first, second = row_ids(session, [agency.agency_id, other.agency_id]).values()
    pair = Collision(
        reference=new_reference(), first_id=first, second_id=second, signs=list(Sign), rank=1,
        state=CollisionState.OPEN, found_at=now(),
    )  # fmt: skip
    session.add(pair)
    desk = desk_for("Anna")
    desk.officer.language = "zh-Hans"
    session.commit()
    words = words_of(desk.get("/console/clones"))
    for said in (
        f"同一电话：{PHONE}",
        "同一微信：发现时相同，现已不同",
        "银行账户相同（只比对摘要，不保存完整账号）",
        "名称相近",
    ):
        assert said in words
    assert not re.search(r"\bsame\b|when it was found", words)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("2 of 3 rows cannot be taken: mend them, or take the others with --skip-rejects", "3 行中有 2 行无法采用"),
        (
            "the list would delist 5 of 11 licences (more than 10%): see whether it is complete, and if it is, import it with"
            " --accept-shrink",
            "采用后将移出 11 个许可证中的 5 个（超过 10%）",
        ),
        ("<b>something else</b>", 'lang="en"><bdi>&lt;b&gt;something else&lt;/b&gt;</bdi>'),
    ],
)
def test_why_a_list_is_held_is_said_in_the_readers_language(
    session: Session, desk_for: DeskFor, pending_import: PendingImport, reason: str, said: str
) -> None:
    pending_import.reason = reason
    desk = desk_for("Anna")
    desk.officer.language = "zh-Hans"
    session.commit()
    assert said in desk.get("/console/imports").get_data(as_text=True)


def test_a_held_list_has_its_figures_beside_those_of_the_last_reading(
    session: Session, desk_for: DeskFor, pending_import: PendingImport
) -> None:
    counts = {"read": 11, "vanished": 0}
    session.add(
        Retrieval(
            source_id=pending_import.source_id,
            retrieved_at=now(),
            is_full=True,
            fresh_for_days=30,
            digest="1" * 64,
            counts=counts,
        )
    )
    session.flush()
    words = words_of(desk_for("Anna").get("/console/imports"))
    assert "rows read 6 11" in words
    assert "vanished 5 0" in words


def test_a_held_list_is_ordered_once(session: Session, desk_for: DeskFor, pending_import: PendingImport) -> None:
    anna = desk_for("Anna")
    page = anna.get("/console/imports")
    assert "would delist 5 of 11" in words_of(page)
    assert "<script>" not in page.get_data(as_text=True)
    assert source_of("CZ") in words_of(page)
    assert anna.post(f"/console/imports/{pending_import.reference}/approve").status_code == 303
    assert "The worker applies it" in words_of(anna.get("/console/imports"))
    again = anna.post(f"/console/imports/{pending_import.reference}/reject")
    assert (again.status_code, "waits no more" in words_of(again)) == (409, True)
    session.refresh(pending_import)
    assert (pending_import.ordered_by, pending_import.is_approved) == (anna.officer.reference, None)
    assert session.execute(select(AuditEntry.act).order_by(AuditEntry.index.desc()).limit(1)).scalar_one() == (
        "import.approved"
    )


def test_a_list_that_no_mapping_reads_is_not_approved_and_one_that_was_not_applied_says_why(
    session: Session, desk_for: DeskFor, pending_import: PendingImport
) -> None:
    anna = desk_for("Anna")
    session.get_one(Source, pending_import.source_id).mapping = {}
    pending_import.trouble = "applying it raised IndexError <script>"
    session.flush()
    page = anna.get("/console/imports")
    assert "could not be applied: applying it raised IndexError" in words_of(page)
    assert "<script>" not in page.get_data(as_text=True)
    refused = anna.post(f"/console/imports/{pending_import.reference}/approve")
    assert refused.status_code == 409
    assert "no list can be read by its mapping, so it was not approved" in words_of(refused)
    assert "missing required field `authority`" in words_of(refused)
    session.refresh(pending_import)
    assert pending_import.ordered_at is None


def test_a_change_of_a_channel_is_proposed_by_one_and_approved_by_another(
    session: Session, desk_for: DeskFor, agency: record.Agency
) -> None:
    anna, boris = desk_for("Anna"), desk_for("Boris")
    refused = anna.post("/console/channels", agency=agency.agency_id, kind="phone", value="nonsense")
    assert (refused.status_code, "is no phone number" in words_of(refused)) == (409, True)
    proposed = anna.post(
        "/console/channels", agency=agency.agency_id, kind="phone", value="+420 601 000 002", instead_of=PHONE
    )
    assert proposed.status_code == 303
    change = session.execute(select(PendingChannelChange)).scalar_one()
    address = f"/console/channels/{change.reference}"
    own = anna.post(f"{address}/approve")
    assert (own.status_code, "another person must approve it" in words_of(own)) == (409, True)
    assert boris.post(f"{address}/approve").status_code == 303
    assert boris.post(f"{address}/approve").status_code == 409
    assert "tell it by hand" in words_of(boris.get("/console/channels"))
    assert boris.post(f"{address}/refuse").status_code == 303
    acts = session.execute(select(AuditEntry.act).order_by(AuditEntry.index)).scalars().all()
    assert acts[-3:] == ["channel.proposed", "channel.approved", "channel.refused"]


def test_a_clone_is_confirmed_on_the_true_entry_and_the_warning_lifted(
    session: Session, desk_for: DeskFor, agency: record.Agency
) -> None:
    other = make_agency(session, name=agency.names[0].name)

    def digest(text: str) -> str:
        return f"{abs(hash(text)):016x}"

    renew_keys(session, digest)
    find_collisions(session, row_ids(session, [agency.agency_id])[agency.agency_id], digest)
    pair = session.execute(select(Collision)).scalar_one()
    anna = desk_for("Anna")
    assert other.agency_id in words_of(anna.get("/console/clones"))
    # The other has no licence of this authority: no warning is put on what is not the desk's own.
    foreign = anna.post(f"/console/clones/{pair.reference}/confirm", true_entry=other.agency_id, text="A clone.")
    assert foreign.status_code == 404
    done = anna.post(f"/console/clones/{pair.reference}/confirm", true_entry=agency.agency_id, text="A clone <b>.")
    assert done.status_code == 303
    assert [one.text for one in public_record_of(session, agency.agency_id).clone_warnings] == ["A clone <b>."]
    assert "A clone &lt;b&gt;." in anna.get("/console/clones").get_data(as_text=True)
    assert anna.post(f"/console/clones/{pair.reference}/dismiss", text="No.").status_code == 400
    assert anna.post(f"/console/clones/agencies/{agency.agency_id}/lift", number="1").status_code == 303
    assert public_record_of(session, agency.agency_id).clone_warnings == ()
    assert anna.post(f"/console/clones/agencies/{agency.agency_id}/lift").status_code == 400


def test_another_authority_finds_none_of_it(
    session: Session, desk_for: DeskFor, agency: record.Agency, pending_import: PendingImport
) -> None:
    make_source(session, "IT")
    make_unit(session)
    anna, franco = desk_for("Anna"), desk_for("Franco", unit="it-invented-unit")
    anna.post("/console/channels", agency=agency.agency_id, kind="phone", value="+420 601 000 002")
    foreign = franco.post("/console/channels", agency=agency.agency_id, kind="phone", value="+39 06 1234567")
    assert foreign.status_code == 400
    assert "no agency with a licence of your authority" in words_of(foreign)
    for page in ("imports", "channels", "clones"):
        body = franco.get(f"/console/{page}").get_data(as_text=True)
        assert agency.agency_id not in body
        assert pending_import.reference not in body


def test_an_officer_with_a_declared_interest_sees_nothing_of_it_and_may_do_nothing_however_it_is_spelt(
    session: Session, desk_for: DeskFor, agency: record.Agency
) -> None:
    anna, boris = desk_for("Anna"), desk_for("Boris")
    licence = agency.licences[0].licence_id
    anna.post("/console/channels", agency=agency.agency_id, kind="phone", value="+420 601 000 002")
    anna.post(f"/console/clones/agencies/{agency.agency_id}/warn", text="A clone.")
    proposal = proposed(session, LicenceAct.SUSPEND, agency.licences[0])
    displayed = (
        ("channels", agency.agency_id),
        ("clones", agency.agency_id),
        ("licences/waiting", licence),
        ("", proposal.reference),
        ("", "Approve a change of a registered channel"),
    )
    seen = [what in boris.get(f"/console/{page}").get_data(as_text=True) for page, what in displayed]
    accounts.declare_conflict(session, boris.officer, agency.agency_id, now().date())
    session.commit()
    hidden = [what in boris.get(f"/console/{page}").get_data(as_text=True) for page, what in displayed]
    assert (seen, hidden) == ([True] * len(displayed), [False] * len(displayed))
    for spelt in (agency.agency_id, agency.agency_id.lower(), "-".join(re.findall("....", agency.agency_id))):
        for path, form in (
            ("/console/channels", {"agency": spelt, "kind": "phone", "value": "+420 601 000 003"}),
            (f"/console/clones/agencies/{spelt}/warn", {"text": "Mine."}),
            (f"/console/clones/agencies/{spelt}/lift", {}),
        ):
            refused = boris.post(path, **form)
            assert (refused.status_code, "declared an interest" in words_of(refused)) == (403, True), path


def test_who_only_reads_is_offered_nothing(session: Session, desk_for: DeskFor, agency: record.Agency) -> None:
    ivan = desk_for("Ivan", Role.INVESTIGATOR)
    assert ivan.get("/console/imports").status_code == 403
    assert "Propose a change" not in words_of(ivan.get("/console/channels"))
    assert ivan.get("/console/clones").status_code == 200
