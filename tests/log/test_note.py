"""Notes, proofs and policies as text: the published vectors hold, and every changed character is seen."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tlog_scales.signing import NoteSignature, Vkey
from tlog_scales.tlog import Checkpoint as TheirCheckpoint

from registry.core.errors import BadProof
from registry.log import note
from tests.log.proving import read_proof

# The vector of the signed note's first implementation, golang.org/x/mod/sumdb/note.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)

ORIGIN = "registry.example/log"


class Signing:
    """A key of its own for each test."""

    def __init__(self, name: str, kind: int) -> None:
        self.secret = Ed25519PrivateKey.generate()
        self.key = note.VerifierKey(name, kind, self.secret.public_key().public_bytes_raw())

    def cosigned(self, text: str, seconds: int) -> str:
        return self.key.line(seconds.to_bytes(8, "big") + self.secret.sign(note.cosigned_message(text, seconds)))


def checkpoint(log: Signing, size: int = 7) -> str:
    return note.signed(note.Checkpoint(ORIGIN, size, bytes(range(32))).text(), [(log.key, log.secret.sign)])


def test_the_published_note_verifies():
    key = note.read_vkey(VKEY)
    assert str(key) == VKEY
    assert note.is_signed(note.read_note(NOTE), key)


def test_every_changed_character_of_a_note_is_seen():
    key = note.read_vkey(VKEY)
    for place in range(len(NOTE)):
        changed = NOTE[:place] + chr(ord(NOTE[place]) ^ 1) + NOTE[place + 1 :]
        try:
            is_signed = note.is_signed(note.read_note(changed), key)
        except BadProof:
            continue
        assert not is_signed, place


@pytest.mark.parametrize(
    "wrong",
    [
        *("", "text\n", "text\n\n", NOTE[:-1], NOTE + "\n", NOTE.replace("\u2014", "-"), NOTE.replace("If", "\tIf")),
        *(
            NOTE.replace("JnAM=", "JnAN="),
            NOTE + "\u2014 a+b AAAAAAAA\n",
            NOTE + "\u2014 a !\n",
            NOTE + "\u2014 a AA==\n",
        ),
        NOTE + "\u2014 a AAAAAAAA\n" * 64,
    ],
)
def test_what_is_no_note_is_refused(wrong: str):
    with pytest.raises(BadProof):
        note.read_note(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        *(
            "",
            "name",
            VKEY.replace("c74f", "c74e"),
            VKEY.replace("Peter", "Pieter"),
            VKEY[:-1],
            VKEY.replace("+AR", "+CR"),
        ),
        *("a b+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", VKEY + "="),
    ],
)
def test_what_is_no_verifier_key_is_refused(wrong: str):
    with pytest.raises(BadProof):
        note.read_vkey(wrong)


def test_another_reader_verifies_our_checkpoint_and_cosignature():
    log, witness = Signing(ORIGIN, note.ED25519), Signing("witness.example/w", note.COSIGNATURE)
    raw = checkpoint(log)
    raw += witness.cosigned(note.read_note(raw).text, 1_700_000_000)
    theirs = TheirCheckpoint.from_text(raw)
    for key in (log.key, witness.key):
        theirs.verify(Vkey.from_string(str(key)))
    assert note.cosigned_at(note.read_note(raw), witness.key) == 1_700_000_000
    assert NoteSignature.from_line(raw.splitlines()[-1]).name == "witness.example/w"


def test_a_checkpoint_is_taken_of_its_own_log_alone():
    log, other = Signing(ORIGIN, note.ED25519), Signing("other.example/log", note.ED25519)
    foreign = Signing(ORIGIN, note.ED25519)
    raw = checkpoint(log)
    assert note.verify_checkpoint(raw, [foreign.key, log.key]).size == 7
    for keys in ([], [other.key], [foreign.key]):
        with pytest.raises(BadProof, match="no key of that log"):
            note.verify_checkpoint(raw, keys)
    witness = note.VerifierKey(ORIGIN, note.COSIGNATURE, log.key.public)
    with pytest.raises(BadProof):
        note.verify_checkpoint(raw, [witness])


def test_a_false_line_in_a_known_name_spoils_the_note():
    log, second = Signing(ORIGIN, note.ED25519), Signing(ORIGIN, note.ED25519)
    raw = checkpoint(log) + second.key.line(bytes(64))
    assert note.verify_checkpoint(raw, [log.key]).size == 7
    with pytest.raises(BadProof, match="is false"):
        note.verify_checkpoint(raw, [log.key, second.key])


def test_a_cosignature_is_of_one_text_at_one_time():
    witness = Signing("witness.example/w", note.COSIGNATURE)
    text = note.Checkpoint(ORIGIN, 7, bytes(32)).text()
    line = witness.cosigned(text, 1_700_000_000)
    other = note.Checkpoint(ORIGIN, 8, bytes(32)).text()
    with pytest.raises(BadProof):
        note.cosigned_at(note.read_note(other + "\n" + line), witness.key)
    signature = note.read_signature_lines(line)[0].signature
    later = witness.key.line((1_700_000_001).to_bytes(8, "big") + signature[8:])
    with pytest.raises(BadProof):
        note.cosigned_at(note.read_note(text + "\n" + later), witness.key)
    assert note.cosigned_at(note.read_note(text + "\n" + NOTE.splitlines(True)[-1]), witness.key) is None


def test_a_proof_is_read_as_it_was_written():
    proof = note.Proof(5, (bytes(32), bytes(range(32))), checkpoint(Signing(ORIGIN, note.ED25519)))
    assert read_proof(proof.text()) == proof


@pytest.mark.parametrize(
    "text", ["", "o\n7\n", "o\n07\nAAAA\n", "\n7\nAAAA\n", "o\n7\nAAAA\n", "o\n-7\n" + "A" * 43 + "=\n"]
)
def test_what_is_no_checkpoint_is_refused(text: str):
    with pytest.raises(BadProof):
        note.read_checkpoint(text)


# Policies


def witnesses(count: int) -> list[Signing]:
    return [Signing(f"witness.example/{n}", note.COSIGNATURE) for n in range(count)]


def policy_text(some: list[Signing], *more: str) -> str:
    return "\n".join([*(f"witness w{n} {one.key} https://w{n}.example" for n, one in enumerate(some)), *more])


def test_a_quorum_of_groups_is_met_as_the_policy_says():
    policy = note.read_policy(
        policy_text(
            witnesses(5),
            *("# two of ours and one of theirs", "group ours 2 w0 w1 w2", "group theirs any w3 w4"),
            *("group both all ours theirs", "quorum both"),
        )
    )
    assert policy.is_met({"w0", "w2", "w4"})
    assert not policy.is_met({"w0", "w1", "w2"})
    assert not policy.is_met({"w0", "w3", "w4"})
    assert note.read_policy("quorum none").is_met(set())
    assert not note.read_policy(policy_text(witnesses(1), "quorum w0")).is_met(set())


@pytest.mark.parametrize(
    "lines",
    [
        *(
            (),
            ("quorum nobody",),
            ("quorum none", "quorum none"),
            ("quorum w0", "group g any w0"),
            ("group g any none",),
        ),
        *(("group g 3 w0 w1", "quorum g"), ("group g 0 w0", "quorum g"), ("group g all", "quorum g")),
        *(("group g all w0 w0", "quorum g"), ("group g any h", "group h any w0", "quorum g"), ("group w0 any w1",)),
        *(
            ("group g any w0", "group h any w0", "quorum h"),
            ("quorum none", "nonsense"),
            ("witness none x", "quorum none"),
        ),
        *((f"log {VKEY} a b", "quorum none"), (f"witness x {VKEY}", "quorum none"), ("log nonsense", "quorum none")),
        ("quorum\x0bnone",),
    ],
)
def test_what_is_no_policy_is_refused(lines: tuple[str, ...]):
    if not lines or lines == ("quorum w0", "group g any w0"):
        lines = (*lines, "quorum x")
    with pytest.raises(BadProof):
        note.read_policy(policy_text(witnesses(2), *lines))


def test_one_witness_under_two_names_counts_once():
    one = witnesses(1)[0]
    with pytest.raises(BadProof, match="stands there already"):
        note.read_policy(f"witness a {one.key}\nwitness b {one.key}\nquorum none")
