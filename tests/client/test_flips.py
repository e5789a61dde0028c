"""Whatever byte of whatever thing is changed, the verdict is never that all is good."""

import base64
import functools
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registry_client.gathering import GatheringOptions
from registry_client.offline import verify
from registry_client.strict import Unreadable
from registry_client.trust import Trust, read_trust
from registry_client.verdicts import Report

from tests.client.registrar import NOW, Registrar


@functools.cache
def things() -> tuple[Trust, dict[str, tuple[bytes, str | None]]]:
    """A trust file, and of each kind of thing its bytes and the status list to check it with."""
    registrar = Registrar()
    status = registrar.status()
    found: dict[str, tuple[bytes, str | None]] = {
        "bundle": (registrar.bundle_bytes(), None),
        "credential": (registrar.credential().encode(), status),
        "code": (registrar.code().encode(), status),
        "receipt": (registrar.receipt().encode(), None),
        "status_list": (registrar.status().encode(), None),
        "checkpoint": (registrar.checkpoint().encode(), None),
    }
    return read_trust(registrar.trust()), found


KINDS = ("bundle", "credential", "code", "receipt", "status_list", "checkpoint")
UNTOUCHED = {
    "bundle": ["good", "good", "good"],
    "credential": ["good", "unknown", "good"],
    "code": ["good", "unknown", "good"],
    "receipt": ["good", "unknown", "good"],
    "status_list": ["good", "unknown", "good"],
    "checkpoint": ["good", "unknown", "unknown"],
}


def judge(kind: str, data: bytes) -> Report | None:
    """The report, or None where the bytes are unreadable; anything else would be a crash."""
    trust, found = things()
    try:
        return verify(data, GatheringOptions(trust, NOW + 60, status_text=found[kind][1]))
    except Unreadable:
        return None


def states_of(report: Report) -> list[str]:
    return [str(verdict.state) for _, verdict in report.verdicts]


@pytest.mark.parametrize("kind", KINDS)
def test_untouched_each_is_what_it_should_be(kind: str) -> None:
    report = judge(kind, things()[1][kind][0])
    assert report is not None
    assert states_of(report) == UNTOUCHED[kind]


def message_of(code: bytes) -> bytes:
    """What is signed. One message can be deflated in several ways, and letters of a host may be large or small."""
    fragment = code.decode().partition("#")[2]
    return zlib.decompress(base64.b32decode(fragment + "=" * (-len(fragment) % 8)))


def assert_worse(kind: str, changed: bytes) -> None:
    report = judge(kind, changed)
    if report is None or report.kind != kind:
        return
    assert states_of(report) != UNTOUCHED[kind] or (
        kind == "code" and message_of(changed) == message_of(things()[1][kind][0])
    )
    assert report.exit_code != 0


@given(kind=st.sampled_from(KINDS), data=st.data())
@settings(max_examples=600, deadline=None)
def test_a_changed_byte_is_never_good(kind: str, data: st.DataObject) -> None:
    content = bytearray(things()[1][kind][0])
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    assert_worse(kind, bytes(content))


@pytest.mark.parametrize("kind", ["code", "checkpoint", "receipt"])
def test_no_flipped_bit_at_all_is_good(kind: str) -> None:
    content = things()[1][kind][0]
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        assert_worse(kind, bytes(changed))


@given(kind=st.sampled_from(KINDS), data=st.data())
@settings(max_examples=200, deadline=None)
def test_a_cut_or_a_piece_too_many_is_never_good(kind: str, data: st.DataObject) -> None:
    content = things()[1][kind][0]
    begin = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(begin + 1, len(content)))
    put = data.draw(st.binary(max_size=8))
    changed = content[:begin] + put + content[end:]
    if changed != content and changed.strip() != content.strip():
        report = judge(kind, changed)
        assert report is None or report.exit_code != 0


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_noise_is_unreadable_and_never_a_crash(content: bytes) -> None:
    report = judge("receipt", content)
    assert report is None or report.exit_code != 0


@given(
    st.text(max_size=200),
    st.sampled_from(["https://registry.example.org/v#", "{", "c2sp.org/tlog-proof@v1\n", "a.b.", ""]),
)
@settings(max_examples=300, deadline=None)
def test_noise_that_begins_well_is_never_a_crash(text: str, begin: str) -> None:
    report = judge("receipt", (begin + text).encode("utf-8", "replace"))
    assert report is None or report.exit_code != 0
