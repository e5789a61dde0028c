"""The time of a bundle: believed under the reader's own roots, refused by name where it is forged or of something else."""

import base64
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from registry_client.cli import main
from registry_client.strict import Unreadable
from registry_client.timestamps import read_roots
from registry_client.verdicts import Report

from tests.client.conftest import check, states
from tests.client.registrar import LICENCE, Registrar, b64, path_to, tree_hash
from tests.client.site import Site
from tests.client.watching import bad, codes, watch
from tests.tsa import Authority, time_stamps

Roots = tuple[x509.Certificate, ...]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with time_stamps(tmp_path_factory.mktemp("authority")) as running:
        yield running


@pytest.fixture(scope="module")
def roots(authority: Authority) -> Roots:
    return read_roots(authority.root, "roots")


def stamp_of(authority: Authority, head: str) -> dict[str, str]:
    return {"authority": authority.url, "at": "2026-11-18T11:06:40Z", "token": b64(authority.stamp(head.encode()))}


def head_of(registrar: Registrar, size: int) -> str:
    return f"{registrar.origin}\n{size}\n{b64(tree_hash(registrar.leaves[:size]))}\n"


def consistency(old: int, leaves: list[bytes], is_whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962, as it stands there."""
    if old == len(leaves):
        return [] if is_whole else [tree_hash(leaves)]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    if old <= half:
        return [*consistency(old, leaves[:half], is_whole), tree_hash(leaves[half:])]
    return [*consistency(old - half, leaves[half:], False), tree_hash(leaves[:half])]


def time_of(registrar: Registrar, authority: Authority, size: int | None = None, **changes: Any) -> dict[str, Any]:
    wanted = len(registrar.leaves) if size is None else size
    head = head_of(registrar, wanted)
    hashes = [b64(one) for one in consistency(wanted, registrar.leaves)]
    return {"head": head, "consistency": hashes, "timestamps": [stamp_of(authority, head)]} | changes


def found(report: Report, code: str) -> dict[str, str | int] | None:
    return next((dict(finding.values) for finding in report.logged if finding.code == code), None)


@pytest.fixture
def grown(registrar: Registrar) -> Registrar:
    """A registrar whose log went on for some entries after the licence's."""
    for number in range(5):
        registrar.append(f"agency/GROWN2222{number}AB", "agency.registered", {"n": number})
    return registrar


def test_an_entry_existed_before_the_instant_of_a_stamp(grown: Registrar, authority: Authority, roots: Roots) -> None:
    covering = range(grown.entry(f"licence/{LICENCE}")["index"] + 1, len(grown.leaves) + 1)
    for size in covering:
        report = check(grown, grown.bundle_bytes(time=time_of(grown, authority, size)), timestamp_roots=roots)
        assert states(report) == ("good", "good", "good")
        said = found(report, "existed_before")
        assert "Invented TSA" in str((said or {})["authority"])


def test_without_roots_a_stamp_is_told_and_not_believed(registrar: Registrar, authority: Authority) -> None:
    report = check(registrar, registrar.bundle_bytes(time=time_of(registrar, authority)))
    assert states(report) == ("good", "good", "good")
    assert found(report, "timestamp_not_checked") == {"count": 1}
    assert found(report, "existed_before") is None


def test_an_authority_that_the_reader_does_not_know_proves_nothing(
    registrar: Registrar, authority: Authority, tmp_path: Path
) -> None:
    with time_stamps(tmp_path / "stranger") as stranger:
        report = check(
            registrar,
            registrar.bundle_bytes(time=time_of(registrar, authority)),
            timestamp_roots=read_roots(stranger.root, "roots"),
        )
    assert states(report) == ("good", "good", "good")
    assert "Invented TSA" in str((found(report, "timestamp_root_unknown") or {})["authority"])
    assert found(report, "existed_before") is None


def test_a_stamp_of_another_head_is_refused(grown: Registrar, authority: Authority, roots: Roots) -> None:
    part = time_of(grown, authority)
    part["timestamps"] = [stamp_of(authority, head_of(grown, len(grown.leaves) - 1))]
    report = check(grown, grown.bundle_bytes(time=part), timestamp_roots=roots)
    assert states(report)[1] == "bad"
    assert found(report, "timestamp_wrong") is not None


def test_a_forged_stamp_is_refused(registrar: Registrar, authority: Authority, roots: Roots) -> None:
    part = time_of(registrar, authority)
    token = bytearray(base64.b64decode(part["timestamps"][0]["token"]))
    token[-8] ^= 1
    part["timestamps"][0]["token"] = b64(bytes(token))
    report = check(registrar, registrar.bundle_bytes(time=part), timestamp_roots=roots)
    assert states(report)[1] == "bad"
    assert found(report, "timestamp_wrong") is not None
    part["timestamps"][0]["token"] = b64(b"no stamp")
    report = check(registrar, registrar.bundle_bytes(time=part), timestamp_roots=roots)
    assert found(report, "timestamp_damaged") is not None


def test_a_head_that_the_log_never_had_is_refused(grown: Registrar, authority: Authority, roots: Roots) -> None:
    size = len(grown.leaves) - 1
    head = f"{grown.origin}\n{size}\n{b64(bytes(32))}\n"
    part = time_of(grown, authority, size, head=head, timestamps=[stamp_of(authority, head)])
    report = check(grown, grown.bundle_bytes(time=part), timestamp_roots=roots)
    assert found(report, "timestamp_of_another_log") == {}
    other = time_of(grown, authority, size)
    other["head"] = other["head"].replace(grown.origin, "elsewhere.example/log")
    assert found(check(grown, grown.bundle_bytes(time=other), timestamp_roots=roots), "timestamp_of_another_log") == {}


def test_a_stamp_from_before_the_entry_says_nothing_of_it(grown: Registrar, authority: Authority, roots: Roots) -> None:
    index = grown.entry(f"licence/{LICENCE}")["index"]
    report = check(grown, grown.bundle_bytes(time=time_of(grown, authority, index)), timestamp_roots=roots)
    assert found(report, "timestamp_before_entry") == {"index": index, "size": index}
    assert found(report, "existed_before") is None


def stamp_site(site: Site, authority: Authority, *sizes: int) -> None:
    """Have the site serve stamps of the heads of those sizes."""
    site.lies["/log/timestamps/sizes"] = "".join(f"{size}\n" for size in sizes).encode()
    for size in sizes:
        head = head_of(site.registrar, size)
        content = {"v": 1, "head": head, "timestamps": [stamp_of(authority, head)]}
        site.lies[f"/log/timestamps/{size}"] = json.dumps(content).encode()


def test_a_monitor_holds_stamps_to_its_own_copy(site: Site, state: Path, authority: Authority, roots: Roots) -> None:
    size = len(site.registrar.leaves)
    stamp_site(site, authority, size - 1, size)
    report = watch(site, state, timestamp_roots=roots)
    assert (report.exit_code, bad(report)) == (0, set())
    assert "existed_before" in codes(report)
    site.asked.clear()
    assert "existed_before" not in codes(watch(site, state, timestamp_roots=roots))
    assert f"/log/timestamps/{size}" not in site.asked


def test_a_monitor_names_what_is_wrong_with_stamps(site: Site, state: Path, authority: Authority, roots: Roots) -> None:
    size = len(site.registrar.leaves)
    stamp_site(site, authority, size - 1, size)
    another = site.lies[f"/log/timestamps/{size - 1}"]
    site.lies[f"/log/timestamps/{size}"] = another
    assert bad(watch(site, state, timestamp_roots=roots)) == {"timestamp_of_another_log"}
    assert isinstance(another, bytes)
    content = json.loads(another)
    site.lies[f"/log/timestamps/{size}"] = json.dumps(content | {"head": head_of(site.registrar, size)}).encode()
    # A forged stamp is told by every run, not once.
    for _ in range(2):
        assert bad(watch(site, state, timestamp_roots=roots)) == {"timestamp_wrong"}
    site.lies["/log/timestamps/sizes"] = b"1\nx\n"
    assert bad(watch(site, state, timestamp_roots=roots)) == {"timestamps_unreadable"}


def test_stamps_that_are_gone_are_missed(site: Site, state: Path, authority: Authority) -> None:
    size = len(site.registrar.leaves)
    stamp_site(site, authority, size)
    assert watch(site, state).exit_code == 0
    site.lies["/log/timestamps/sizes"] = b""
    assert bad(watch(site, state)) == {"timestamps_withdrawn"}
    del site.lies["/log/timestamps/sizes"]
    report = watch(site, state)
    assert (report.exit_code, "timestamps_not_served" in codes(report)) == (3, True)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"head": "origin"}, "in three lines"),
        ({"head": "origin\n-1\nAAAA\n"}, "in three lines"),
        ({"head": 7}, "head"),
        ({"timestamps": {}}, "timestamps"),
        ({"timestamps": [{"token": "AA=="}] * 17}, "at most 16 stamps"),
        ({"consistency": ["!"]}, "consistency"),
    ],
)
def test_what_cannot_be_read_is_named(
    registrar: Registrar, authority: Authority, roots: Roots, changes: dict[str, Any], text: str
) -> None:
    part = time_of(registrar, authority, **changes)
    with pytest.raises(Unreadable, match=text):
        check(registrar, registrar.bundle_bytes(time=part), timestamp_roots=roots)


def test_roots_that_are_none_are_refused() -> None:
    with pytest.raises(Unreadable, match="certificates in PEM"):
        read_roots(b"nothing", "roots.pem")


# Of receipts, which are in no log


def test_a_holder_has_a_receipt_stamped_and_openssl_agrees(
    registrar: Registrar, authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, stamp, pem = tmp_path / "receipt.jwt", tmp_path / "receipt.jwt.tsr", tmp_path / "roots.pem"
    file.write_text(registrar.receipt())
    pem.write_bytes(authority.root)
    (tmp_path / "trust.json").write_bytes(registrar.trust())
    roots = ("--timestamp-roots", str(pem))
    assert main(["stamp", str(file), "--tsa", authority.url, *roots]) == 0
    assert "Invented TSA" in capsys.readouterr().out
    verify = ["verify-offline", str(file), "--trust", str(tmp_path / "trust.json"), "--accept-unlogged", "--json"]
    assert main([*verify, "--timestamp", str(stamp), *roots]) == 0
    assert existed(capsys.readouterr().out) == "existed_before"
    openssl = ["openssl", "ts", "-verify", "-data", str(file), "-in", str(stamp), "-CAfile", str(pem)]
    assert subprocess.run(openssl, capture_output=True, check=False).returncode == 0
    # Nothing is written over.
    assert main(["stamp", str(file), "--tsa", authority.url, *roots]) == 2
    # Another receipt under the same stamp; a stamp that was changed; roots of another.
    file.write_text(registrar.receipt(verdict="yes", on="2026-11-17"))
    assert main([*verify, "--timestamp", str(stamp), *roots]) == 1
    assert existed(capsys.readouterr().out) == "timestamp_wrong"
    assert subprocess.run(openssl, capture_output=True, check=False).returncode == 1
    stamp.write_bytes(b"rubbish")
    assert main([*verify, "--timestamp", str(stamp), *roots]) == 1
    assert existed(capsys.readouterr().out) == "timestamp_damaged"
    with time_stamps(tmp_path / "stranger") as stranger:
        stamp.unlink()
        assert main(["stamp", str(file), "--tsa", stranger.url, *roots]) == 1
        assert "Invented TSA" in capsys.readouterr().out
    assert not stamp.exists()


def batch_of(authority: Authority, members: list[bytes], place: int) -> dict[str, Any]:
    """What a registry gives beside a receipt that it had stamped with others."""
    head = f"registry.example/log/receipts\n{len(members)}\n{b64(tree_hash(members))}\n"
    path = [b64(one) for one in path_to(place, members)]
    return {"v": 1, "head": head, "index": place, "path": path, "timestamps": [stamp_of(authority, head)]}


def test_a_receipt_is_proven_by_the_stamp_of_its_batch(
    registrar: Registrar, authority: Authority, roots: Roots
) -> None:
    receipts = [registrar.receipt(on=f"2026-11-{day}").encode() for day in range(10, 15)]
    for place, receipt in enumerate(receipts):
        stamp = batch_of(authority, receipts, place)
        # Beside the file, and in an answer of the registry that was saved as it is.
        for data, form in (
            (receipt + b"\n", {"timestamp": json.dumps(stamp).encode()}),
            (json.dumps({"receipt": receipt.decode(), "stamp": stamp}), {}),
        ):
            report = check(registrar, data, timestamp_roots=roots, **form)
            assert states(report)[0] == "good"
            said = [one for one in report.issued if one.code == "existed_before"]
            assert ["Invented TSA" in str(one.values["authority"]) for one in said] == [True]
    other = json.dumps(batch_of(authority, receipts, 1)).encode()
    report = check(registrar, receipts[0], timestamp_roots=roots, timestamp=other)
    assert [one.code for one in report.issued if one.state == "bad"] == ["timestamp_of_another_file"]
    without_stamp = check(registrar, json.dumps({"receipt": receipts[0].decode(), "stamp": None}))
    assert not [one for one in without_stamp.issued if one.code.startswith("timestamp")]


@pytest.mark.parametrize(
    "changes",
    [{"index": -1}, {"index": "0"}, {"path": "x"}, {"path": ["!"]}, {"head": "three"}, {"timestamps": None}],
)
def test_a_stamp_of_a_batch_that_cannot_be_read_is_named(
    registrar: Registrar, authority: Authority, roots: Roots, changes: dict[str, Any]
) -> None:
    receipt = registrar.receipt().encode()
    stamp = json.dumps(batch_of(authority, [receipt], 0) | changes).encode()
    with pytest.raises(Unreadable, match="time stamp"):
        check(registrar, receipt, timestamp_roots=roots, timestamp=stamp)


def existed(answer: str) -> str:
    codes = [one["code"] for one in json.loads(answer)["issued"]["reasons"]]
    (found,) = [code for code in codes if code == "existed_before" or code.startswith("timestamp_")]
    return str(found)
