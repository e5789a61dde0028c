"""The log's addresses: what a stranger fetches is enough to prove everything, and nothing unsigned is shown."""

import hashlib
from base64 import b64decode

import pytest
from cryptography import x509
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey

from registry.core.settings import Settings
from registry.http.transaction import services
from registry.log import note, tree
from registry.log.actions import Draft, append
from registry.log.signing import sign_committed
from tests.api.shapes import assert_as_documented
from tests.log.proving import check_inclusion, read_proof

COUNT = 600


@pytest.fixture
def signed(app: Flask, session: Session, settings: Settings) -> None:
    publish(session, COUNT)
    sign_committed(settings, services(app).sessions)


def publish(session: Session, count: int) -> None:
    drafts = [Draft(f"agency/{n:012}", "agency.registered", {"n": n}, is_first=True) for n in range(count)]
    append(session, drafts)
    session.commit()


class Fetched:
    """What tlog-scales reads tiles from: our own addresses."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, *path: str) -> bytes | None:
        answer = self.client.get("/log/" + "/".join(path))
        return answer.data if answer.status_code == 200 else None


def head_of(client: FlaskClient) -> note.Checkpoint:
    keys = [note.read_vkey(line) for line in client.get("/log/vkey").text.splitlines()]
    return note.verify_checkpoint(client.get("/log/checkpoint").text, keys)


@pytest.mark.usefixtures("signed")
def test_another_reader_derives_our_root_from_our_tiles(client: FlaskClient):
    reader = TilesReader(Fetched(client))
    head = reader.get_checkpoint()
    head.verify(Vkey.from_string(client.get("/log/vkey").text.strip()))
    assert reader.calculate_root_hash() == head.root_hash == head_of(client).root
    for index in (0, 255, 256, head.size - 1):
        entry = reader.get_entry(index)
        theirs = reader.get_inclusion_proof(index, head.size).node_hashes
        ours = read_proof(client.get(f"/log/proof/{index}").text)
        assert list(ours.hashes) == theirs
        check_inclusion(tree.leaf_hash(entry), index, head.size, theirs, head.root_hash)


@pytest.mark.usefixtures("signed")
def test_a_proof_leads_from_the_entry_to_the_signed_head(client: FlaskClient):
    head = head_of(client)
    bundle = client.get("/log/tile/entries/001").data
    length = int.from_bytes(bundle[:2], "big")
    proof = read_proof(client.get("/log/proof/256").text)
    assert proof.checkpoint == client.get("/log/checkpoint").text
    check_inclusion(tree.leaf_hash(bundle[2 : 2 + length]), 256, head.size, proof.hashes, head.root)


@pytest.mark.usefixtures("signed")
def test_how_long_what_may_be_kept(client: FlaskClient):
    head = client.get("/log/checkpoint")
    assert (head.headers["Cache-Control"], head.mimetype) == ("public, max-age=5", "text/plain")
    again = client.get("/log/checkpoint", headers={"If-None-Match": head.headers["ETag"]})
    assert again.status_code == 304
    tile = client.get("/log/tile/0/000")
    assert tile.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (len(tile.data), tile.mimetype) == (8192, "application/octet-stream")
    assert client.head("/log/tile/0/000").status_code == 200


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize(
    "path",
    [
        *(
            "tile/0/002",
            "tile/0/002.p/255",
            "tile/0/003",
            "tile/1/000",
            "tile/1/000.p/3",
            "tile/2/000.p/1",
            "tile/63/000",
        ),
        *(
            "tile/0/0",
            "tile/0/000/",
            "tile/00/000",
            "tile/0/x000/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/64/000",
        ),
        *(
            "tile/entries/003",
            "tile/entries/1",
            "tile/",
            "proof/606",
            "proof/007",
            "proof/-1",
            "proof/x",
        ),
        *("proof/99999999999999999999999", "nothing"),
    ],
)
def test_what_is_not_published_is_not_found_and_not_kept(client: FlaskClient, path: str):
    answer = client.get(f"/log/{path}")
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("signed")
def test_every_width_up_to_the_published_is_served(client: FlaskClient):
    widest = client.get("/log/tile/0/002.p/94").data
    for width in (1, 50, 94):
        assert client.get(f"/log/tile/0/002.p/{width}").data == widest[: 32 * width]
    assert client.get("/log/tile/0/002.p/95").status_code == 404
    assert client.get("/log/tile/1/000.p/2").data == b"".join(
        tree.folded(tree.split(client.get(f"/log/tile/0/00{n}").data)) for n in range(2)
    )


@pytest.mark.usefixtures("signed")
def test_unsigned_entries_are_not_in_the_answer(client: FlaskClient, session: Session):
    size = head_of(client).size
    append(session, [Draft("agency/ABCDEFGHJKMN", "agency.registered", {})])
    session.commit()
    assert head_of(client).size == size
    assert client.get(f"/log/proof/{size}").status_code == 404
    assert client.get(f"/log/tile/entries/002.p/{size - 511}").status_code == 404


def test_before_the_first_head_there_is_nothing(client: FlaskClient):
    for path in ("log/checkpoint", "log/vkey", "log/policy", "log/tile/0/000.p/1", ".well-known/registry-trust.json"):
        assert client.get(f"/{path}").status_code == 404


@pytest.mark.usefixtures("signed")
def test_the_trust_file_is_all_that_verifying_needs(client: FlaskClient):
    assert_as_documented(client.get("/.well-known/registry-trust.json"), "getTrustFile")
    trust = client.get("/.well-known/registry-trust.json").json
    assert sorted(trust) == ["certificates", "issuer", "log_keys", "ml_dsa_keys", "origin", "policy", "root", "v"]
    assert trust["log_keys"] == client.get("/log/vkey").text.splitlines()
    assert trust["policy"] == client.get("/log/policy").text
    policy = note.read_policy(trust["policy"])
    assert (policy.quorum, [str(key) for key in policy.logs]) == ("none", trust["log_keys"])
    root = x509.load_der_x509_certificate(b64decode(trust["root"]))
    for der in trust["certificates"]:
        x509.load_der_x509_certificate(b64decode(der)).verify_directly_issued_by(root)
    assert len(trust["certificates"]) == 3
    assert note.verify_checkpoint(client.get("/log/checkpoint").text, policy.logs).origin == trust["origin"]


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize(
    "path", ["/log/checkpoint", "/log/tile/0/000", "/log/nothing", "/.well-known/registry-trust.json"]
)
def test_any_page_may_read_the_log(client: FlaskClient, path: str):
    answer = client.get(path)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "RateLimit" in answer.headers


@pytest.mark.usefixtures("signed")
def test_a_bit_flipped_in_what_is_served_is_seen(client: FlaskClient):
    head, raw = head_of(client), client.get("/log/checkpoint").text
    keys = [note.read_vkey(client.get("/log/vkey").text.strip())]
    body = raw.encode()
    for place in range(0, len(body), 3):
        changed = bytearray(body)
        changed[place] ^= 1
        with pytest.raises((note.BadProof, UnicodeDecodeError)):
            note.verify_checkpoint(changed.decode(), keys)
    tiles = [client.get(f"/log/tile/0/{path}").data for path in ("000", "001", "002.p/94")]
    for number in range(3):
        flipped = bytearray(tiles[number])
        flipped[1234 % len(flipped)] ^= 1
        forged = [*tiles[:number], bytes(flipped), *tiles[number + 1 :]]
        assert tree.root_at(tree.reading(tree.levels_of(tree.split(b"".join(forged)))), head.size) != head.root
    assert tree.root_at(tree.reading(tree.levels_of(tree.split(b"".join(tiles)))), head.size) == head.root
    assert hashlib.sha256(b"\0").digest() != head.root
