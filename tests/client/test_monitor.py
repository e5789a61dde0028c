"""The monitor against a real HTTP server: heads, tiles, its own state, and every way in which a log may lie."""

import json
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from registry_client.monitor import MonitorOptions, run
from registry_client.network import Unreachable, fetcher
from registry_client.store import Store
from registry_client.strict import Unreadable
from registry_client.trust import read_trust

from tests.client.registrar import NoteKey, Registrar, SigningKey, b64url, kid_of
from tests.client.site import Site, serving
from tests.client.watching import bad, codes, fill, revoke, watch


def test_an_honest_registry_is_good_from_run_to_run(site: Site, state: Path) -> None:
    first = watch(site, state)
    assert (first.exit_code, bad(first)) == (0, set())
    assert {"head_followed", "list_follows", "answers_follow", "trust_on_first_use", "no_witness"} <= codes(first)
    revoke(site)
    fill(site, 600)
    second = watch(site, state)
    assert (second.exit_code, second.head["size"]) == (0, len(site.registrar.leaves))
    assert "head_unchanged" in codes(watch(site, state, is_whole=True))


def test_only_new_bundles_are_read_and_a_few_old_ones(site: Site, state: Path) -> None:
    fill(site, 256 * 8)
    watch(site, state)
    site.asked.clear()
    fill(site, 1)
    assert watch(site, state).exit_code == 0
    entries = [path for path in site.asked if path.startswith("/log/tile/entries")]
    assert len(entries) <= 5


def test_two_signed_heads_that_are_not_one_history_are_a_fork_for_ever(site: Site, state: Path) -> None:
    watch(site, state)
    honest = list(site.registrar.leaves)
    site.registrar.leaves[-1] = site.registrar.leaves[-1].replace(b"FICT-0001", b"FICT-0002")
    same_size = watch(site, state)
    assert (same_size.exit_code, bad(same_size)) == (1, {"inconsistent_heads"})
    fill(site, 3)
    assert "inconsistent_heads" in bad(watch(site, state))
    with Store.open(state) as store:
        assert store.size == len(honest)
        assert store.get("fork_kept") != store.get("fork_shown")
        assert "\n— " in str(store.get("fork_shown"))
    site.registrar.leaves[:] = honest
    assert "inconsistent_heads" in bad(watch(site, state))


def test_an_old_head_is_unknown_and_one_of_another_past_a_fork(site: Site, state: Path) -> None:
    fill(site, 5)
    watch(site, state)
    site.shown = len(site.registrar.leaves) - 3
    old = watch(site, state)
    assert (old.exit_code, "old_head" in codes(old)) == (3, True)
    site.registrar.leaves[2] += b" "
    assert "inconsistent_heads" in bad(watch(site, state))


def test_a_head_that_stays_old_for_two_days_was_rolled_back(site: Site, state: Path) -> None:
    fill(site, 5)
    watch(site, state)
    site.shown = len(site.registrar.leaves) - 3
    at = time.time()
    assert watch(site, state, at).exit_code == 3
    assert watch(site, state, at + 47 * 3600).exit_code == 3
    late = watch(site, state, at + 49 * 3600)
    assert (late.exit_code, bad(late)) == (1, {"rolled_back"})
    # Once what is known is shown again, the next old head has its own two days.
    site.shown = None
    fill(site, 1)
    watch(site, state)
    site.shown = len(site.registrar.leaves) - 3
    assert watch(site, state, at + 50 * 3600).exit_code == 3


def test_a_leaf_behind_the_end_of_a_bundle_and_a_wrong_hash_tile_are_bad(site: Site, state: Path) -> None:
    size = len(site.registrar.leaves)
    assert watch(site, state).exit_code == 0
    path = f"/log/tile/0/000.p/{size}"
    honest = site.tile("0", 0, size)
    assert isinstance(honest, bytes)
    site.lies[path] = honest[:-32] + bytes(32)
    assert bad(watch(site, state)) == {"tile_differs"}
    del site.lies[path]
    entries = f"/log/tile/entries/000.p/{size}"
    bundle = b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in site.registrar.leaves)
    site.lies[entries] = bundle + b"\0\1a"
    assert bad(watch(site, state)) == {"tile_wrong"}


def test_an_entry_that_is_served_otherwise_than_logged_is_named(site: Site, state: Path) -> None:
    leaves = site.registrar.leaves
    changed = [leaf.replace(b"FICT-0001", b"FICT-0007") for leaf in leaves]
    bundle = b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in changed)
    path = f"/log/tile/entries/000.p/{len(leaves)}"
    site.lies[path] = bundle
    report = watch(site, state)
    finding = next(one for one in report.log if one.code == "entry_rewritten")
    assert (report.exit_code, finding.values["index"]) == (1, len(leaves) - 1)
    # Nothing of it was taken: the next honest answer is.
    del site.lies[path]
    assert watch(site, state).exit_code == 0
    site.lies[path] = bundle
    assert "entry_rewritten" in bad(watch(site, state))


def test_leaves_and_tiles_changed_together_do_not_lead_to_the_head(site: Site, state: Path) -> None:
    liar = Registrar(site.url)
    size = len(site.registrar.leaves)
    site.lies[f"/log/tile/entries/000.p/{size}"] = b"".join(len(one).to_bytes(2, "big") + one for one in liar.leaves)
    honest, site.registrar = site.registrar, liar
    site.lies[f"/log/tile/0/000.p/{size}"] = site.tile("0", 0, size)
    site.registrar = honest
    assert "entries_not_under_head" in bad(watch(site, state))


@pytest.mark.parametrize("answer", [404, b"", b"\0", b"\0\1a" * 3])
def test_a_tile_that_is_missing_or_cut_off_is_bad(site: Site, state: Path, answer: bytes | int) -> None:
    size = len(site.registrar.leaves)
    site.lies[f"/log/tile/entries/000.p/{size}"] = answer
    report = watch(site, state)
    assert (report.exit_code, len(bad(report) & {"tile_missing", "tile_wrong"})) == (1, 1)


def test_a_partial_tile_that_became_whole_is_read_from_the_whole_one(site: Site, state: Path) -> None:
    size = len(site.registrar.leaves)
    site.shown = size
    fill(site, 256)
    for level in ("0", "entries"):
        site.lies[f"/log/tile/{level}/000.p/{size}"] = 404
    honest = site.tile

    def whole(level: str, number: int, width: int) -> bytes | int:
        displayed, site.shown = site.shown, None
        try:
            return honest(level, number, width)
        finally:
            site.shown = displayed

    site.tile = whole  # type: ignore[method-assign]
    assert "head_followed" in codes(watch(site, state))


def test_a_server_that_fails_is_unknown_and_the_run_goes_on_later(site: Site, state: Path) -> None:
    fill(site, 600)
    size = len(site.registrar.leaves)
    site.lies[f"/log/tile/entries/002.p/{size - 512}"] = 503
    report = watch(site, state)
    assert (report.exit_code, "unreachable" in codes(report)) == (3, True)
    site.lies.clear()
    site.asked.clear()
    assert watch(site, state).exit_code == 0
    # The two bundles that were whole were not read again to go on, but once more to be compared.
    assert site.asked.count("/log/tile/entries/000") == 1


def _slowly(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(600):
            handler.wfile.write(b"x")
            time.sleep(0.1)
    except OSError:
        return


def _hugely(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(2000):
            handler.wfile.write(b"x" * 65536)
    except OSError:
        return


@pytest.mark.parametrize("answer", [_slowly, _hugely, 302, 500])
def test_slow_huge_and_moved_answers_are_unknown(site: Site, state: Path, answer: Any) -> None:
    site.lies["/log/checkpoint"] = answer
    begin = time.monotonic()
    report = watch(site, state, patience=1)
    assert (report.exit_code, "unreachable" in codes(report)) == (3, True)
    # The slow one would go on for a minute.
    assert time.monotonic() - begin < 30


@pytest.mark.parametrize("text", [b"", b"hello", b"\xff\xfe", b"a\n1\n\n\n"])
def test_a_head_that_is_none_is_bad(site: Site, state: Path, text: bytes) -> None:
    watch(site, state)
    site.lies["/log/checkpoint"] = text
    assert "log_unreadable" in bad(watch(site, state))


def test_a_head_of_a_foreign_key_is_bad(site: Site, state: Path) -> None:
    watch(site, state)
    stranger = NoteKey(site.registrar.origin, 1)
    site.lies["/log/checkpoint"] = site.registrar.checkpoint(signers=[stranger]).encode()
    assert "head_not_signed" in bad(watch(site, state))


def test_a_log_key_that_the_log_itself_named_may_take_over(site: Site, state: Path) -> None:
    registrar = site.registrar
    successor = NoteKey(registrar.origin, 1)
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": b64url(successor.public)}
    kid = kid_of(jwk)
    record = {"alg": "EdDSA", "kid": kid, "public": jwk, "state": "active", "use": "log"}
    watch(site, state)
    registrar.append(f"key/{kid}", "registry.key_added", record)
    watch(site, state)
    old, registrar.log_key = registrar.log_key, successor
    site.lies["/.well-known/registry-trust.json"] = registrar.trust(log_keys=[old.vkey, successor.vkey])
    registrar.append("policy/log", "registry.policy", {"lines": [f"log {successor.vkey}", "quorum none"]})
    report = watch(site, state)
    assert (report.exit_code, "policy_differs" in codes(report)) == (0, False)
    lost = {
        "alg": "EdDSA",
        "kid": kid,
        "last_good_index": len(registrar.leaves) - 1,
        "public": jwk,
        "state": "compromised",
    }
    registrar.append(f"key/{kid}", "registry.key_compromised", lost | {"use": "log"})
    watch(site, state)
    fill(site, 1)
    assert "head_not_signed" in bad(watch(site, state))


def test_another_trust_file_is_said_and_not_taken(site: Site, state: Path) -> None:
    watch(site, state)
    site.lies["/.well-known/registry-trust.json"] = Registrar(site.url).trust()
    assert "trust_changed" in bad(watch(site, state))
    with Store.open(state) as store:
        other = read_trust(Registrar(site.url).trust())
        with pytest.raises(Unreadable, match="another registry"):
            run(fetcher(site.url), store, other, MonitorOptions(0), lambda text: None)


def test_a_new_root_of_the_same_log_is_taken_from_its_owner_alone(site: Site, state: Path) -> None:
    watch(site, state)
    registrar = site.registrar
    registrar.root = SigningKey("root")
    registrar.keys = {use: SigningKey(use, registrar.root) for use in registrar.keys}
    for key in registrar.keys.values():
        registrar.key_event(key)
    assert "trust_changed" in bad(watch(site, state))
    with Store.open(state) as store:
        given = read_trust(registrar.trust())
        report = run(fetcher(site.url), store, given, MonitorOptions(int(time.time()), settling=0), lambda text: None)
    assert not bad(report)
    assert not bad(watch(site, state))


def test_a_policy_that_asks_for_other_witnesses_is_reported(site: Site, state: Path) -> None:
    lines = [f"log {site.registrar.log_key.vkey}", f"witness w {NoteKey('w.example', 4).vkey}", "quorum w"]
    site.registrar.append("policy/log", "registry.policy", {"lines": lines})
    assert "policy_differs" in codes(watch(site, state))


def test_a_state_that_is_none_or_damaged_is_refused(site: Site, state: Path, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("this is no state of a monitor, and longer than a header of SQLite would be " * 9)
    with pytest.raises(Unreadable, match="no state"):
        Store.open(tmp_path / "other")
    watch(site, state)
    with Store.open(state) as store:
        store._connection.execute("UPDATE entries SET hash = zeroblob(32) WHERE idx = 1")
    with pytest.raises(Unreadable, match="damaged"):
        watch(site, state)


def test_two_monitors_do_not_share_a_state(state: Path) -> None:
    with Store.open(state), pytest.raises(Unreadable, match="in use"):
        Store.open(state)


def test_a_registry_that_was_never_there_cannot_be_trusted(state: Path) -> None:
    with serving() as gone:
        url = gone.url
    report_of = fetcher(url, timeout=2)
    with pytest.raises(Unreachable):
        report_of("/log/checkpoint", 100)
    with Store.open(state) as store:
        report = run(report_of, store, None, MonitorOptions(0), lambda text: None)
    assert report.exit_code == 3


def test_a_monitor_killed_at_any_moment_goes_on(site: Site, state: Path) -> None:
    fill(site, 256 * 12)
    command = [sys.executable, "-m", "registry_client", "monitor", site.url, "--state", str(state), "--json"]
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "client")}
    for bundles in (1, 3, 6, 9):
        process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        for _ in range(bundles):
            process.stderr.readline()
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        process.stderr.close()
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["head"]["size"] == len(site.registrar.leaves)
    with Store.open(state) as store:
        assert store.root_at(store.size) == store.root


def test_a_tile_of_another_length_is_bad(site: Site, state: Path) -> None:
    watch(site, state)
    fill(site, 1)
    site.lies[f"/log/tile/0/000.p/{len(site.registrar.leaves)}"] = b"x" * 40
    assert "tile_wrong" in bad(watch(site, state))
