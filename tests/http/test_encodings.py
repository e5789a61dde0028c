"""Which form of an answer a client gets."""

import gzip

import brotli
import pytest
from flask.testing import FlaskClient

from registry.http.encodings import BROTLI, GZIP, accepted_encoding, compressed, compressed_for_good, wanted_encoding

BODY = b'{"verdict":"yes"}' * 400


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        (None, None),
        ("", None),
        ("identity", None),
        ("gzip", GZIP),
        ("gzip, deflate, br, zstd", BROTLI),
        ("br;q=0.5, gzip;q=0.8", GZIP),
        ("br;q=0, gzip", GZIP),
        ("GZIP;Q=1.0", GZIP),
        ("br ; q=0.000", None),
        ("*", BROTLI),
        ("*;q=0", None),
        ("*;q=0, gzip", GZIP),
        ("br;q=nonsense, gzip;q=2", None),
        ("x" * 100_000, None),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0, gzip", GZIP),
    ],
)
def test_the_form_that_is_liked_best_is_taken(header: str | None, coding: str | None) -> None:
    assert accepted_encoding(header) == coding


@pytest.mark.parametrize("header", ["br;q=0, gzip;q=0, identity;q=0", "*;q=0", "zstd, identity;q=0"])
def test_who_takes_no_form_that_there_is_gets_406(client: FlaskClient, header: str) -> None:
    for path in ("/api/v1/verify?licence_number=1", "/ranges/current", "/dataset"):
        answer = client.get(path, headers={"Accept-Encoding": header})
        assert (answer.status_code, answer.json["code"]) == (406, "not_acceptable")
    assert client.get("/en", headers={"Accept-Encoding": header}).status_code == 406
    assert client.get("/health", headers={"Accept-Encoding": header}).status_code == 200


@pytest.mark.parametrize("pack", [compressed, compressed_for_good])
def test_what_is_compressed_reads_as_before(pack) -> None:
    assert brotli.decompress(pack(BODY, BROTLI)) == gzip.decompress(pack(BODY, GZIP)) == BODY
    assert max(len(pack(BODY, BROTLI)), len(pack(BODY, GZIP))) < len(BODY) / 4
    assert pack(BODY, GZIP) == pack(BODY, GZIP)


def test_beside_a_key_or_a_session_nothing_is_compressed() -> None:
    accepted = {"HTTP_ACCEPT_ENCODING": "br, gzip"}
    assert wanted_encoding(accepted, "application/json") == BROTLI
    assert wanted_encoding(accepted, "application/octet-stream") is None
    for secret in ("HTTP_AUTHORIZATION", "HTTP_COOKIE"):
        assert wanted_encoding(accepted | {secret: "x"}, "application/json") is None
