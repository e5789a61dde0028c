"""A mirror of a registry: what it writes is verified, lies at the paths it is served at, and contradicts a liar."""

import json
import os
import re
import subprocess
import sys
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from registry_client.cli import main
from registry_client.mirror import Mirror, MirrorOptions, MirrorReport
from registry_client.monitor import MonitorOptions, run
from registry_client.network import Unreachable, fetcher
from registry_client.store import Store
from registry_client.trust import PATH, Trust, read_trust

from tests.client.registrar import NoteKey, Registrar, SigningKey, b64, b64url
from tests.client.site import Site
from tests.client.watching import bad, codes, fill, revoke


class Copy:
    """A mirror of a site in a folder of its own."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.folder, self.state = site, folder / "served", folder / "served.state"
        self.evidence = folder / "served.state.evidence"

    def round(self, trust: Trust | None = None, **options: object) -> MirrorReport:
        form = MirrorOptions(int(time.time()), **({"settling": 0.0} | options))  # type: ignore[arg-type]
        with Store.open(self.state) as store:
            return Mirror(fetcher(self.site.url), self.folder, self.state, store, lambda text: None).run(trust, form)

    def read(self, path: str) -> bytes:
        return (self.folder / path.lstrip("/")).read_bytes()

    def files(self) -> set[str]:
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}

    def watched(self) -> set[str]:
        """What a monitor that pins the registry's trust file finds bad in the mirror's files."""

        def fetch(path: str, limit: int) -> bytes:
            found = self.folder / path.lstrip("/")
            if not found.is_file():
                raise Unreachable(path, 404)
            return found.read_bytes()

        state = self.state.with_name("of-monitor")
        state.unlink(missing_ok=True)
        with Store.open(state) as store:
            trust = read_trust(self.site.registrar.trust())
            report = run(fetch, store, trust, MonitorOptions(int(time.time()), 0, is_whole=True), lambda text: None)
        assert "head_followed" in codes(report)
        return bad(report)

    def shown_and_kept(self, what: str) -> tuple[bytes, bytes]:
        (folder,) = self.evidence.glob(f"{what}-*")
        return (folder / "shown").read_bytes(), (folder / "kept").read_bytes()


@pytest.fixture
def copy(site: Site, tmp_path: Path) -> Copy:
    return Copy(site, tmp_path)


def test_what_is_mirrored_is_what_a_monitor_follows_without_the_registry(site: Site, copy: Copy) -> None:
    fill(site, 600)
    # A kind that came later than this program is mirrored as it is.
    site.registrar.append("later-kind/1", "later.stated", {})
    report = copy.round()
    assert (report.exit_code, bad(report)) == (0, set())
    assert "kinds_not_known" in codes(report)
    assert copy.watched() == set()
    assert copy.read("/log/checkpoint").decode() == site.registrar.checkpoint()
    assert json.loads(copy.read(PATH)) == json.loads(site.registrar.trust())
    assert copy.read("/log/vkey").decode() == f"{site.registrar.log_key.vkey}\n"
    assert copy.read("/status/0").count(b".") == 2
    last = len(site.registrar.leaves) - 512
    for path in ("tile/0/000", f"tile/0/002.p/{last}", "tile/1/000.p/2", "tile/entries/001"):
        assert copy.read(f"/log/{path}") == site.honest(f"/log/{path}")
    # Nothing but what is served: state, drafts and evidence lie beside.
    assert not [name for name in copy.files() if not name.startswith(("log/", "status/", ".well-known/"))]
    assert not list(copy.folder.rglob("*.draft"))


def test_a_round_asks_for_new_bundles_alone_and_drops_partial_ones_of_older_heads(site: Site, copy: Copy) -> None:
    for size in (300, 20, 20, 300):
        fill(site, size)
        site.asked.clear()
        assert copy.round().exit_code == 0
        assert len([path for path in site.asked if path.startswith("/log/tile/entries")]) <= 4 + 3
        assert copy.watched() == set()
    partial = [name for name in copy.files() if ".p/" in name and "entries" in name]
    assert len(partial) <= 2


def _tamper(site: Site, number: int = 2) -> None:
    site.registrar.leaves[number] = site.registrar.leaves[number].replace(b"FICT-0001", b"FICT-0002")


def test_a_head_that_shrinks_is_refused_and_both_are_kept(site: Site, copy: Copy) -> None:
    fill(site, 40)
    copy.round()
    kept = copy.read("/log/checkpoint")
    site.shown = len(site.registrar.leaves) - 3
    report = copy.round()
    assert (report.exit_code, "head_shrank" in bad(report)) == (1, True)
    assert copy.shown_and_kept("head") == (site.registrar.checkpoint(site.shown).encode(), kept)
    assert copy.read("/log/checkpoint") == kept
    assert copy.watched() == set()


def test_a_smaller_head_of_a_copy_that_lags_is_asked_for_again(site: Site, copy: Copy) -> None:
    fill(site, 40)
    copy.round()
    smaller = [site.registrar.checkpoint(20).encode()]

    def lag(handler: BaseHTTPRequestHandler) -> None:
        body = smaller.pop() if smaller else site.registrar.checkpoint().encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    site.lies["/log/checkpoint"] = lag
    assert copy.round(settling=5.0).exit_code == 0


def test_another_root_is_refused_and_both_heads_are_kept(site: Site, copy: Copy) -> None:
    copy.round()
    kept = copy.read("/log/checkpoint")
    place = next(i for i, leaf in enumerate(site.registrar.leaves) if b"FICT-0001" in leaf)
    _tamper(site, place)
    fill(site, 3)
    report = copy.round()
    assert (report.exit_code, bad(report)) == (1, {"inconsistent_heads"})
    shown, held = copy.shown_and_kept("head")
    assert (shown, held) == (site.registrar.checkpoint().encode(), kept)
    assert copy.watched() - {"list_missing"} == set()
    assert copy.read("/log/checkpoint") == kept


def test_an_entry_that_changed_is_named_and_both_leaves_are_kept(site: Site, copy: Copy) -> None:
    copy.round()
    honest = list(site.registrar.leaves)
    place = next(i for i, leaf in enumerate(honest) if b"FICT-0001" in leaf)
    path = f"/log/tile/entries/000.p/{len(honest)}"
    body = site.honest(path)
    assert isinstance(body, bytes)
    site.lies[path] = body.replace(b"FICT-0001", b"FICT-0002")
    report = copy.round()
    assert (report.exit_code, bad(report)) == (1, {"entry_rewritten"})
    assert copy.shown_and_kept(f"entry-{place}") == (honest[place].replace(b"FICT-0001", b"FICT-0002"), honest[place])
    assert copy.watched() == set()


def test_new_entries_that_do_not_lead_to_the_head_are_not_written(site: Site, copy: Copy) -> None:
    copy.round()
    before = copy.files()
    fill(site, 1)
    size = len(site.registrar.leaves)
    body = site.honest(f"/log/tile/entries/000.p/{size}")
    assert isinstance(body, bytes)
    site.lies[f"/log/tile/entries/000.p/{size}"] = body[:-1] + b" "
    assert copy.round().exit_code == 1
    assert copy.files() == before
    site.lies.clear()
    assert copy.round().exit_code == 0
    assert copy.watched() == set()


def test_a_key_that_the_log_does_not_know_is_not_handed_on(site: Site, copy: Copy) -> None:
    copy.round()
    before = copy.read("/log/vkey")
    foreign = NoteKey(site.registrar.origin, 1)
    site.lies["/log/vkey"] = f"{site.registrar.log_key.vkey}\n{foreign.vkey}\n".encode()
    assert "mirror_key_not_logged" in bad(copy.round())
    del site.lies["/log/vkey"]
    stranger = SigningKey("status", site.registrar.root)
    certificates = [b64(key.der) for key in (*site.registrar.keys.values(), stranger)]
    site.lies[PATH] = site.registrar.trust(certificates=certificates)
    assert "mirror_key_not_logged" in bad(copy.round())
    site.lies[PATH] = Registrar(site.url).trust()
    assert "trust_changed" in bad(copy.round())
    assert copy.read("/log/vkey") == before
    assert json.loads(copy.read(PATH)) == json.loads(site.registrar.trust())


def test_a_status_list_that_hides_a_revocation_is_not_handed_on(site: Site, copy: Copy) -> None:
    copy.round()
    before, size = copy.read("/status/0"), len(site.registrar.leaves)
    revoke(site)
    lie = site.registrar.status(int(time.time()), size=size + 1, status_list=_empty_list())
    site.lies["/status/0"] = lie.encode()
    report = copy.round()
    assert (report.exit_code, "list_differs_in" in bad(report)) == (1, True)
    assert copy.read("/status/0") == before
    assert copy.shown_and_kept("status-0") == (lie.encode(), before)


def _empty_list() -> dict[str, object]:
    return {"bits": 2, "lst": b64url(zlib.compress(bytes(131072 // 4)))}


def test_a_head_without_the_witnesses_of_the_policy_is_not_handed_on(site: Site, copy: Copy) -> None:
    copy.round()
    before = copy.read("/log/checkpoint")
    site.registrar.witnesses.append(NoteKey("witness.example/w", 4))
    site.registrar.quorum = "w0"
    trust = read_trust(site.registrar.trust())
    site.registrar.append("policy/log", "registry.policy", {"lines": site.registrar.policy().splitlines()})
    size = len(site.registrar.leaves)
    site.lies["/log/checkpoint"] = site.registrar.checkpoint(size, [site.registrar.log_key]).encode()
    report = copy.round(trust)
    assert (report.exit_code, "not_witnessed" in codes(report)) == (3, True)
    assert copy.read("/log/checkpoint") == before
    site.lies.clear()
    assert copy.round(trust).exit_code == 0
    assert copy.read("/log/checkpoint").count(b"\xe2\x80\x94 ") == 2


def test_time_stamps_of_another_head_are_refused(site: Site, copy: Copy) -> None:
    size = len(site.registrar.leaves)
    head = "\n".join(site.registrar.checkpoint().split("\n")[:3]) + "\n"
    stamp = {"v": 1, "head": head, "timestamps": [{"authority": "https://tsa.invalid", "token": b64(b"a token")}]}
    site.lies["/log/timestamps/sizes"] = f"{size}\n".encode()
    site.lies[f"/log/timestamps/{size}"] = json.dumps(stamp).encode()
    assert copy.round().exit_code == 0
    assert json.loads(copy.read(f"/log/timestamps/{size}")) == stamp
    other = head.replace(head.split("\n")[2], b64(bytes(32)))
    site.lies[f"/log/timestamps/{size}"] = json.dumps(stamp | {"head": other}).encode()
    assert "timestamp_of_another_head" in bad(copy.round())
    assert json.loads(copy.read(f"/log/timestamps/{size}")) == stamp


def test_a_damaged_file_of_the_mirror_is_mended_and_a_lost_folder_written_again(site: Site, copy: Copy) -> None:
    fill(site, 300)
    copy.round()
    honest = {name: copy.read(name) for name in copy.files() if not name.startswith("status/")}
    (copy.folder / "log/tile/entries/000").write_bytes(b"half")
    (copy.folder / "log/tile/0/000").write_bytes(b"half")
    assert copy.round(is_whole=True).exit_code == 0
    assert {name: copy.read(name) for name in honest} == honest
    copy.folder.rename(copy.folder.with_name("moved"))
    assert copy.round().exit_code == 0
    assert {name: copy.read(name) for name in honest} == honest


def test_a_mirror_that_is_killed_goes_on_where_it_was(site: Site, copy: Copy) -> None:
    fill(site, 2000)
    command = [sys.executable, "-m", "registry_client", "mirror", site.url, str(copy.folder)]
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "client")}
    for pause in (3, 6):
        _kill_in_the_middle(site, command, env, f"/log/tile/entries/{pause:03d}")
        assert not (copy.folder / "log/checkpoint").exists()
    site.asked.clear()
    assert copy.round().exit_code == 0
    assert copy.watched() == set()
    # What the killed ones had read is not fetched again, but by the recheck.
    again = [path for path in site.asked if re.fullmatch(r"/log/tile/entries/00[0-5]", path)]
    assert len(again) <= 4
    assert not copy.state.with_name("served.state.drafts").exists()


def _kill_in_the_middle(site: Site, command: list[str], env: dict[str, str], path: str) -> None:
    """Kill the command while it waits for a path."""
    reached, killed = threading.Event(), threading.Event()

    def hang(handler: BaseHTTPRequestHandler) -> None:
        reached.set()
        killed.wait(30)

    site.lies[path] = hang
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        assert reached.wait(30)
        process.kill()
    killed.set()
    del site.lies[path]


def test_the_command_says_what_it_found_and_ends_with_its_code(
    site: Site, copy: Copy, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mirror", site.url, str(copy.folder)]) == 0
    assert main(["mirror", site.url, str(copy.folder), "--ranges", "few"]) == 2
    place = next(i for i, leaf in enumerate(site.registrar.leaves) if b"FICT-0001" in leaf)
    _tamper(site, place)
    capsys.readouterr()
    assert main(["mirror", site.url, str(copy.folder), "--every", "1s"]) == 1
    said = capsys.readouterr().out
    assert "FORK" in said
    assert str(copy.evidence) in said
    full = copy.state.with_name("a-file")
    full.write_text("")
    assert main(["mirror", site.url, str(full / "below"), "--state", str(copy.state.with_name("other"))]) == 2
