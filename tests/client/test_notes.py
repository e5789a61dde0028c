"""Signed notes, cosignatures and policies."""

import pytest
from registry_client.notes import (
    LOG_KEY,
    read_checkpoint,
    read_policy,
    read_proof,
    read_verifier_key,
    verify_checkpoint,
)
from registry_client.strict import Refused, Unreadable

from tests.client.conftest import check, codes, states, trust_of
from tests.client.registrar import NoteKey, Registrar, note

# The example of the signed-note specification.
VKEY = "example.com/foo+530d903a+AZIOaQe1YiC5MWZvAaKhF7uVLLjGWQcZnsOIKpLBPTJl"


def test_the_verifier_key_of_a_log_is_read_and_a_mistyped_one_refused(registrar: Registrar) -> None:
    key = registrar.log_key
    assert read_verifier_key(key.vkey, LOG_KEY, "key").public == key.public
    broken = key.vkey.replace(key.hint.hex(), "00000000")
    with pytest.raises(Unreadable, match="mistyped"):
        read_verifier_key(broken, LOG_KEY, "key")
    with pytest.raises(Unreadable):
        read_verifier_key(NoteKey("w", 4).vkey, LOG_KEY, "key")
    with pytest.raises(Unreadable):
        read_verifier_key(VKEY, LOG_KEY, "key")


def test_a_head_counts_only_with_the_key_of_this_log(registrar: Registrar) -> None:
    trust = trust_of(registrar)

    def verify(text: str) -> None:
        verify_checkpoint(read_checkpoint(text), trust.origin, trust.log_keys, trust.policy)

    verify(registrar.checkpoint())
    stranger = NoteKey(registrar.origin, 1)
    with pytest.raises(Refused, match="head_not_signed"):
        verify(registrar.checkpoint(signers=[stranger]))
    # A stranger's signature under the hint of the true key.
    stranger.hint = registrar.log_key.hint
    with pytest.raises(Refused, match="head_not_signed"):
        verify(registrar.checkpoint(signers=[stranger]))
    body = registrar.checkpoint().rpartition("\n\n")[0].replace(registrar.origin, "elsewhere.example/log") + "\n"
    with pytest.raises(Refused, match="another_log"):
        verify(note(body, [registrar.log_key.line(body)]))


def test_a_log_key_is_no_witness_and_a_witness_no_log_key(registrar: Registrar) -> None:
    trust = trust_of(registrar)
    checkpoint = read_checkpoint(registrar.checkpoint(signers=[NoteKey(registrar.origin, 4)]))
    with pytest.raises(Refused, match="head_not_signed"):
        verify_checkpoint(checkpoint, trust.origin, trust.log_keys, trust.policy)


def test_a_quorum_of_witnesses_makes_logged_good_and_its_lack_unknown(registrar: Registrar) -> None:
    registrar.witnesses = [NoteKey("one.example", 4), NoteKey("two.example", 4)]
    registrar.quorum = "any"
    trust = registrar.trust()
    whole = registrar.bundle_bytes()
    assert states(check(registrar, whole)) == ("good", "good", "good")
    assert "witnessed" in codes(check(registrar, whole))
    registrar.witnesses = registrar.witnesses[:1]
    alone = registrar.bundle_bytes()
    registrar.witnesses = []
    none = registrar.bundle_bytes()
    registrar.trust = lambda **_: trust  # type: ignore[method-assign]
    assert states(check(registrar, alone))[1] == "good"
    report = check(registrar, none)
    assert (states(report)[1], "not_witnessed" in codes(report)) == ("unknown", True)


def test_a_policy_is_read_as_the_specification_says() -> None:
    names = "X1 X2 X3 Y1 Y2".split()
    witnesses = {name: NoteKey(f"{name}.example", 4) for name in names}
    lines = [f"witness {name} {key.vkey} https://{name}.example/" for name, key in witnesses.items()]
    lines += [
        "# two of three, and one",
        "group X 2 X1 X2 X3",
        "group\tY any Y1  Y2",
        " group both all X Y",
        "quorum both",
        "",
    ]
    policy = read_policy("\n".join(lines))
    assert policy.is_met(["X1", "X3", "Y2"])
    assert not policy.is_met(["X1", "Y1", "Y2"])
    assert not policy.is_met(["X1", "X2", "X3"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum nobody\n",
        "quorum none\nquorum none\n",
        "group g any nobody\nquorum g\n",
        "witness w LOG\nquorum w\n",
        "group none any w\nquorum none\n",
        "anything else\nquorum none\n",
    ],
)
def test_a_wrong_policy_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(Unreadable, match="policy"):
        read_policy(text.replace("LOG", NoteKey("w", 1).vkey))


def test_one_witness_does_not_count_twice() -> None:
    key = NoteKey("w", 4)
    with pytest.raises(Unreadable, match="another line"):
        read_policy(f"witness a {key.vkey}\nwitness b {key.vkey}\ngroup g all a b\nquorum g\n")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\nindex 3\n", "\nindex 03\n"),
        lambda text: text.replace("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
        lambda text: text.replace("=\n", "=\r\n"),
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("— ", "- "),
        lambda text: text.replace("index 3", "index 9007199254740993"),
    ],
)
def test_a_malformed_proof_is_unreadable(registrar: Registrar, change) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Unreadable):
        read_proof(change(registrar.proof(3)))
