"""Four lies, and who sees them: the client that checks a file, the monitor, and a page; each names what is wrong.

Where one of the three cannot meet a lie as the others do, the tables say why.
"""

import json
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from registry_client.cli import main
from registry_client.timestamps import read_roots
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.bulk.archive import receipts
from registry.bulk.models import BatchStamp
from registry.complaints.case import units as case_units
from registry.complaints.sealing import unit_keys
from registry.complaints.sealing.models import UnitKeyState
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.settings import Settings
from registry.i18n.languages import CATALOGUES, text
from registry.log import head_guards, note
from registry.log.signing import sign_committed
from registry.log.stamps import ROOTS
from registry.vocabulary.cases import KeyHolder
from registry.vocabulary.organisations import StampStanding
from registry.vocabulary.register import Answer, Language
from registry.worker import log_signing
from registry.worker.schedule import log_unit_keys, stamp_archive
from tests.client.registrar import Registrar, b64, tree_hash
from tests.client.site import Site, serving
from tests.client.watching import KID, codes, fill, key_event, watch
from tests.complaints.filing import make_units
from tests.log.publishing import publish
from tests.make import organisation_call
from tests.pages.intake.phone import PLACES, Phone
from tests.pages.organisations.conftest import MemberClient, make_member
from tests.tsa import Authority, time_stamps

WEEK = 7 * 86400
COMPLETE = ("en", "fr", "it", "ro", "zh-Hans", "zh-Hant")
"""Languages of complaints."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with time_stamps(tmp_path_factory.mktemp("authority")) as running:
        yield running


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    """An authority that no one here has a root of."""
    with time_stamps(tmp_path_factory.mktemp("stranger")) as running:
        yield running


@dataclass
class Reader:
    """The command and the monitor of somebody who reads a registry that lies."""

    site: Site
    folder: Path
    authority: Authority
    stranger: Authority
    capsys: pytest.CaptureFixture[str]

    @property
    def registrar(self) -> Registrar:
        return self.site.registrar

    def stamped(self, by: Authority, *, is_forged: bool = False) -> dict[str, object]:
        """The stamp of the newest head, as it is served; `is_forged`: with one bit changed."""
        leaves = self.registrar.leaves
        head = f"{self.registrar.origin}\n{len(leaves)}\n{b64(tree_hash(leaves))}\n"
        token = bytearray(by.stamp(head.encode()))
        token[-8] ^= is_forged
        return {"v": 1, "head": head, "timestamps": [{"authority": by.url, "token": b64encode(token).decode()}]}

    def checks(self, data: bytes, *options: str) -> set[str]:
        """What `verify-offline` finds in a file."""
        for name, content in (("file", data), ("trust", self.registrar.trust()), ("roots", self.authority.root)):
            (self.folder / name).write_bytes(content)
        roots = ("--timestamp-roots", str(self.folder / "roots"))
        return self.says("verify-offline", str(self.folder / "file"), *roots, *options)

    def says(self, *command: str) -> set[str]:
        (self.folder / "trust").write_bytes(self.registrar.trust())
        self.capsys.readouterr()
        main([*command, "--trust", str(self.folder / "trust"), "--json"])
        found = json.loads(self.capsys.readouterr().out)
        return {one["code"] for name in ("issued", "logged", "in_force") for one in found[name]["reasons"]}

    def watches(self, at: float | None = None) -> set[str]:
        roots = read_roots(self.authority.root, "roots")
        return codes(watch(self.site, self.folder / "state", at, timestamp_roots=roots))

    def reads_bundle(self, time: dict[str, object]) -> set[str]:
        return self.checks(self.registrar.bundle_bytes(time=time | {"consistency": []}))

    def watches_stamp(self, time: dict[str, object]) -> set[str]:
        size = len(self.registrar.leaves)
        self.site.lies["/log/timestamps/sizes"] = f"{size}\n".encode()
        self.site.lies[f"/log/timestamps/{size}"] = json.dumps(time).encode()
        return self.watches()

    def is_shown_less(self) -> set[str]:
        """For a week: within two days it may be a copy that lags."""
        fill(self.site, 5)
        self.watches()
        self.site.shown = len(self.registrar.leaves) - 3
        self.watches()
        return self.watches(time.time() + WEEK)

    def asks_with_memory(self) -> set[str]:
        fill(self.site, 5)
        credential, memory = self.registrar.credential().encode(), str(self.folder / "seen")
        self.checks(credential, "--online", "--seen", memory)
        del self.registrar.leaves[-3:]
        return self.checks(credential, "--online", "--seen", memory)

    def takes_key_back(self, *after: str) -> set[str]:
        for stated in ("active", "retired", *after):
            key_event(self.registrar, stated)
        return self.watches()

    def asks_of_key(self) -> set[str]:
        self.takes_key_back()
        return self.says("unit-key", KID, "--state", str(self.folder / "state"))


@dataclass
class Server:
    """A registry whose database was changed, and what its pages say."""

    settings: Settings
    sessions: sessionmaker[Session]
    session: Session
    client: FlaskClient
    sealer: Sealer
    authority: Authority
    stranger: Authority
    monkeypatch: pytest.MonkeyPatch

    def shows_stamp(self, roots: bytes, *, is_forged: bool = False) -> set[str]:
        """The standings that the page of a receipt gives its stamp."""
        publish(self.sessions)
        sign_committed(self.settings, self.sessions)
        member = make_member(self.session)
        call = organisation_call(self.session, member.organisation_id)
        stored = receipts.archive_receipt(call, "a.b.c", {}, Answer.YES, None)
        self.session.commit()
        (self.settings.home / ROOTS).write_bytes(self.authority.root)
        stamp_archive(replace(self.settings, timestamps=(self.authority.url,)), self.sessions)
        (self.settings.home / ROOTS).write_bytes(roots)
        stamp = self.session.scalars(select(BatchStamp)).one()
        if is_forged:
            stamp.token = stamp.token[:-8] + bytes([stamp.token[-8] ^ 1]) + stamp.token[-7:]
            self.session.commit()
        shown = MemberClient(self.client, self.session, member, now()).get(f"/account/receipts/{stored.reference}").text
        facts = {"at": stamp.stamped_at.strftime("%Y-%m-%d %H:%M:%S"), "authority": stamp.authority}
        return {one for one in StampStanding if text(Language.EN, f"account.receipt.stamp.{one}", **facts) in shown}

    def shows_log(self) -> set[str]:
        """Whether the page of the log says that nothing is signed: this home signed more than the database has."""
        publish(self.sessions, 3)
        head = sign_committed(self.settings, self.sessions)
        assert head is not None
        more = note.Checkpoint(head.origin, head.size + 2, bytes(32))
        head_guards.remember_signed(self.settings.home, more)
        log_signing.sign_log(self.settings, self.sessions)
        shown = self.client.get("/en/log").text
        return {"not_signed"} if CATALOGUES["en"]["page.log.not_signed"] in shown else set()

    def refuses_key(self) -> set[str]:
        """What the page names, in each language, by which a complaint is answered whose office's key was taken back."""
        make_units(self.session, self.sealer)
        self.session.commit()
        publish(self.sessions)
        row = unit_keys.newest_key(self.session, KeyHolder.UNIT, "it-labour")
        assert row is not None
        kid = row.kid
        # Added, taken back, and back again by a hand in the database, a moment after the office was chosen.
        for state in (UnitKeyState.RETIRED, UnitKeyState.ACTIVE):
            self.session.commit()
            log_unit_keys(self.settings, self.sessions)
            sign_committed(self.settings, self.sessions)
            row.state = state
        self.session.commit()
        phone = Phone(self.client)
        phone.begin()
        phone.answer(PLACES["country"], answer="IT")
        phone.answer(PLACES["account"], answer="护照在老板那里。")
        self.monkeypatch.setattr(case_units, "can_seal_to", lambda *_: True)
        named = []
        for language in COMPLETE:
            phone.language = language
            phone.go("/all")
            # Nothing is lost by what was refused before.
            assert "护照在老板那里。" in phone.text
            assert phone.press("send").status_code == 503
            words = CATALOGUES[language]
            told = (
                words["problem.key_not_logged"],
                words["page.box.key_not_logged"],
                f"<code>{kid}</code>",
                "/help",
            )
            named.append(all(one in phone.text for one in told))
        return {"key_not_logged"} if all(named) else set()


Finds = tuple[Callable[[Reader], set[str]], str]
"""What is shown to somebody, and the code of what has to be found in it."""

CLIENT_AND_MONITOR: dict[str, tuple[Finds, Finds]] = {
    "a forged stamp": (
        (lambda it: it.reads_bundle(it.stamped(it.authority, is_forged=True)), "timestamp_wrong"),
        (lambda it: it.watches_stamp(it.stamped(it.authority, is_forged=True)), "timestamp_wrong"),
    ),
    "a stamp of an unknown authority": (
        (lambda it: it.reads_bundle(it.stamped(it.stranger)), "timestamp_root_unknown"),
        (lambda it: it.watches_stamp(it.stamped(it.stranger)), "timestamp_root_unknown"),
    ),
    "a checkpoint that shrinks": (
        (lambda it: it.asks_with_memory(), "old_head"),
        (lambda it: it.is_shown_less(), "rolled_back"),
    ),
    "a unit's key that was taken back": (
        (lambda it: it.asks_of_key(), "unit_key_taken_back"),
        (lambda it: it.takes_key_back("active"), "unit_key_returned"),
    ),
}

PAGES: dict[str, tuple[Callable[[Server], set[str]], str]] = {
    "a forged stamp": (lambda it: it.shows_stamp(it.authority.root, is_forged=True), "false"),
    "a stamp of an unknown authority": (lambda it: it.shows_stamp(it.stranger.root), "strange"),
    # A page remembers no head of its reader's. What it can say is that its own server has less than it signed.
    "a checkpoint that shrinks": (Server.shows_log, "not_signed"),
    "a unit's key that was taken back": (Server.refuses_key, "key_not_logged"),
}


@pytest.mark.parametrize("lie", CLIENT_AND_MONITOR)
def test_client_and_monitor_name_the_lie(
    lie: str, authority: Authority, stranger: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place, (find, code) in enumerate(CLIENT_AND_MONITOR[lie]):
        folder = tmp_path / str(place)
        folder.mkdir()
        with serving() as site:
            assert code in find(Reader(site, folder, authority, stranger, capsys))


@pytest.mark.parametrize("lie", PAGES)
def test_a_page_names_the_lie(
    lie: str,
    settings: Settings,
    sessions: sessionmaker[Session],
    session: Session,
    client: FlaskClient,
    sealer: Sealer,
    authority: Authority,
    stranger: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    find, code = PAGES[lie]
    assert find(Server(settings, sessions, session, client, sealer, authority, stranger, monkeypatch)) == {code}


def test_each_lie_is_told_to_all_three() -> None:
    assert set(PAGES) == set(CLIENT_AND_MONITOR)
