"""A private lookup by the client: present, provably absent, too old; and every link of the chain cut once."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from registry_client.cli import main as client_main
from registry_client.network import Unreachable
from registry_client.private import Sentences, lines_of
from registry_client.ranges import HASH_HEX, Epoch, PrivateAnswer, key_hash, key_of, look_up, read_file, whole_file
from registry_client.seen import SeenLog
from registry_client.strict import Refused, Unreadable, parsed_instant
from registry_client.tree import leaf_hash
from registry_client.trust import Trust, read_trust
from sqlalchemy.orm import Session

from registry.core.settings import Settings
from registry.http.transaction import Services
from registry.log import queries as log
from registry.log.signing import sign_committed
from registry.ranges import actions, queries, rules
from tests import make

pytestmark = pytest.mark.one_database

NUMBER, DAY = "INV-7", 86400


@dataclass
class Mirror:
    """The files of an epoch as a static server has them; a test changes them. `asked` are the paths that were fetched."""

    files: dict[str, bytes]
    trust: Trust
    at: int
    asked: list[str] = field(default_factory=list)

    def fetch(self, path: str, limit: int) -> bytes:
        self.asked.append(path)
        body = self.files.get(path)
        if body is None:
            raise Unreachable(f"{path}: HTTP 404", 404)
        assert len(body) <= limit
        return body

    def look_up(self, number: str = NUMBER, shift: int = 0) -> PrivateAnswer:
        return look_up(self.fetch, self.trust, key_of("licence_number", number), self.at + shift)

    def file_of(self, number: str = NUMBER) -> str:
        """The path of the file in which a number stands or would stand."""
        self.asked.clear()
        self.look_up(number)
        return self.asked[-1]


Publish = Callable[..., Mirror]


@pytest.fixture
def publish(
    session: Session, held_services: Services, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Publish:
    """Publish numbers INV-first to INV-last, and mirror the epoch."""
    monkeypatch.setattr(rules, "MEAN", 2)
    monkeypatch.setattr(rules, "MIN_MEAN", 1)
    monkeypatch.setattr(rules, "MORE", 0)

    def publish(first: int = 0, last: int = 40, folder: str = "mirror") -> Mirror:
        for n in range(first, last):
            make.make_licence(session, number=f"INV-{n}", valid_to=date(2099, 1, 1))
        session.commit()
        sign_committed(settings, held_services.sessions)
        actions.write_epoch(held_services.sessions)
        sign_committed(settings, held_services.sessions)
        root = tmp_path / folder
        with held_services.reading_sessions() as reading:
            queries.export(reading, root)
            trust = read_trust(msgspec.json.encode(log.trust_file(reading, settings.public_url)))
            made_at = json.loads(actions.newest_epoch(reading).record)["made_at"]  # type: ignore[union-attr]
        files = {f"/{path.relative_to(root)}": path.read_bytes() for path in root.rglob("*") if path.is_file()}
        return Mirror(files, trust, parsed_instant(made_at, "made_at") + 60)

    return publish


@pytest.fixture
def mirror(publish: Publish) -> Mirror:
    return publish()


def refused(mirror: Mirror, number: str = NUMBER) -> str:
    with pytest.raises(Refused) as caught:
        mirror.look_up(number)
    return caught.value.code


def test_present_and_absent_ask_alike_and_are_proven(mirror: Mirror):
    present = mirror.look_up()
    requests = len(mirror.asked)
    assert (present.state, present.records[0]["licences"][0]["number"]) == ("present", NUMBER)
    absent = mirror.look_up("NIX-1")
    assert (absent.state, len(mirror.asked)) == ("absent", 2 * requests)
    assert (absent.answers, absent.records, absent.epoch.index) == ((), (), present.epoch.index)
    assert not any(NUMBER in path or "NIX" in path for path in mirror.asked)


def changed(mirror: Mirror, change: Callable[[dict[str, Any]], None]) -> None:
    path = mirror.file_of()
    content = json.loads(mirror.files[path])
    change(content)
    mirror.files[path] = msgspec.json.Encoder(order="sorted").encode(content)


TAMPERED: dict[str, Callable[[dict[str, Any]], None]] = {
    "removed": lambda c: c["entries"].pop(),
    "reordered": lambda c: c["entries"].reverse(),
    "added": lambda c: c["entries"].append({**c["entries"][0], "h": "f" * 40}),
    "verdict": lambda c: c["entries"][0]["answers"][0].update(verdict="yes"),
    "another prefix": lambda c: c.update(prefix="zz"),
}


@pytest.mark.parametrize("kind", TAMPERED)
def test_a_changed_file_is_refused(mirror: Mirror, kind: str):
    before = mirror.files[mirror.file_of()]
    changed(mirror, TAMPERED[kind])
    assert mirror.files[mirror.asked[-1]] != before
    assert refused(mirror) == "range_file_changed"


def swapped(content: dict[str, Any]) -> None:
    content["entries"][:2] = content["entries"][1::-1]


def moved(content: dict[str, Any]) -> None:
    """The last entry gets a hash of the next file."""
    last = content["entries"][-1]
    last["h"] = f"{(int(last['h'][:8], 16) ^ 1 << 32 - content['p']) & 0xFFFFFFFF:08x}{last['h'][8:]}"


SIGNED_ANYHOW: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "reordered": (swapped, "range_file_out_of_order"),
    "an entry twice": (lambda c: c["entries"].insert(0, c["entries"][0]), "range_file_out_of_order"),
    "an entry of another file": (moved, "range_file_out_of_order"),
    "a hash in capitals": (lambda c: c["entries"][-1].update(h="F" * 40), "range_file_out_of_order"),
    "an entry without a holder": (lambda c: c["entries"][0].update(holders=[]), "range_file_out_of_order"),
    "a holder without a record": (lambda c: c.update(records=[]), "range_file_out_of_order"),
    "a wider prefix": (lambda c: c.update(prefix=f"0{c['prefix']}"), "range_file_of_another"),
    "a prefix in capitals": (lambda c: c.update(prefix="F"), "range_file_of_another"),
    "other bits": (lambda c: c.update(p=c["p"] + 1), "range_file_of_another"),
    "another version": (lambda c: c.update(v=2), "range_file_of_another"),
}


def test_a_file_that_a_registry_signed_though_it_is_none_is_refused(mirror: Mirror):
    """Its hash is the one that the epoch proves: what the file says of itself has to hold as well."""
    epoch = mirror.look_up().epoch
    body = mirror.files[mirror.file_of()]
    spelled = json.loads(body)["prefix"]
    prefix = int(spelled, 16)
    assert len(whole_file(body, epoch, prefix, spelled)[0]) > 1
    for kind, (change, code) in SIGNED_ANYHOW.items():
        content = json.loads(body)
        change(content)
        with pytest.raises(Refused) as caught:
            whole_file(msgspec.json.Encoder(order="sorted").encode(content), epoch, prefix, spelled)
        assert caught.value.code == code, kind
    with pytest.raises(Refused, match="range_file_not_canonical"):
        whole_file(json.dumps(json.loads(body)).encode(), epoch, prefix, spelled)
    with pytest.raises(Unreadable):
        whole_file(body.replace(b'"p":', b'"p":1,"p":', 1), epoch, prefix, spelled)


@pytest.mark.usefixtures("quiet_day")
def test_a_collision_and_a_record_too_long_are_read(
    publish: Publish, monkeypatch: pytest.MonkeyPatch, session: Session
):
    monkeypatch.setattr("registry.ranges.answer_rules.MAX_RECORD", 200)
    # Two agencies of one number, as two numbers of one hash are: the registry's own test makes those.
    for _ in range(2):
        make.make_licence(session, number="TWICE-1", valid_to=date(2099, 1, 1))
    mirror = publish()
    found = mirror.look_up("TWICE-1")
    assert [one["is_too_long"] for one in found.records] == [True, True]
    assert {one["verdict"] for one in found.answers} == {"unknown"}
    lines = "\n".join(lines_of(found, None, Sentences("en")))
    assert "no name is public" in lines
    assert "ambiguous" in lines


def test_a_cut_file_another_file_and_a_missing_one_are_refused(mirror: Mirror):
    path = mirror.file_of()
    whole = mirror.files[path]
    mirror.files[path] = whole[:-20]
    assert refused(mirror) == "range_file_changed"
    other = next(name for name in mirror.files if "/file/" in name and not name.endswith(".gz") and name != path)
    mirror.files[path] = mirror.files[other]
    assert refused(mirror) == "range_file_changed"
    del mirror.files[path]
    assert refused(mirror) == "range_part_missing"


def test_a_registry_that_hides_an_entry_must_show_another_root(mirror: Mirror):
    """A registry that recomputes leaf and tiles comes to a root that the log does not hold."""
    path = mirror.file_of()
    content = json.loads(mirror.files[path])
    content["entries"].pop()
    body = msgspec.json.Encoder(order="sorted").encode(content)
    leaf = leaf_hash(body).hex()
    mirror.files[f"/ranges/file/{leaf}"] = body
    tile = mirror.asked[-2]
    mirror.files[tile] = mirror.files[tile].replace(bytes.fromhex(path.rpartition("/")[2]), bytes.fromhex(leaf))
    assert refused(mirror) == "range_tile_changed"


def test_an_epoch_that_the_log_does_not_hold_is_refused(mirror: Mirror, publish: Publish):
    current = json.loads(mirror.files["/ranges/current"])
    entry = json.loads(current["entry"])
    entry["record"]["root"] = "00" * 32
    forked = current | {"entry": msgspec.json.Encoder(order="sorted").encode(entry).decode()}
    mirror.files["/ranges/current"] = json.dumps(forked).encode()
    assert refused(mirror) == "not_in_log"
    first_hash = current["proof"].splitlines()[2]
    other_hash = ("B" if first_hash[0] == "A" else "A") + first_hash[1:]
    proof = current["proof"].replace(first_hash, other_hash)
    mirror.files["/ranges/current"] = json.dumps(current | {"proof": proof}).encode()
    with pytest.raises((Refused, Unreadable)):
        mirror.look_up()


def test_an_entry_that_is_no_epoch_proves_nothing(mirror: Mirror, held_services: Services):
    with held_services.reading_sessions() as reading:
        entry, proof = log.entry_at(reading, 0).leaf.decode(), log.proof_text(reading, 0)
    mirror.files["/ranges/current"] = json.dumps({"v": 1, "entry": entry, "proof": proof}).encode()
    assert refused(mirror) == "range_not_an_epoch"


def test_who_saw_a_later_epoch_refuses_an_older_and_a_forked_one(mirror: Mirror, publish: Publish, tmp_path: Path):
    first = mirror.look_up().epoch
    later = publish(40, 44, "later").look_up().epoch
    seen = tmp_path / "seen"

    def hold(epoch: Epoch) -> None:
        SeenLog(seen, mirror.trust).hold_epoch(epoch)

    hold(first)
    hold(later)
    with pytest.raises(Refused, match="range_rolled_back"):
        hold(first)
    facts = json.loads(seen.read_text())
    seen.write_text(json.dumps(facts | {"root": "00" * 32}))
    with pytest.raises(Refused, match="range_forked"):
        hold(later)
    seen.write_text(json.dumps(facts | {"head": "00" * 32}))
    with pytest.raises(Refused, match="head_forked"):
        hold(later)


def test_the_command_remembers_by_itself_and_refuses_what_is_older(
    mirror: Mirror,
    publish: Publish,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    trust = tmp_path / "trust.json"
    trust.write_bytes(mirror.trust.data)
    later, served = publish(40, 44, "later"), [mirror]
    monkeypatch.setattr("registry_client.private.fetcher", lambda *_, **__: served[0].fetch)

    def look_up(*options: str) -> int:
        return client_main(["verify", NUMBER, "--private", "--trust", str(trust), "--json", *options])

    for one in (mirror, later):
        served[0] = one
        assert look_up() != 4
    served[0] = mirror
    capsys.readouterr()
    assert look_up() == 4
    assert json.loads(capsys.readouterr().out)["code"] == "range_rolled_back"
    assert look_up("--seen", "-") != 4


def test_nothing_old_is_answered(mirror: Mirror):
    """A clock that is a day slow, or fast, never makes an old answer of a new one or the other way round."""
    assert (mirror.look_up(shift=-DAY).state, mirror.look_up(shift=-DAY).why) == ("too_old", "clock")
    assert mirror.look_up(shift=DAY).state == "present"
    for shift in (3 * DAY, 400 * DAY):
        old = mirror.look_up(shift=shift)
        assert (old.state, old.why, old.answers) == ("too_old", "epoch", ())
        assert mirror.look_up("NIX-1", shift).state == "too_old"


def test_an_answer_whose_list_grew_too_old_is_not_given(mirror: Mirror):
    """Read as if the registry had gone on publishing epochs, and not reading the list."""
    epoch = mirror.look_up().epoch
    body = mirror.files[mirror.file_of()]
    spelled = json.loads(body)["prefix"]
    hash_ = key_hash(key_of("licence_number", NUMBER)).hex()[:HASH_HEX]
    stale = min(epoch.lists.values())
    late = replace(epoch, made_at=stale, not_after="2999-01-01")
    found = read_file(body, late, int(spelled, 16), spelled, hash_, stale + 1)
    assert {one["verdict"] for one in found.answers} == {"too_old"}


@pytest.mark.usefixtures("quiet_day")
def test_the_command_prints_answer_proof_and_what_went_out(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    held_services: Services, settings: Settings,
):  # fmt: skip
    with held_services.reading_sessions() as reading:
        (tmp_path / "trust.json").write_bytes(msgspec.json.encode(log.trust_file(reading, settings.public_url)))
    monkeypatch.setattr("registry_client.private.fetcher", lambda *_, **__: mirror.fetch)
    options = ["--private", "--trust", str(tmp_path / "trust.json"), "--seen", str(tmp_path / "seen")]
    assert client_main(["verify", NUMBER, *options, "--destination", "CZ"]) == 1
    output = capsys.readouterr().out
    assert "needs_licensed_sending_partner" in output
    assert "entry" in output
    assert NUMBER not in output
    assert client_main(["verify", "NIX-1", *options, "--lang", "zh-Hans"]) == 3
    assert "未公布此号码" in capsys.readouterr().out
    assert client_main(["verify", "NIX-1", *options, "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["state"] == "absent"
    assert client_main(["verify", *options]) == 2
    mirror.files[mirror.file_of("NIX-1")] = b"{}"
    assert client_main(["verify", "NIX-1", *options]) == 4
    assert capsys.readouterr().out.startswith("BAD")


def test_parts_of_another_epoch_are_refused(mirror: Mirror, publish: Publish):
    """A file and a tile that were true once, in the place of those of today."""
    former_file, former_tile = mirror.files[mirror.file_of()], mirror.files[mirror.asked[-2]]
    # Twenty more numbers: no file is what it was.
    later = publish(41, 61, "later")
    path = later.file_of()
    tile = later.asked[-2]
    true = later.files[tile]
    later.files[tile] = former_tile
    assert refused(later) == "range_tile_changed"
    later.files[tile] = true
    later.files[path] = former_file
    assert refused(later) == "range_file_changed"
