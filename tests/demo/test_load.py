"""The demo data: invented, complete, in a home of its own, and loaded by the registry's own functions."""

import json
import re
import shutil
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import jsonschema
import pytest
import rfc8785
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from stdnum import lei
from stdnum.cn import uscc

from registry.core.clock import now
from registry.core.db.engine import engine_for, sessions_for
from registry.core.errors import ImportRefused
from registry.core.ids import read_reference
from registry.demo.load import counts, demo_data, demo_reference, load
from registry.log.actions import lock_log, refuse_mixing
from registry.log.leaf import LIMIT, clean_text
from registry.log.models import Entry
from registry.register.agencies import record
from registry.register.agencies.identifiers import checked_uscc
from registry.register.agencies.models import Agency, PublicRecord
from registry.register.agencies.queries import records_at
from registry.register.authorities.queries import snapshot_at
from registry.register.law.loading import shipped_law
from registry.verification.verdicts.question import Holder, Question, SubjectKind, Verdict, VerdictFacts
from registry.verification.verdicts.verdict import decide
from registry.vocabulary.register import (
    Activity,
    Answer,
    HolderKind,
    IdentifierScheme,
    LicenceKind,
    LicenceStatus,
    SanctionKind,
    Script,
    Visa,
)
from tests.conftest import TEMPLATE, Database
from tests.log.entry_schema import SCHEMA
from tests.make import make_agency
from tests.postgres import Server
from tests.serving import command
from tools.demo_numbers import PAGE, page

pytestmark = pytest.mark.slow


def today() -> date:
    return now().date()


INVENTED = re.compile(
    r"示例|虚构|虛構|ficti|smyšlen|vymyšl|inventat|fikcyjn|zmyślon|erfunden|verzonnen|fictie|"
    r"επινοημέν|epinoimen|измислен|izmislen|imaginári",
    re.IGNORECASE,
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """One demo home of each kind for the many questions that only read."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("demo") / "demo.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        server: Server = request.getfixturevalue("postgres")
        server.clone(TEMPLATE, "demo")
        url = server.url("demo")
    engine = engine_for(url)
    with sessions_for(engine)() as session:
        assert load(session) is not None
        session.commit()
        yield session
    engine.dispose()


def records(session: Session) -> list[record.Agency]:
    bodies = session.execute(select(PublicRecord.body).order_by(PublicRecord.agency_id)).scalars()
    return [record.read_record(body) for body in bodies]


def leaves(session: Session) -> Iterator[bytes]:
    yield from session.execute(select(Entry.leaf).order_by(Entry.index)).scalars()


def agency_of(session: Session, tag: str) -> record.Agency:
    wanted = demo_reference("agency", tag)
    return next(agency for agency in records(session) if agency.agency_id == wanted)


def verdict_on(session: Session, tag: str, **context: Any) -> Verdict:
    agency = record.withhold(agency_of(session, tag), today())
    facts = VerdictFacts([Holder(agency)], snapshot_at(session), shipped_law().regimes, now())
    return decide(Question(SubjectKind.AGENCY_ID, agency.agency_id, **context), facts)


# What it holds


def test_the_demo_shows_everything_that_a_registry_can_hold(demo: Session):
    agencies = records(demo)
    licences = [licence for agency in agencies for licence in agency.licences]
    assert len(agencies) >= 60
    assert {p.status for licence in licences for p in licence.status_history} == set(LicenceStatus)
    assert {licence.kind for licence in licences} == set(LicenceKind)
    assert {name.script for agency in agencies for name in agency.names} >= set(Script) - {Script.ZYYY}
    assert {agency.holder_kind for agency in agencies} == set(HolderKind)
    assert {i.scheme for agency in agencies for i in agency.identifiers} == set(IdentifierScheme)
    assert {s.kind for agency in agencies for s in agency.sanctions} >= {
        SanctionKind.SUSPENSION,
        SanctionKind.BLACKLISTING,
    }
    for family in ("deposits", "intermediaries", "channels", "clone_warnings", "sanctions", "agreements"):
        assert any(getattr(agency, family) for agency in agencies), family
    for field in ("corridors", "sectors", "activities", "conditions"):
        assert any(getattr(licence, field) for licence in licences), field
    agreements = [one for agency in agencies for one in agency.agreements]
    assert any(one.receiving for one in agreements)
    assert any(one.employer for one in agreements)
    revisions = {s.nace_revision for licence in licences for s in licence.sectors or ()}
    assert revisions == {"2.0", "2.1"}


def test_every_name_in_the_demo_says_that_it_is_invented(demo: Session):
    names = [name.name for agency in records(demo) for name in agency.names]
    odd = [name for name in names if not INVENTED.search(unicodedata.normalize("NFC", name))]
    assert odd == []


def test_invented_numbers_have_right_check_characters_but_the_one_that_shows_a_wrong_one(demo: Session):
    identifiers = [i for agency in records(demo) for i in agency.identifiers]
    failed = [i for i in identifiers if i.has_failed_check]
    assert len(failed) == 1
    assert not uscc.is_valid(failed[0].value)
    assert checked_uscc(failed[0].value) is not None
    for identifier in identifiers:
        if identifier.scheme is IdentifierScheme.USCC and not identifier.has_failed_check:
            assert uscc.is_valid(identifier.value)
            # No place has the region 990001.
            assert identifier.value[2:8] == "990001"
        if identifier.scheme is IdentifierScheme.LEI:
            assert lei.is_valid(identifier.value)


def test_addresses_and_telephones_of_the_demo_lead_nowhere(demo: Session):
    for agency in records(demo):
        for channel in agency.channels:
            if channel.kind in ("website", "email"):
                assert channel.value.removesuffix("/").endswith("-demo.invalid")
            if channel.kind == "phone":
                assert re.fullmatch(r"\+\d+ 000 0000 ?\d+", channel.value) or re.fullmatch(
                    r"\+\d+ 000 000 \d+", channel.value
                )


def test_nothing_in_the_demo_was_read_before_it_happened(demo: Session):
    for agency in records(demo):
        for licence in agency.licences:
            for period in licence.status_history:
                assert period.from_ is None or period.from_ <= period.retrieved_at.date() or period.from_ > today()


def test_the_data_files_hold_no_word_that_the_record_does_not_know():
    known = {field for part in (record.Agency, record.Licence) for field in part.__struct_encode_fields__}
    for entry in demo_data(date(2026, 11, 25))["agency"]:
        assert set(entry) <= known | {"tag"}
        for licence in entry.get("licences", ()):
            assert set(licence) <= known | {"status"}


# What it answers


@pytest.mark.parametrize(
    ("tag", "answer", "code"),
    [
        ("cn-zuori", "no", "licence_expired"),
        ("cn-caifeng", "unknown", "context_needed"),
        ("cn-zanting", "no", "licence_suspended"),
        ("cn-jiuan", "no", "no_licence_in_force"),
        ("cn-heimingdan", "no", "licence_banned"),
        ("cn-bianma", "unknown", "identifier_change_under_review"),
        ("cn-renli", "unknown", "not_a_recruitment_licence"),
        ("cn-laozheng", "unknown", "legacy_licence_kind"),
        ("cn-yuanfang-yi", "unknown", "source_stale"),
        ("cn-xinshen", "no", "licence_applied"),
        ("cn-jubo", "no", "licence_refused"),
        ("cn-zhuxiao", "no", "licence_annulled_entity_dissolved"),
        ("cz-konec", "no", "licence_expired"),
        ("cz-zmizela", "unknown", "licence_delisted"),
        ("cz-rada", "no", "not_a_recruitment_licence"),
        ("cz-obory", "unknown", "context_needed"),
        ("cz-zacne", "no", "not_yet_valid"),
        ("it-condizione-libera", "unknown", "condition_not_judged"),
        ("it-ricorso", "unknown", "licence_revocation_pending_appeal"),
        ("it-appello", "no", "licence_revoked"),
        ("it-senza", "no", "no_licence_recorded"),
        ("de-abwicklung", "no", "licence_winding_down"),
        ("nl-voorbeeld", "unknown", "not_a_recruitment_licence"),
        ("ro-taina", "unknown", "scope_not_stated"),
        ("pt-imaginaria", "unknown", "context_needed"),
    ],
)
def test_each_agency_of_the_demo_answers_what_it_is_there_to_show(tag: str, answer: str, code: str, demo: Session):
    verdict = verdict_on(demo, tag)
    assert (verdict.verdict.value, verdict.reasons[0].code.value) == (answer, code)


def at_home(country: str) -> dict[str, Any]:
    """Recruiting at home, for work at home, of a citizen."""
    return dict.fromkeys(("origin", "destination", "nationality"), country)


FROM_CHINA = {"origin": "CN", "destination": "ES", "visa": Visa.WORK, "sector": "14.10"}


@pytest.mark.parametrize(
    ("tag", "question", "code"),
    [
        ("cn-qihang", FROM_CHINA, "licence_active"),
        ("cn-mingri", FROM_CHINA, "licence_active"),
        ("cn-chongqi", FROM_CHINA, "licence_active"),
        ("cn-cuoma", FROM_CHINA, "licence_active"),
        ("cz-zlutouc", at_home("CZ"), "licence_active"),
        ("cz-prehled", at_home("CZ"), "licence_active"),
        ("cz-prehled-near", at_home("CZ"), "licence_under_surveillance"),
        ("it-uno", at_home("IT"), "licence_active"),
        ("it-provvisoria", at_home("IT") | {"activity": Activity.PLACEMENT}, "licence_provisional"),
        (
            "pl-odnowienie",
            at_home("PL") | {"activity": Activity.TEMPORARY_WORK},
            "licence_renewal_pending_deemed_valid",
        ),
        ("de-uebermuster", at_home("DE"), "licence_active"),
    ],
)
def test_each_licence_in_force_of_the_demo_is_a_yes_once_nothing_it_turns_on_is_left_out(
    tag: str, question: dict[str, Any], code: str, demo: Session
):
    verdict, alone = verdict_on(demo, tag, **question), verdict_on(demo, tag)
    assert (verdict.verdict.value, verdict.reasons[0].code.value) == ("yes", code)
    assert (alone.verdict.value, alone.reasons[0].code.value) == ("unknown", "context_needed")


def test_a_tailor_agency_answers_once_corridor_and_sector_are_named(demo: Session):
    good = FROM_CHINA | {"destination": "IT"}
    assert verdict_on(demo, "cn-caifeng", **good).verdict is Answer.YES
    assert verdict_on(demo, "cn-caifeng", **(good | {"destination": "DE"})).verdict is Answer.NO
    assert verdict_on(demo, "cn-caifeng", **(good | {"sector": "41.00"})).verdict is Answer.NO


def test_a_german_agency_may_wind_down(demo: Session):
    # German law leaves time after a revocation or a refusal, and none after a permit that ran out.
    assert verdict_on(demo, "de-abgelaufen").may_continue is Answer.UNKNOWN
    assert verdict_on(demo, "de-abwicklung").may_continue is Answer.YES


def test_a_dutch_sponsor_of_the_demo_is_never_yes(demo: Session):
    for activity in (None, *Activity):
        assert verdict_on(demo, "nl-voorbeeld", activity=activity, destination="NL").verdict is not Answer.YES


# Its history


def test_the_demo_has_a_history_that_known_at_can_tell(demo: Session):
    agency = agency_of(demo, "pl-krajowa")
    row = demo.execute(select(Agency.id).where(Agency.reference == agency.agency_id)).scalar_one()
    key = f"licence/{agency.licences[0].licence_id}"
    stated = demo.execute(select(Entry.at, Entry.type).where(Entry.key == key).order_by(Entry.index)).all()
    assert [type_ for _, type_ in stated] == ["licence.issued", "licence.suspended", "licence.corrected"]
    statuses = [records_at(demo, [row], at, today())[row].licences[0].status_history[-1].status for at, _ in stated]
    assert statuses == [LicenceStatus.ACTIVE, LicenceStatus.SUSPENDED, LicenceStatus.ACTIVE]


def test_every_entry_of_the_demo_keeps_to_the_schema_and_the_form(demo: Session):
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for index, leaf in enumerate(leaves(demo)):
        entry = json.loads(leaf)
        validator.validate(entry)
        assert entry["index"] == index
        assert rfc8785.dumps(entry) == leaf
        assert len(leaf) <= LIMIT
        _assert_plain(entry)


def _assert_plain(value: Any) -> None:
    assert value is not None
    assert not isinstance(value, float)
    if isinstance(value, str):
        assert clean_text(value) == value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _assert_plain(part)


def test_no_natural_person_of_the_demo_stands_in_its_log(demo: Session):
    log = b"\n".join(leaves(demo)).decode()
    for agency in records(demo):
        if agency.holder_kind is not HolderKind.LEGAL_PERSON:
            assert not any(name.name in log for name in agency.names)
            assert not any(f'"{identifier.value}"' in log for identifier in agency.identifiers)


# Its home


def test_loading_again_is_nothing_to_do(demo: Session):
    before = counts(demo)
    assert load(demo) is None
    assert counts(demo) == before
    demo.rollback()


def test_a_demo_home_says_so(demo: Session):
    assert lock_log(demo).is_demo
    # Who holds the log and asks nothing for a while loses the connection.
    demo.rollback()


def test_the_demo_refuses_to_stand_beside_real_data(session: Session):
    make_agency(session)
    with pytest.raises(ImportRefused, match="real entries"):
        load(session)


def test_real_data_refuses_to_stand_beside_the_demo(demo: Session):
    with pytest.raises(ImportRefused, match="demo data"):
        refuse_mixing(demo, is_demo=False)
    demo.rollback()


def test_a_demo_that_is_given_up_leaves_nothing(session: Session):
    load(session)
    session.rollback()
    assert session.execute(select(func.count()).select_from(Entry)).scalar_one() == 0
    assert lock_log(session).is_demo is False


def test_references_of_the_demo_are_the_same_in_every_home(demo: Session):
    assert agency_of(demo, "cn-qihang").agency_id == "DEGQTSQUSDTU"
    for agency in records(demo):
        assert read_reference(agency.agency_id) == agency.agency_id


def test_the_page_of_numbers_tells_the_verdict_of_each(demo: Session):
    bind = demo.get_bind()
    assert isinstance(bind, Engine)
    assert PAGE.read_text(encoding="utf-8") == page(bind), "run `python -m tools.demo_numbers write`"


@pytest.mark.one_database
def test_the_errors_on_the_page_of_numbers_come(client: FlaskClient):
    listed = re.findall(r"^\| `([^`]+=[^`]+)` \| 400 `(\w+)`", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(listed) == 5
    for query, code in listed:
        problem = client.get(f"/api/v1/verify?{query}").json
        assert (problem["status"], {one["code"] for one in problem["errors"]}) == (400, {code})


# The command


def run(database: Database, tmp_path: Path, *arguments: str) -> CompletedProcess[str]:
    env = {"REGISTRY_HOME": str(tmp_path / "home"), "REGISTRY_DATABASE_URL": database.url}
    return command("demo", *arguments, env=env, seconds=120)


def test_the_command_loads_once_and_says_what_is_there(database: Database, tmp_path: Path):
    empty = run(database, tmp_path, "check")
    assert (empty.returncode, "nothing yet" in empty.stderr) == (2, True)
    first = run(database, tmp_path, "load")
    assert (first.returncode, first.stderr) == (0, "")
    assert "invented agencies" in first.stdout
    second = run(database, tmp_path, "load")
    assert (second.returncode, "nothing to do" in second.stdout) == (0, True)
    check = run(database, tmp_path, "check")
    assert (check.returncode, "log origin 127.0.0.1:8000/demo-log" in check.stdout) == (0, True)


def test_the_command_refuses_real_data_in_one_line(database: Database, session: Session, tmp_path: Path):
    make_agency(session)
    session.commit()
    refused = run(database, tmp_path, "load")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "must never stand beside" in refused.stderr
