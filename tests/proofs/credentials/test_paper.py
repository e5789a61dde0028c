"""Codes on paper: what other readers find in them, and everything that could be printed instead."""

import itertools
import string
import tracemalloc
import zlib
from base64 import b32encode
from datetime import date

import cbor2
import cwt
import pytest
from cbor2 import CBORTag
from pycose.keys import EC2Key
from pycose.keys.curves import P256
from pycose.messages import Sign1Message

from registry.core.clock import instant_text, now
from registry.core.keyring import Keyring, Use
from registry.http.credentials import paper_code
from registry.proofs.credentials import rules
from registry.proofs.credentials.paper import PaperContent, paper_content, read_paper_code
from registry.proofs.credentials.signing import cose_sign1, kid_bytes, paper_text, to_be_signed
from registry.register.agencies import record
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import Answer, HolderKind
from tests import make
from tests.proofs.credentials import reading as read

ISSUER = "http://127.0.0.1:8000"

pytestmark = pytest.mark.one_database


@pytest.fixture
def holder(session, publish) -> record.Agency:
    licence = make.licence_record(
        number="VYMYSL/P1",
        valid_to=date(2099, 12, 31),
        corridors=(record.Corridor(origin="CN", destination="IT"), record.Corridor(origin="CN")),
    )
    agency = make.make_agency(session, name="Agentura Smyšlená s.r.o.", licences=(licence,))
    publish()
    return agency


@pytest.fixture
def code(app, holder) -> str:
    return code_of(app, holder)


def code_of(app, holder: record.Agency) -> str:
    with app.app_context():
        return paper_code(holder.licences[0].licence_id)


def flaw(session, text: str) -> str:
    found = read_paper_code(session, text)
    assert found.genuine is Answer.NO
    assert found.key is None
    assert found.claims == {}
    assert found.flaw is not None
    return found.flaw.value


def packed(cose: bytes) -> str:
    return paper_text(ISSUER, cose)


def resigned(code: str, signer, **changes) -> str:
    """The code with other claims, signed by a key of our own."""
    labels = {name: getattr(rules, name) for name in changes}
    claims = read.paper_claims(code)
    for name, value in changes.items():
        if value is None:
            claims.pop(labels[name], None)
        else:
            claims[labels[name]] = value
    return packed(cose_sign1(claims, signer))


def test_a_code_is_an_address_in_characters_that_print_small(code):
    address, _, text = code.partition("#")
    assert address == f"{ISSUER}/v"
    assert set(text) <= set(string.ascii_uppercase + "234567")
    assert len(code) < 900


def test_a_code_is_read_by_the_libraries_of_others(code, holder, jwks):
    cose = read.cose_of(code)
    message = Sign1Message.decode(cose)
    kid = read.base64url(message.phdr[next(label for label in message.phdr if label.fullname == "KID")])
    (jwk,) = [key for key in jwks()["keys"] if key["kid"] == kid]
    x, y = read.unbase64url(jwk["x"]), read.unbase64url(jwk["y"])
    message.key = EC2Key(crv=P256, x=x, y=y)
    assert message.verify_signature()
    key = cwt.COSEKey.new({1: 2, 2: kid_bytes(kid), 3: -7, -1: 1, -2: x, -3: y})
    claims = cwt.decode(cose, key)
    licence = holder.licences[0]
    assert claims[rules.ISS] == ISSUER
    assert claims[rules.SUB] == licence.licence_id
    assert claims[rules.NUMBER] == "VYMYSL/P1"
    assert claims[rules.NAME] == "Agentura Smyšlená s.r.o."
    assert claims[rules.KIND] == licence.kind
    assert claims[rules.COUNTRY] == "CZ"
    assert sorted(claims[rules.CORRIDORS]) == ["CN>*", "CN>IT"]
    assert claims[rules.STATUS] == {"status_list": {"idx": licence.status_place, "uri": f"{ISSUER}/status/0"}}
    assert claims[rules.PAPER_VERSION] == 1
    assert len(claims[rules.LEAF]) == 16
    assert claims[rules.EXP] > claims[rules.IAT] >= claims[rules.NBF]


def test_the_labels_are_those_of_the_format():
    labels = (rules.PAPER_VERSION, rules.NUMBER, rules.NAME, rules.KIND, rules.COUNTRY)
    labels += (rules.CORRIDORS, rules.INDEX, rules.LEAF)
    assert labels == tuple(range(-65537, -65545, -1))
    assert (rules.ISS, rules.SUB, rules.EXP, rules.NBF, rules.IAT, rules.STATUS) == (1, 2, 4, 5, 6, 65535)


def test_a_genuine_code_says_what_was_signed(session, code, holder):
    found = read_paper_code(session, code)
    assert (found.genuine, found.flaw) == (Answer.YES, None)
    stated = paper_content(found.claims)
    assert isinstance(stated, PaperContent)
    assert (stated.licence_id, stated.number, stated.name) == (
        holder.licences[0].licence_id,
        "VYMYSL/P1",
        "Agentura Smyšlená s.r.o.",
    )
    assert read_paper_code(session, code.partition("#")[2]).genuine is Answer.YES


def test_the_same_licence_has_the_same_code(app, holder, code):
    assert code_of(app, holder) == code


def test_a_code_of_a_sole_trader_has_no_name_and_no_number(app, session, publish):
    licence = make.make_licence(
        session, agency={"holder_kind": HolderKind.SOLE_TRADER, "name": "Tajná Osoba"}, number="TAJNÉ/1"
    )
    publish()
    with app.app_context():
        code = paper_code(licence.licence_id)
    claims = read.paper_claims(code)
    assert {rules.NAME, rules.NUMBER}.isdisjoint(claims)
    assert read_paper_code(session, code).genuine is Answer.YES


def test_a_code_printed_before_a_change_stays_genuine(app, session, publish, holder, code):
    amend(session, make.changed(holder, names=(make.name_record("Nové Jméno s.r.o."),)), Event("agency.amended"))
    publish()
    assert read_paper_code(session, code).genuine is Answer.YES
    renewed = code_of(app, holder)
    assert read.paper_claims(renewed)[rules.NAME] == "Nové Jméno s.r.o."
    assert read_paper_code(session, renewed).genuine is Answer.YES


def test_a_flipped_bit_is_refused_or_changes_nothing_that_was_signed(session, code):
    whole = read.cose_of(code)
    for place, bit in itertools.product(range(0, len(whole), 3), (0, 3, 7)):
        changed = bytearray(whole)
        changed[place] ^= 1 << bit
        assert read_paper_code(session, packed(bytes(changed))).genuine is Answer.NO, (place, bit)
    text = code.partition("#")[2]
    alphabet = string.ascii_uppercase + "234567"
    claims = read_paper_code(session, code).claims
    for place in range(0, len(text), 5):
        other = text[:place] + alphabet[alphabet.index(text[place]) ^ 1] + text[place + 1 :]
        found = read_paper_code(session, other)
        assert found.genuine is Answer.NO or found.claims == claims, place


@pytest.mark.parametrize(
    "text", ["", "#", "x", "lower", "MFRGG1", "MFRGG===", "é", "\x00", "AAAA", "A" * 7, "https://elsewhere.example/v#"]
)
def test_what_has_no_form_of_a_code_is_malformed(session, holder, text):
    assert flaw(session, text) == "malformed"


def test_a_bomb_is_left_off_as_soon_as_it_shows(session, holder):
    bomb = b32encode(zlib.compress(bytes(3_000_000), 9)).rstrip(b"=").decode()
    tracemalloc.start()
    try:
        assert flaw(session, bomb) == "too_large"
        _, limit = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert limit < 1_000_000
    assert flaw(session, "A" * 10_000) == "too_large"
    just = b32encode(zlib.compress(bytes(4097), 9)).rstrip(b"=").decode()
    assert flaw(session, just) == "too_large"


def test_what_follows_the_stream_or_is_missing_from_it_is_malformed(session, code):
    raw = zlib.compress(read.cose_of(code), 9)
    for changed in (raw + b"x", raw[:-1], raw[:-4]):
        assert flaw(session, b32encode(changed).rstrip(b"=").decode()) == "malformed"
    assert flaw(session, packed(read.cose_of(code) + b"\0")) == "malformed"


def test_deep_and_odd_cbor_is_refused(session, holder):
    odd = [
        b"\x81" * 3000 + b"\x00",
        b"\xd2" * 2000 + b"\x80",
        b"\xd8\x1c\x81\xd8\x1d\x00",
        b"\x9f\xff",
        b"\xff",
        b"\xa1\x80\x00",
    ]
    for raw in odd:
        assert flaw(session, packed(raw)) in ("malformed", "wrong_type")
    assert flaw(session, packed(cbor2.dumps(CBORTag(17, [b"", {}, b"", b""])))) == "wrong_type"
    assert flaw(session, packed(cbor2.dumps(CBORTag(18, [b"\xa0", {}, b"\xa0", b"x" * 64])))) == "algorithm_not_allowed"
    assert flaw(session, packed(cbor2.dumps(CBORTag(18, [b"\xa0", {1: 2}, b"\xa0", b"x" * 64])))) == "malformed"
    assert flaw(session, packed(cbor2.dumps(CBORTag(18, [b"\x80", {}, b"\xa0", b"x" * 64])))) == "malformed"


def test_no_other_algorithm_is_believed(session, code, keyring):
    payload = cbor2.loads(read.cose_of(code)).value[2]
    signer = keyring.signer(Use.CREDENTIAL)
    for algorithm in (5, -8, -35, 0, "ES256", None):
        protected = cbor2.dumps({1: algorithm, 4: kid_bytes(signer.key.kid)}, canonical=True)
        signature = signer.sign(to_be_signed(protected, payload))
        cose = cbor2.dumps(CBORTag(18, [protected, {}, payload, signature]))
        assert flaw(session, packed(cose)) == "algorithm_not_allowed"


def test_a_foreign_key_and_one_for_another_use_are_refused(session, code, keyring, tmp_path):
    claims = read.paper_claims(code)
    stranger = Keyring(tmp_path / "stranger").make(Use.CREDENTIAL, instant_text(now()))
    assert flaw(session, packed(cose_sign1(claims, stranger))) == "unknown_key"
    for use in (Use.STATUS, Use.RECEIPT, Use.ROOT):
        assert flaw(session, packed(cose_sign1(claims, keyring.signer(use)))) == "wrong_use"


@pytest.mark.parametrize(
    ("changes", "code_of_flaw"),
    [
        ({"NUMBER": "VYMYSL/P2"}, "differs_from_log"),
        ({"NAME": "Někdo Jiný s.r.o."}, "differs_from_log"),
        ({"NAME": ["x"]}, "differs_from_log"),
        ({"KIND": "de_aueg"}, "differs_from_log"),
        ({"CORRIDORS": ["*>*"]}, "differs_from_log"),
        ({"CORRIDORS": None}, "differs_from_log"),
        ({"EXP": 2**33}, "differs_from_log"),
        ({"EXP": "never"}, "differs_from_log"),
        ({"EXP": None}, "differs_from_log"),
        ({"IAT": 5}, "differs_from_log"),
        ({"STATUS": {"status_list": {"idx": 5, "uri": "http://127.0.0.1:8000/status/0"}}}, "differs_from_log"),
        ({"LEAF": bytes(16)}, "not_in_log"),
        ({"INDEX": 0}, "not_in_log"),
        ({"INDEX": 10**6}, "not_in_log"),
        ({"INDEX": 2**70}, "malformed"),
        ({"SUB": "SENDNGRCNS2F"}, "not_in_log"),
        ({"SUB": 5}, "malformed"),
        ({"PAPER_VERSION": 2}, "malformed"),
        ({"LEAF": "text"}, "malformed"),
    ],
)
def test_a_stolen_key_cannot_say_what_the_log_denies(session, code, keyring, changes, code_of_flaw):
    assert flaw(session, resigned(code, keyring.signer(Use.CREDENTIAL), **changes)) == code_of_flaw


def test_a_code_outlives_the_retirement_of_its_key_but_a_later_one_is_refused(
    app, session, publish, code, rotate, end_key, keyring
):
    former = rotate(Use.CREDENTIAL)
    end_key(former)
    found = read_paper_code(session, code)
    assert found.genuine is Answer.YES
    assert found.key is not None
    assert found.key.state == "retired"
    later = make.make_agency(session, licences=(make.licence_record(),))
    publish()
    claims = read.paper_claims(code_of(app, later))
    forged = packed(cose_sign1(claims, keyring.signer_of(former.kid)))
    assert flaw(session, forged) == "key_retired"


def test_of_a_compromised_key_only_what_the_log_proves_is_believed(
    app, session, publish, code, rotate, end_key, keyring, holder
):
    index = read.paper_claims(code)[rules.INDEX]
    later = make.make_agency(session, licences=(make.licence_record(),))
    publish()
    claims_of_later = read.paper_claims(code_of(app, later))
    former = rotate(Use.CREDENTIAL)
    signer = keyring.signer_of(former.kid)
    end_key(former, index)
    before, after = code, packed(cose_sign1(claims_of_later, signer))
    assert read_paper_code(session, before).genuine is Answer.YES
    found = read_paper_code(session, after)
    assert (found.genuine, found.flaw) == (Answer.UNKNOWN, "key_compromised")
    assert flaw(session, resigned(code, signer, NUMBER="VYMYSL/P2")) == "differs_from_log"
    assert read_paper_code(session, code_of(app, later)).genuine is Answer.YES
