"""The three verdicts: what is genuine, what is forged, what cannot be known."""

import base64
import json
import tracemalloc
import zlib
from typing import Any

import pytest
from registry_client.licences import judge_licence, read_bundle
from registry_client.paper import read_code
from registry_client.strict import Unreadable
from registry_client.verdicts import Report, State, Verdict

from tests.client.conftest import check, codes, states, trust_of
from tests.client.registrar import AGENCY, DAY, LICENCE, NOW, Registrar, SigningKey, b64, b64url, canonical, sha


def test_a_genuine_bundle_is_good_three_times(registrar: Registrar) -> None:
    report = check(registrar, registrar.bundle_bytes())
    assert states(report) == ("good", "good", "good")
    assert report.exit_code == 0
    signed = dict(report.signed)
    assert (signed["number"], signed["holder"]) == ("FICT-0001", "示例对外劳务合作有限公司")
    assert "no_witness" in codes(report)


def test_a_credential_or_code_alone_is_issued_and_the_rest_unknown(registrar: Registrar) -> None:
    for thing in (registrar.credential(), registrar.code()):
        report = check(registrar, thing)
        assert (states(report), report.exit_code) == (("good", "unknown", "unknown"), 3)
        assert dict(report.signed)["number"] == "FICT-0001"


def test_a_status_list_at_hand_answers_whether_it_is_in_force(registrar: Registrar) -> None:
    for thing in (registrar.credential(), registrar.code()):
        assert states(check(registrar, thing, status_text=registrar.status()))[2] == "good"
    before = registrar.credential()
    registrar.state(("active", "2024-01-01"), ("revoked", "2026-11-01"), kind="licence.revoked")
    report = check(registrar, before, status_text=registrar.status())
    assert (states(report)[2], report.exit_code) == ("bad", 1)


@pytest.mark.parametrize(("status", "code"), [("suspended", "status_suspended"), ("revoked", "status_invalid")])
def test_a_licence_out_of_force_is_bad_by_list_and_by_entry(registrar: Registrar, status: str, code: str) -> None:
    registrar.state(("active", "2024-01-01"), (status, "2026-11-01"), kind=f"licence.{status}")
    report = check(registrar, registrar.bundle_bytes())
    assert states(report) == ("good", "good", "bad")
    assert {code, "status_stated"} <= codes(report)


def test_an_entry_counts_from_its_day_in_china_and_the_term_to_its_last_second(registrar: Registrar) -> None:
    """From 16:00 UTC, in the worse of the days that it may be where the authority sits; `exp` is an instant."""
    registrar.state(("active", "2024-01-01"), valid_to="2026-11-18")
    before, evening = NOW + 4 * 3600, NOW + 6 * 3600
    assert "status_stated" in codes(check(registrar, registrar.bundle_bytes(), at=evening))
    assert states(check(registrar, registrar.bundle_bytes(), at=before))[2] == "good"
    registrar.state(("active", "2024-01-01"), ("suspended", "2026-11-19"))
    assert states(check(registrar, registrar.bundle_bytes(), at=before))[2] == "good"
    assert states(check(registrar, registrar.bundle_bytes(), at=evening))[2] == "bad"


def test_a_bundle_that_hides_the_revocation_is_bad_by_its_entry(registrar: Registrar) -> None:
    """The old list is fresh and says nothing of it; the entry does."""
    old = registrar.status()
    registrar.state(("revoked", "2026-11-01"), kind="licence.revoked")
    assert states(check(registrar, registrar.bundle_bytes(status=old)))[2] == "bad"


def test_a_stale_list_is_unknown_and_never_valid(registrar: Registrar) -> None:
    whole = registrar.bundle_bytes()
    assert states(check(registrar, whole, at=NOW + DAY - 1))[2] == "good"
    for at, code in ((NOW + DAY, "status_stale"), (NOW + 3 * DAY, "status_stale"), (NOW - DAY, "status_of_later")):
        report = check(registrar, whole, at=at)
        assert (states(report)[2], code in codes(report)) == ("unknown", True)


def test_an_old_list_replayed_under_a_longer_life_is_refused(registrar: Registrar) -> None:
    longer = registrar.status(exp=NOW + 30 * DAY)
    report = check(registrar, registrar.bundle_bytes(status=longer))
    assert (states(report)[2], "claim_wrong" in codes(report)) == ("bad", True)


def test_a_list_of_other_places_says_nothing(registrar: Registrar) -> None:
    report = check(registrar, registrar.bundle_bytes(status=registrar.status(number=1)))
    assert (states(report)[2], "status_of_another_list" in codes(report)) == ("unknown", True)


def test_a_term_that_ended_is_bad_and_one_to_come_too() -> None:
    registrar = Registrar(valid_to="2026-11-17")
    report = check(registrar, registrar.bundle_bytes())
    assert (states(report)[2], "term_ended" in codes(report)) == ("bad", True)
    # The last day is inclusive where the authority sits: it ends at 16:00 UTC in China.
    registrar = Registrar(valid_to="2026-11-18")
    assert states(check(registrar, registrar.bundle_bytes()))[2] == "good"
    registrar.state(("active", "2027-01-01"), valid_from="2027-01-01")
    assert "not_yet_valid" in codes(check(registrar, registrar.bundle_bytes()))


def test_a_renewal_that_the_law_deems_valid_outlives_its_term() -> None:
    registrar = Registrar(valid_to="2026-11-01")
    registrar.state(("renewal_pending_deemed_valid", "2026-10-01"), valid_to="2026-11-01")
    report = check(registrar, registrar.bundle_bytes())
    assert (states(report)[2], "deemed_valid" in codes(report)) == ("good", True)
    assert states(check(registrar, registrar.credential(), status_text=registrar.status()))[2] == "bad"


def test_a_status_that_is_not_stated_is_unknown(registrar: Registrar) -> None:
    registrar.state(("active", "2030-01-01"))
    report = check(registrar, registrar.bundle_bytes())
    assert (states(report)[2], "status_not_stated" in codes(report)) == ("unknown", True)


def test_a_holder_dissolved_since_is_out_of_force(registrar: Registrar) -> None:
    registrar.append(f"agency/{AGENCY}", "agency.amended", registrar.agency(dissolved_on="2026-11-10"))
    assert states(check(registrar, registrar.bundle_bytes()))[2] == "bad"


# Keys


def test_a_foreign_key_is_bad_however_it_dresses(registrar: Registrar) -> None:
    stranger = Registrar()
    same_name = SigningKey("root", name=registrar.root.name.rdns[0].rfc4514_string().removeprefix("CN="))
    for key in (stranger.keys["credential"], SigningKey("credential"), SigningKey("credential", same_name)):
        report = check(registrar, registrar.credential(key))
        assert states(report) == ("bad", "unknown", "unknown")
        assert "certificate_of_another_root" in codes(report)
        assert not report.signed
    report = check(registrar, registrar.code(stranger.keys["credential"]))
    assert (states(report), "key_not_known" in codes(report)) == (("unknown", "unknown", "unknown"), True)


def test_a_key_signs_only_what_it_is_for(registrar: Registrar) -> None:
    for use in ("status", "receipt"):
        assert "certificate_for_another_use" in codes(check(registrar, registrar.credential(registrar.keys[use])))
    assert states(check(registrar, registrar.credential(SigningKey("credential", registrar.root))))[0] == "good"
    impostor = SigningKey("credential", registrar.keys["credential"])
    assert states(check(registrar, registrar.credential(impostor)))[0] == "bad"
    for other in ("status", "receipt", "log"):
        named = SigningKey("credential", registrar.root, name=f"{other} AAAAAAAAAAAAAAAA")
        assert states(check(registrar, registrar.credential(named)))[0] == "bad"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"alg": "none"}, "wrong_algorithm"),
        ({"alg": "HS256"}, "wrong_algorithm"),
        ({"alg": "ES384"}, "wrong_algorithm"),
        ({"alg": None}, "wrong_algorithm"),
        ({"typ": "JWT"}, "wrong_type"),
        ({"typ": "registry-receipt+jwt"}, "wrong_type"),
        ({"typ": None}, "wrong_type"),
        ({"jku": "https://evil.example/keys"}, "unexpected_header"),
        ({"x5u": "https://evil.example/key"}, "unexpected_header"),
        ({"jwk": {"kty": "EC"}}, "unexpected_header"),
        ({"crit": ["b64"], "b64": False}, "unexpected_header"),
        ({"kid": "AAAAAAAAAAAAAAAA"}, "another_key"),
        ({"x5c": []}, "unexpected_header"),
    ],
)
def test_algorithm_type_and_key_are_what_the_use_has(registrar: Registrar, header: dict[str, Any], code: str) -> None:
    token = registrar.keys["credential"].token("dc+sd-jwt", registrar.claims(), **header) + "~"
    report = check(registrar, token)
    assert states(report)[0] == "bad"
    assert code in codes(report)


def test_an_unsigned_token_is_bad(registrar: Registrar) -> None:
    token = registrar.credential().rstrip("~")
    head, payload, _ = token.split(".")
    assert check(registrar, f"{head}.{payload}.~").exit_code == 1
    assert check(registrar, f"{head}.{payload}.{b64url(bytes(64))}~").exit_code == 1


def test_what_was_signed_before_a_key_retired_stays_good_and_later_is_bad(registrar: Registrar) -> None:
    key = registrar.keys["credential"]
    registrar.clock = registrar.clock.fromtimestamp(NOW + 3600, registrar.clock.tzinfo)
    registrar.key_event(key, "retired")
    whole = registrar.bundle()
    assert states(check(registrar, json.dumps(whole))) == ("good", "good", "good")
    whole["credential"] = registrar.credential(iat=NOW + 3 * 3600)
    report = check(registrar, json.dumps(whole), at=NOW + 4 * 3600)
    assert (states(report)[0], "key_retired_before" in codes(report)) == ("bad", True)


def test_a_compromised_key_is_good_only_for_entries_up_to_the_last_good_one(registrar: Registrar) -> None:
    key = registrar.keys["credential"]
    index = registrar.latest[f"licence/{LICENCE}"]
    registrar.key_event(key, "compromised", last_good=index)
    report = check(registrar, registrar.bundle_bytes())
    assert (states(report)[0], "key_compromised_since" in codes(report)) == ("good", True)
    later = registrar.state(("active", "2024-01-01"))
    report = check(registrar, registrar.bundle_bytes())
    assert (states(report)[0], "key_compromised_before" in codes(report)) == ("bad", True)
    # What the thief writes names the last good entry, and is not what that entry says.
    registrar.latest[f"licence/{LICENCE}"] = index
    whole = registrar.bundle(entry=b64(registrar.leaves[index]), proof=registrar.proof(index))
    forged = registrar.claims()
    forged["licence"] = forged["licence"] | {"number": "FICT-9999"}
    entry = json.loads(registrar.leaves[index])
    forged["log"] |= {"index": index, "leaf": b64url(sha(b"\0" + registrar.leaves[index]))}
    whole["credential"] = key.token("dc+sd-jwt", forged) + "~"
    assert entry["index"] == index < later
    report = check(registrar, json.dumps(whole))
    assert states(report)[:2] == ("unknown", "bad")
    assert {"content_differs", "key_compromised"} <= codes(report)


def test_a_forged_licence_under_a_stolen_key_is_in_no_log(registrar: Registrar) -> None:
    other = Registrar()
    other.keys, other.root, other.log_key = registrar.keys, registrar.root, registrar.log_key
    other.state(("active", "2024-01-01"), number="FICT-9999")
    forged = registrar.bundle(credential=other.credential(), entry=b64(other.leaves[-1]))
    report = check(registrar, json.dumps(forged))
    assert (states(report)[1], report.exit_code) == ("bad", 1)


def test_a_status_list_of_a_compromised_key_says_nothing(registrar: Registrar) -> None:
    registrar.key_event(registrar.keys["status"], "compromised", last_good=2)
    report = check(registrar, registrar.bundle_bytes())
    assert (states(report)[2], "status_key_not_good" in codes(report)) == ("unknown", True)


def test_without_the_logs_word_on_the_key_issued_is_unknown(registrar: Registrar) -> None:
    report = check(registrar, registrar.bundle_bytes(keys=[]))
    assert (states(report)[0], "key_entry_missing" in codes(report)) == ("unknown", True)


# What the parts say of one another


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iss", "https://elsewhere.example"),
        ("vct", "https://registry.example.org/vct/recruitment-licence/v2"),
        ("sub", "https://registry.example.org/api/v1/licences/23456789ABC3"),
        ("status", {"status_list": {"idx": 6, "uri": "https://registry.example.org/status/0"}}),
        ("status", {"status_list": {"idx": 5, "uri": "https://evil.example/status/0"}}),
        ("_sd", ["x"]),
    ],
)
def test_a_claim_that_the_registry_would_not_make_is_bad(registrar: Registrar, name: str, value: object) -> None:
    report = check(registrar, registrar.credential(**{name: value}))
    assert states(report)[0] == "bad"


def test_dates_that_do_not_follow_from_the_entry_are_bad(registrar: Registrar) -> None:
    for changes in ({"exp": NOW + 3000 * DAY}, {"nbf": NOW - 1}, {"exp": None}):
        whole = registrar.bundle(credential=registrar.credential(**changes))  # type: ignore[arg-type]
        report = check(registrar, json.dumps(whole))
        assert (states(report)[1], "content_differs" in codes(report)) == ("bad", True)


def test_a_code_that_says_otherwise_than_its_entry_is_bad(registrar: Registrar) -> None:
    trust = trust_of(registrar)
    evidence = read_bundle(registrar.bundle_bytes(), trust).evidence
    for label, value, expected in (
        (2, LICENCE, "good"),
        (-65538, "FICT-9999", "bad"),
        (-65539, "某某公司", "bad"),
        (-65542, ["CN>IT", "CN>DE"], "bad"),
        (-65541, "IT", "bad"),
        (-65544, bytes(16), "bad"),
    ):
        text = registrar.code(claims=registrar.cose_claims() | {label: value})
        report = judge_licence(read_code(text, trust, trust.keys), evidence, Report("code", NOW))
        assert states(report)[1] == expected, label


def test_another_licences_entry_is_no_evidence(registrar: Registrar) -> None:
    other = registrar.append(
        "licence/345678ABCDE2", "licence.issued", registrar.licence(licence_id="345678ABCDE2", status_place=6)
    )
    whole = registrar.bundle(entry=b64(registrar.leaves[other]), proof=registrar.proof(other))
    report = check(registrar, json.dumps(whole))
    assert (states(report)[1], "entry_of_another" in codes(report)) == ("bad", True)


def test_a_newer_entry_than_the_credentials_leaves_its_own_unproven(registrar: Registrar) -> None:
    old = registrar.credential()
    registrar.state(("active", "2024-01-01"), number="FICT-0002")
    report = check(registrar, registrar.bundle_bytes(credential=old))
    assert (states(report)[1], "own_entry_not_proven" in codes(report)) == ("unknown", True)


# Receipts


def test_a_receipt_says_how_things_stood_and_no_more(registrar: Registrar) -> None:
    report = check(registrar, registrar.receipt(), at=NOW + 3000 * DAY)
    assert states(report) == ("good", "unknown", "good")
    assert {"of_that_time_only", "head_not_checked"} <= codes(report)
    assert ("question", "licence_number = FICT-0001") in report.signed
    assert states(check(registrar, registrar.receipt(verdict="no")))[2] == "bad"
    assert states(check(registrar, registrar.receipt(verdict="unknown")))[2] == "unknown"
    in_answer = json.dumps({"verdict": "yes", "receipt": registrar.receipt()})
    assert check(registrar, in_answer).kind == "receipt"


def test_a_receipt_under_another_use_or_key_is_bad(registrar: Registrar) -> None:
    assert states(check(registrar, registrar.receipt(registrar.keys["credential"])))[0] == "bad"
    assert states(check(registrar, registrar.receipt(Registrar().keys["receipt"])))[0] == "bad"


# Anything else


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "nothing in it"),
        (b"hello", "none of"),
        (b"\xff\xfe\x00", "not text"),
        (b"{", "no JSON"),
        (b"{}", "no bundle"),
        (b'{"credential": 1}', "missing"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b"[" * 100_000, "none of"),
        (b'{"a":' + b"[" * 100_000, "deep"),
        (b"a.b.c", "base64url"),
        (b"https://registry.example.org/v#", "zlib"),
        (b"https://registry.example.org/v#abc", "Base32"),
        (b"%PDF-1.7 nothing", "PDF"),
        (b"\x89PNG\r\n\x1a\n nothing", "picture"),
        (b"x" * 20_000_001, "20 MB"),
        (b'{"log_keys": []}', "trust file"),
    ],
)
def test_anything_else_is_unreadable_with_words_that_say_why(registrar: Registrar, data: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        check(registrar, data)


def test_bombs_are_not_inflated(registrar: Registrar) -> None:
    long, small = (base64.b32encode(zlib.compress(bytes(size), 9)).decode() for size in (10_000_000, 3_000_000))
    lst = b64url(zlib.compress(bytes(100_000_000), 9))
    token = registrar.status(status_list={"bits": 2, "lst": lst})
    tracemalloc.start()
    try:
        for content, words in (
            (f"{registrar.issuer}/v#{long.rstrip('=')}", "more than 8192 characters"),
            (f"{registrar.issuer}/v#{small.rstrip('=')}", "inflates"),
            (token, "inflates"),
            (token + "A" * 2_000_000, "more than 2000000 characters"),
        ):
            with pytest.raises(Unreadable, match=words):
                check(registrar, content)
        _, limit = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert limit < 20_000_000


def test_strange_cbor_is_unreadable_and_never_a_crash(registrar: Registrar) -> None:
    for data in (
        b"",
        b"\xff",
        b"\xd2\x80",
        b"\x9f" * 500,
        b"\xc0\x61x",
        b"\xc5\x82\x1b" + b"\xff" * 8 + b"\x01",
        b"\xd2\x84",
    ):
        text = base64.b32encode(zlib.compress(data)).decode().rstrip("=")
        with pytest.raises(Unreadable):
            check(registrar, f"{registrar.issuer}/v#{text}")


def test_text_that_would_turn_a_terminal_is_shown_as_its_number(registrar: Registrar) -> None:
    claims = registrar.cose_claims() | {-65539: "Agency\u202egnihtemos\x1b[31m"}
    report = check(registrar, registrar.code(claims=claims))
    assert dict(report.signed)["holder"] == "Agency\\u202egnihtemos\\u001b[31m"


def test_the_gravest_finding_decides() -> None:
    verdict = Verdict()
    assert verdict.state is State.UNKNOWN
    verdict.note("no_witness")
    assert verdict.state is State.UNKNOWN
    verdict.good("head_signed")
    assert verdict.state is State.GOOD
    verdict.unknown("no_status")
    assert verdict.state is State.UNKNOWN
    verdict.bad("leaf_differs")
    assert verdict.state is State.BAD


def test_an_entry_in_another_form_is_unreadable(registrar: Registrar) -> None:
    leaf = registrar.leaves[-1]
    for changed in (leaf.replace(b'"v":1', b'"v": 1'), leaf.replace(b'"v":1', b'"v":2'), leaf + b" "):
        with pytest.raises(Unreadable):
            check(registrar, registrar.bundle_bytes(entry=b64(changed)))
    null = canonical(json.loads(leaf) | {"record": {"number": None}})
    with pytest.raises(Unreadable, match="null"):
        check(registrar, registrar.bundle_bytes(entry=b64(null)))


def card_claims(registrar: Registrar, **changes: object) -> dict[int, object]:
    """The claims of the code of a staff card, as docs/users/proofs.md has them."""
    claims: dict[int, object] = {
        1: registrar.issuer, 2: "SENDNGRCNS2F", 4: NOW + 366 * DAY, 6: NOW, -65537: 1, -65538: "FICT-0001",
        -65539: "Fiction s.r.o.", -65540: "S", -65541: "CZ", -65545: LICENCE, -65546: AGENCY, -65547: "王小明",
        -65548: bytes(32),
    }  # fmt: skip
    return claims | {int(label): value for label, value in changes.items()}


def test_the_code_of_a_staff_card_is_issued_and_the_registry_alone_knows_the_rest(registrar: Registrar) -> None:
    report = check(registrar, registrar.code(claims=card_claims(registrar)))
    assert (report.kind, states(report), report.exit_code) == ("staff_card", ("good", "unknown", "unknown"), 3)
    assert {"card_not_logged", "card_asked_online", "card_can_be_copied"} <= codes(report)
    assert {("person", "王小明"), ("holder", "Fiction s.r.o.")} <= set(report.signed)


def test_a_staff_card_that_is_over_forged_or_of_another_form_is_not_good(registrar: Registrar) -> None:
    over = check(registrar, registrar.code(claims=card_claims(registrar)), at=NOW + 366 * DAY)
    assert (states(over)[2], "term_ended" in codes(over)) == ("bad", True)
    stranger = check(registrar, registrar.code(key=registrar.keys["status"], claims=card_claims(registrar)))
    assert states(stranger)[0] != "good"
    for changes in ({"-65547": 5}, {"-65548": b"short"}, {"-65545": "x"}, {"2": 7}, {"4": "never"}):
        assert states(check(registrar, registrar.code(claims=card_claims(registrar, **changes))))[0] == "bad"


def test_a_status_list_says_whether_a_staff_card_and_its_licence_hold(registrar: Registrar) -> None:
    address = f"{registrar.issuer}/status/w/0"
    code = registrar.code(
        claims=card_claims(registrar, **{"65535": {"status_list": {"idx": 7, "uri": address}}})  # type: ignore[arg-type]
    )
    for value, state, reason in (
        (0, "good", "status_valid"), (1, "bad", "status_invalid"), (2, "bad", "status_suspended"),
    ):  # fmt: skip
        places = bytearray(32_768)
        places[1] = value << 6
        lst = b64url(zlib.compress(bytes(places)))
        report = check(registrar, code, status_text=registrar.status(sub=address, status_list={"bits": 2, "lst": lst}))
        assert (states(report)[2], reason in codes(report)) == (state, True)
        # Never good in all: it can be copied, and no log knows the person.
        assert report.exit_code == (3 if value == 0 else 1)
        assert "card_can_be_copied" in codes(report)
    another = check(registrar, code, status_text=registrar.status())
    assert (states(another)[2], "status_of_another_list" in codes(another)) == ("unknown", True)
    assert "no_status" in codes(check(registrar, code))
    for broken in (
        {},
        {"status_list": {"idx": 2**17, "uri": address}},
        {"status_list": {"idx": 7, "uri": "https://x"}},
    ):
        claims = card_claims(registrar, **{"65535": broken})  # type: ignore[arg-type]
        assert states(check(registrar, registrar.code(claims=claims)))[0] == "bad"
