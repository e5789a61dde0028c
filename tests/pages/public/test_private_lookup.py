"""The switch on the lookup page: a number is looked up and never sent, and nothing false is answered."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import msgspec
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import day_at, now
from registry.core.keyring import Keyring, Use
from registry.core.settings import Settings
from registry.http.transaction import Services
from registry.i18n.languages import text
from registry.log import note, queries
from registry.log.signing import sign_committed
from registry.log.tree import leaf_hash, node_hash
from registry.pages.public.assets import address_of
from registry.ranges import rules
from registry.ranges.actions import write_epoch
from registry.vocabulary.register import Language
from tests import make
from tests.serving import Served

NUMBER = "INV-4711"
MAX_SCRIPTS = 6 * 1024
"""Bytes, compressed, that are fetched when the switch is first set."""
KEPT = Language.ZH_HANS
"""The language in which what a browser cannot prove is read here."""


@pytest.fixture
def noon() -> datetime:
    """When the epoch is made and read: then the day has one date from China to Italy.

    Later the day after has begun in China, and on the eve of a change in the law no answer of the day before is read there.
    """
    return now().replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def published(
    session: Session, settings: Settings, held_services: Services, noon: datetime, page: Page
) -> sessionmaker[Session]:
    """A registry that answers "no" about the number, with an epoch that is signed; the page's clock says when."""
    page.clock.set_fixed_time(noon)
    make.make_agency(
        session, name="Vymyšlená s.r.o.", licences=(make.licence_record(number=NUMBER, valid_to=date(2099, 1, 1)),)
    )
    session.commit()
    sessions: sessionmaker[Session] = held_services.sessions
    sign_committed(settings, sessions)
    write_epoch(sessions, noon)
    sign_committed(settings, sessions)
    return sessions


def switch_on(page: Page, served: Served, language: Language = Language.EN) -> None:
    page.goto(f"{served.base_url}/{language}/")
    page.check("#private input")
    page.fill("#subject", NUMBER)
    page.select_option("#country", "CZ")
    page.locator("form:has(#subject) button:not([formaction]):enabled").wait_for()


def ask(page: Page, verdict: str) -> str:
    """Send the form, and give the answer to it; the former one may be of the same verdict."""
    page.evaluate("delete document.getElementById('private-answer').dataset.verdict")
    page.press("#subject", "Enter")
    page.locator(f"#private-answer[data-verdict={verdict}]").wait_for()
    return page.inner_text("#private-answer")


@pytest.mark.one_database
def test_with_the_switch_set_a_number_is_answered_and_never_sent(
    published: sessionmaker[Session], settings: Settings, served: Served, page: Page, noon: datetime
) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    page.set_viewport_size({"width": 320, "height": 640})
    # The line is slow: what the switch needs comes late, and until then the form sends nothing either.
    late: list[Any] = []
    page.route("**/private.js", lambda route: late.append(route))
    page.goto(f"{served.base_url}/en/")
    assert not page.is_checked("#private input")
    page.check("#private input")
    page.type("#subject", NUMBER)
    page.select_option("#country", "CZ")
    page.press("#subject", "Enter")
    assert page.is_disabled("form:has(#subject) button:not([formaction])")
    late[0].continue_()
    page.locator("form:has(#subject) button:not([formaction]):enabled").wait_for()
    assert "Vymyšlená s.r.o." in ask(page, "no")
    page.fill("#subject", "NIX-0815")
    assert "knows nothing" in ask(page, "absent")
    assert not any(NUMBER in one or "NIX" in one or "POST" in one for one in sent)
    assert sum("/ranges/file/" in one for one in sent) == 2
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.fill("#subject", NUMBER)
    # What is served is not what the epoch names.
    for kind, (path, change) in TAMPERED.items():
        page.route(path, partial(_give, change))
        assert "nothing is answered" in ask(page, "bad"), kind
        page.unroute(path)
    # A file of another spelling of its prefix, in an epoch that the log's own key signed.
    with lying(page, MISLABELLED, Forger.of(published, settings).current(leaf_hash(MISLABELLED))):
        assert "nothing is answered" in ask(page, "bad")
    # A clock that is a day slow reads nothing, one that is a day fast what is there, one of three days nothing.
    # What is there ends where the law of the day changes what is told.
    is_over = last_day_of_answers(served) < day_at(noon + timedelta(days=1), "Asia/Shanghai").isoformat()
    for days, verdict in ((-1, "old"), (1, "old" if is_over else "no"), (3, "old")):
        page.clock.set_fixed_time(noon + timedelta(days=days))
        ask(page, verdict)


def last_day_of_answers(served: Served) -> str:
    """The last day for which the newest epoch has an answer about a job in Czechia."""
    epoch = json.loads(requests.get(f"{served.base_url}/ranges/current", timeout=30).json()["entry"])["record"]
    entries = requests.get(f"{served.base_url}/ranges/{epoch['epoch']}/0", timeout=30).json()["entries"]
    ends = [
        one["until"]
        for entry in entries
        for one in entry["answers"]
        if one.get("destination") == "CZ" and "until" in one
    ]
    return min(ends, default="9999-12-31")


@dataclass(frozen=True, slots=True)
class Forger:
    """A cache or mirror that delivers the files: a genuine entry to change, the log's name, and a key to sign heads with."""

    entry: dict[str, Any]
    key: note.VerifierKey
    sign: Callable[[bytes], bytes]

    @classmethod
    def of(cls, published: sessionmaker[Session], settings: Settings) -> "Forger":
        """One that holds the log's own key."""
        with published() as session:
            found = queries.latest_entry(session, "ranges/epoch")
            assert found is not None
            (key,) = queries.verifier_keys(session)
        return cls(json.loads(found.leaf), key, Keyring(settings.home / "keys").signer(Use.LOG).sign)

    def stranger(self) -> "Forger":
        """The same with a key that no one knows."""
        private = Ed25519PrivateKey.generate()
        key = note.VerifierKey(self.key.name, note.ED25519, private.public_key().public_bytes_raw())
        return replace(self, key=key, sign=private.sign)

    def elsewhere(self) -> "Forger":
        """The same log's key under another log's name."""
        return replace(self, key=replace(self.key, name="elsewhere.example/log"))

    def current(self, root: bytes, size: int = 2, **changes: Any) -> dict[str, Any]:
        """An epoch of one file, proven by a log of two entries of which it is the second; its head says `size`."""
        record = self.entry["record"] | {"root": root.hex(), "p": 0}
        entry = msgspec.json.encode(self.entry | {"index": 1, "record": record} | changes, order="sorted")
        beside = leaf_hash(b"beside")
        body = note.Checkpoint(self.key.name, size, node_hash(beside, leaf_hash(entry))).text()
        proof = note.Proof(1, (beside,), note.signed(body, [(self.key, self.sign)])).text()
        return {"v": 1, "entry": entry.decode(), "proof": proof}

    def resigned(self, epoch: dict[str, Any], key: note.VerifierKey) -> dict[str, Any]:
        """The epoch with one signature line below its head: name and hint of `key`, the signature of this one's key."""
        head = epoch["proof"].rpartition("\n\n")[0]
        signature = self.sign((head.partition("\n\n")[2] + "\n").encode())
        return epoch | {"proof": f"{head}\n\n{key.line(signature)}"}


@contextmanager
def lying(page: Page, file: bytes, epoch: dict[str, Any]) -> Iterator[None]:
    """Give that file and that epoch, whatever is asked for."""
    page.route("**/ranges/current", lambda route: route.fulfill(json=epoch))
    page.route("**/ranges/file/*", lambda route: route.fulfill(body=file))
    yield
    page.unroute_all()


@pytest.mark.one_database
def test_an_epoch_that_the_log_did_not_sign_is_never_believed(
    published: sessionmaker[Session], settings: Settings, served: Served, page: Page
) -> None:
    own, root = Forger.of(published, settings), leaf_hash(SAYS_YES)
    with published() as session:
        proof = queries.proof_text(session, own.entry["index"])
        other, of_other = queries.entry_at(session, 0).leaf.decode(), queries.proof_text(session, 0)
    forged = own.current(root)
    switch_on(page, served)
    # The registry's own key signed this one: such a lie is believed, so what follows is refused for its proof alone.
    with lying(page, SAYS_YES, forged):
        ask(page, "yes")
    epochs = {
        "without a proof": forged | {"proof": "none"},
        "the proof of another entry": forged | {"proof": of_other},
        "the genuine epoch's proof": forged | {"proof": proof},
        "another index": forged | {"proof": forged["proof"].replace("index 1", "index 0")},
        "a path that is cut": forged | {"proof": _without_line(forged["proof"], 2)},
        "a path that goes on": forged | {"proof": _with_line(forged["proof"], 3, b64encode(bytes(32)).decode())},
        "an entry changed behind its proof": forged | {"entry": forged["entry"].replace('"keys":', '"keys" :')},
        "a head that no one signed": _unsigned(forged),
        "the log's signature of another head": forged
        | {"proof": forged["proof"].rpartition("\n\n")[0] + "\n\n" + proof.rpartition("\n\n")[2]},
        "a head that a stranger signed": own.stranger().current(root),
        "a stranger's signature in the log's name": own.stranger().resigned(forged, own.key),
        "another log of the same key": own.elsewhere().current(root),
        "another log's head below the log's name": own.resigned(own.elsewhere().current(root), own.key),
        "a head of a longer log": own.current(root, size=4),
        "a head before the entry": own.current(root, size=1),
        "an entry of another kind": own.current(root, key="ranges/former"),
        "an entry of another type": own.current(root, type="ranges.ended"),
        "a key of the log": {"v": 1, "entry": other, "proof": of_other},
    }
    for kind, epoch in epochs.items():
        with lying(page, SAYS_YES, epoch):
            assert "nothing is answered" in ask(page, "bad"), kind
        assert "Vymyšlená s.r.o." in ask(page, "no")


@pytest.mark.one_database
@pytest.mark.parametrize(
    "lack",
    [
        "Object.defineProperty(crypto, 'subtle', { value: undefined });",
        "crypto.subtle.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'));",
        "crypto.subtle.verify = () => Promise.reject(new DOMException('', 'NotSupportedError'));",
    ],
    ids=["without https", "without Ed25519", "without its signatures"],
)
def test_a_browser_that_cannot_check_the_signature_says_not_proven(
    lack: str, published: sessionmaker[Session], settings: Settings, served: Served, page: Page
) -> None:
    page.add_init_script(lack)
    own = Forger.of(published, settings)
    forged = own.current(leaf_hash(SAYS_YES))
    switch_on(page, served, KEPT)
    genuine = ask(page, "unproven")
    assert page.inner_text("#private-answer h2") == text(KEPT, "page.private.unproven")
    assert text(KEPT, "page.private.because") in genuine
    assert f"{text(KEPT, 'page.private.stated')} {text(KEPT, 'page.private.no')}" in genuine
    page.fill("#subject", "NIX-0815")
    assert text(KEPT, "page.private.absent") in ask(page, "unproven")
    page.fill("#subject", NUMBER)
    # A lie with a signature line in the right name passes, and is never more than unproven.
    with lying(page, SAYS_YES, own.stranger().resigned(forged, own.key)):
        ask(page, "unproven")
    for epoch in (forged | {"proof": "none"}, _unsigned(forged), own.stranger().current(leaf_hash(SAYS_YES))):
        with lying(page, SAYS_YES, epoch):
            ask(page, "bad")


def test_the_scripts_of_the_switch_are_small(client: FlaskClient) -> None:
    served = [
        client.get(address_of(name), headers={"Accept-Encoding": "gzip"}) for name in ("private.js", "numbers.js")
    ]
    assert {one.headers["Content-Encoding"] for one in served} == {"gzip"}
    assert sum(len(one.data) for one in served) <= MAX_SCRIPTS


def _unsigned(epoch: dict[str, Any]) -> dict[str, Any]:
    return epoch | {"proof": epoch["proof"].rpartition("\n\n")[0] + "\n\n"}


def _with_line(proof: str, place: int, line: str) -> str:
    lines = proof.split("\n")
    return "\n".join([*lines[:place], line, *lines[place:]])


def _without_line(proof: str, place: int) -> str:
    lines = proof.split("\n")
    return "\n".join(lines[:place] + lines[place + 1 :])


def _give(change: Callable[[bytes], bytes], route: Any) -> None:
    route.fulfill(body=change(route.fetch().body()))


def _changed(change: Callable[[dict[str, Any]], object]) -> Callable[[bytes], bytes]:
    def changed(body: bytes) -> bytes:
        content = json.loads(body)
        change(content)
        return msgspec.json.Encoder(order="sorted").encode(content)

    return changed


MISLABELLED = b'{"entries":[],"p":0,"prefix":"00","records":[],"v":1}'
TAMPERED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "cut": ("**/ranges/file/*", lambda body: body[:-10]),
    "an entry removed": ("**/ranges/file/*", _changed(lambda content: content["entries"].pop())),
    "reordered": ("**/ranges/file/*", _changed(lambda content: content["entries"].reverse())),
    "another file": ("**/ranges/file/*", lambda _: b'{"entries":[],"records":[]}'),
}


def _file_that_says_yes() -> bytes:
    answer = {"origin": "CN", "destination": "CZ", "verdict": "yes", "reasons": [], "until": "2099-01-01"}
    entry = {
        "h": rules.key_hash(rules.key_text("licence_number", "INV4711")).hex()[: rules.HASH_HEX],
        "holders": [{"licences": [], "record": 0}],
        "answers": [answer],
    }
    record = {"agency_id": "false", "country": "CZ", "names": [{"name": "False"}]}
    content = {"entries": [entry], "p": 0, "prefix": "0", "records": [record], "v": 1}
    return msgspec.json.encode(content, order="sorted")


SAYS_YES = _file_that_says_yes()
"""The whole of a registry with one number, which it calls licensed."""
