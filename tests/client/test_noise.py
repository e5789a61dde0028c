"""Whatever stands in a log or comes over the network, the monitor and the verifier say something and do not break."""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registry_client.monitor import MonitorOptions, run
from registry_client.network import Unreachable
from registry_client.store import Store
from registry_client.strict import Unreadable, read_json

from tests.client.conftest import check
from tests.client.registrar import AGENCY, LICENCE, Registrar, canonical
from tests.client.site import Honest

WORDS = st.sampled_from(
    "status_history status from to until dissolved_on names name identifiers is_under_review corridors lines public use kid "
    "alg state x y crv kty valid_to valid_from status_place agency_id licence_id last_good_index active 2026-01-01 "
    f"{AGENCY} {LICENCE} registry.key_added".split()
)
VALUES = st.recursive(
    st.one_of(WORDS, st.integers(-3, 2**40), st.just(True), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        (f"licence/{LICENCE}", "licence.amended"),
        (f"agency/{AGENCY}", "agency.amended"),
        ("key/AAAAAAAAAAAAAAAA", "registry.key_added"),
        ("policy/log", "registry.policy"),
    ]
)


MADE_NO_SENSE = (KeyError, TypeError, AttributeError, ValueError, IndexError, OverflowError)
"""How the registrar fails at records that no registry would write."""


def fetch_from(honest: Honest) -> Callable[[str, int], bytes]:
    def fetch(path: str, limit: int) -> bytes:
        try:
            answer = honest.honest(path)
        except MADE_NO_SENSE:
            answer = 500
        if isinstance(answer, int):
            raise Unreachable(path, answer)
        return answer

    return fetch


@pytest.mark.thorough
@given(key=KEYS, changes=st.dictionaries(WORDS, VALUES, max_size=4), whole=st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_log_of_strange_records_breaks_nothing(key: tuple[str, str], changes: dict[str, Any], whole: bool) -> None:
    honest = Honest("https://registry.example.org")
    base: dict[str, Any] = {}
    if whole and key[0].startswith("licence/"):
        base = honest.registrar.licence()
    elif whole and key[0].startswith("agency/"):
        base = honest.registrar.agency()
    honest.registrar.append(*key, base | changes)
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "state") as store:
        form = MonitorOptions(int(time.time()), settling=0)
        for _ in range(2):
            assert run(fetch_from(honest), store, None, form, lambda text: None).exit_code in (0, 1, 3)
    # A bundle of that log is judged or unreadable.
    try:
        bundle = honest.registrar.bundle_bytes()
    except MADE_NO_SENSE:
        return
    try:
        assert check(honest.registrar, bundle).exit_code in (0, 1, 3)
    except Unreadable:
        return


@given(
    changes=st.dictionaries(WORDS, VALUES, max_size=3),
    name=st.sampled_from(["licence", "agency", "status", "log", "exp"]),
)
@settings(max_examples=150, deadline=None)
def test_strange_claims_under_a_true_key_break_nothing(changes: dict[str, Any], name: str) -> None:
    registrar = Registrar()
    claims = registrar.claims()
    claims[name] = claims[name] | changes if isinstance(claims[name], dict) else changes
    whole = registrar.bundle(credential=registrar.keys["credential"].token("dc+sd-jwt", claims) + "~")
    try:
        report = check(registrar, json.dumps(whole))
    except Unreadable:
        return
    # What stands beside the known members of the others is not read, and so says nothing.
    if name in ("licence", "exp"):
        assert (report.exit_code == 0) == (canonical(claims) == canonical(registrar.claims()))


@given(
    path=st.sampled_from(["/log/checkpoint", "/status/0", f"/api/v1/licences/{LICENCE}"]), body=st.binary(max_size=200)
)
@settings(max_examples=60, deadline=None)
def test_strange_answers_break_nothing(path: str, body: bytes) -> None:
    honest = Honest("https://registry.example.org")
    sound = fetch_from(honest)
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "state") as store:
        form = MonitorOptions(int(time.time()), settling=0)

        def fetch(asked_path: str, limit: int) -> bytes:
            return body if asked_path == path else sound(asked_path, limit)

        assert run(fetch, store, None, form, lambda text: None).exit_code == 1


@pytest.mark.parametrize("text", ['\\"' * 2_000_000, '"' * 2_000_001, '{"a":"' + "\\" * 4_000_001, "[" * 4_000_000])
def test_no_text_is_scanned_over_and_over(text: str) -> None:
    begin = time.process_time()
    with pytest.raises(Unreadable):
        read_json(text, "text")
    assert time.process_time() - begin < 5
