"""Which form of an answer a client gets."""

import gzip

import brotli
import pytest

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
    ],
)
def test_the_form_that_is_liked_best_is_taken(header: str | None, coding: str | None) -> None:
    assert accepted_encoding(header) == coding


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
