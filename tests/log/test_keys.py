"""Keys and the log agree, whichever process crashed between the two; what the log says is what holds."""

import json
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import NameOID
from jsonschema import Draft202012Validator
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.errors import KeyTrouble
from registry.core.keyring import Keyring, KeyState, Use
from registry.core.settings import Settings
from registry.log import queries
from registry.log.actions import Draft, append
from registry.log.audit import audit
from registry.log.keys import FIRST, change_state, draft_of, make_keys, new_key
from registry.log.models import Entry
from registry.log.signing import sign_committed
from registry.vocabulary.supervision import EntryType
from tests.log.entry_schema import SCHEMA
from tests.log.publishing import publish

Sessions = sessionmaker[Session]


@pytest.fixture
def keyring(settings: Settings, sessions: Sessions) -> Keyring:
    """The keys of a log that has begun."""
    publish(sessions)
    sign_committed(settings, sessions)
    return Keyring(settings.keys)


def test_many_starts_at_once_make_each_key_once(settings: Settings, sessions: Sessions):
    def start(_: int) -> None:
        keyring = Keyring(settings.keys)
        with keyring.alone(), sessions() as session:
            make_keys(session, keyring, settings.public_url)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(start, range(8)))
    assert sorted(key.use for key in Keyring(settings.keys).keys(use=None)) == sorted(FIRST)


def test_a_crash_between_entry_and_file_is_made_up_for(settings: Settings, sessions: Sessions, keyring: Keyring):
    with sessions.begin() as session:
        signer = new_key(keyring, Use.STATUS, settings.public_url)
        append(session, [draft_of(signer.key, is_first=True)])
    # What is known of it was not written down: it does not sign yet.
    assert keyring.active(Use.STATUS).kid != signer.key.kid
    sign_committed(settings, sessions)
    assert keyring.active(Use.STATUS).kid == signer.key.kid
    assert keyring.active(Use.STATUS).certificate == signer.key.certificate


def test_a_secret_without_an_entry_is_nothing(settings: Settings, sessions: Sessions, keyring: Keyring):
    orphan = new_key(keyring, Use.RECEIPT, settings.public_url)
    publish(sessions)
    sign_committed(settings, sessions)
    with sessions() as session:
        assert orphan.key.kid not in queries.logged_keys(session)
    assert orphan.key.kid not in {key.kid for key in keyring.keys(use=None)}


@pytest.mark.parametrize(("state", "good"), [(KeyState.RETIRED, None), (KeyState.COMPROMISED, 0)])
def test_a_crash_after_the_log_said_so_ends_the_key(
    settings: Settings, sessions: Sessions, keyring: Keyring, state: KeyState, good: int | None
):
    key = keyring.active(Use.CREDENTIAL)
    with sessions.begin() as session:
        change_state(session, key, state, good)
    assert keyring.active(Use.CREDENTIAL) == key
    sign_committed(settings, sessions)
    ended = {one.kid: one for one in keyring.keys(use=None)}[key.kid]
    assert (ended.state, ended.last_good_index) == (state, good)


def test_a_compromised_key_never_comes_back(sessions: Sessions, keyring: Keyring):
    key = keyring.active(Use.RECEIPT)
    with sessions.begin() as session:
        change_state(session, key, KeyState.COMPROMISED, -1)
    with sessions() as session:
        for state in KeyState:
            with pytest.raises(KeyTrouble, match="has it already"):
                change_state(session, key, state)


def test_a_key_the_log_does_not_know_is_not_ended(settings: Settings, sessions: Sessions, keyring: Keyring):
    with sessions() as session, pytest.raises(KeyTrouble, match="does not know the key"):
        change_state(session, new_key(keyring, Use.STATUS, settings.public_url).key, KeyState.RETIRED)


def test_certificates_lead_to_the_root_and_to_no_other(keyring: Keyring, settings: Settings):
    certificates = {key.use: _read(key.certificate) for key in keyring.keys(use=None) if key.certificate is not None}
    root = certificates.pop(Use.ROOT)
    assert sorted(certificates) == sorted({Use.CREDENTIAL, Use.STATUS, Use.RECEIPT})
    foreign = new_key(Keyring(settings.home / "foreign"), Use.ROOT, settings.public_url).key
    for use, certificate in certificates.items():
        certificate.verify_directly_issued_by(root)
        with pytest.raises((InvalidSignature, ValueError)):
            certificate.verify_directly_issued_by(_read(foreign.certificate))
        name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        assert name == f"{use} {keyring.active(use).kid}"
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.UniformResourceIdentifier) == [settings.public_url]
        assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
        assert certificate.version is x509.Version.v3
        assert certificate.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
        assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        assert certificate.not_valid_after_utc - now() > timedelta(days=3650)
    assert root.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def _read(certificate: str | None) -> x509.Certificate:
    assert certificate is not None
    return x509.load_der_x509_certificate(b64decode(certificate))


def test_every_type_of_entry_is_published() -> None:
    assert SCHEMA["properties"]["type"]["enum"] == list(EntryType)


def test_entries_of_keys_and_policy_have_the_form_that_is_published(
    settings: Settings, sessions: Sessions, keyring: Keyring
):
    with sessions.begin() as session:
        change_state(session, keyring.active(Use.STATUS), KeyState.COMPROMISED, 0)
    sign_committed(settings, sessions)
    validator = Draft202012Validator(SCHEMA)
    with sessions() as session:
        leaves = session.execute(select(Entry.leaf).where(Entry.agency_id.is_(None), Entry.index > 0)).scalars().all()
        for leaf in leaves:
            validator.validate(json.loads(leaf))
    assert len(leaves) == 7


def test_a_chain_of_keys_that_cannot_be_is_found(settings: Settings, sessions: Sessions, keyring: Keyring):
    stranger = new_key(Keyring(settings.home / "stranger"), Use.ROOT, settings.public_url)
    forged = new_key(Keyring(settings.home / "other"), Use.LOG, settings.public_url).key
    record = {**draft_of(forged).record, "state": "retired"}
    unsigned = {**draft_of(stranger.key).record, "use": "status", "kid": "x" * 16}
    with sessions.begin() as session:
        append(
            session,
            [
                Draft(f"key/{forged.kid}", "registry.key_retired", record),
                Draft("key/" + "x" * 16, "registry.key_added", unsigned),
                draft_of(keyring.active(Use.RECEIPT)),
            ],
        )
    with sessions() as session:
        troubles = audit(session, settings).troubles
    assert any("was never added" in trouble for trouble in troubles)
    assert any("no root in the log issued" in trouble for trouble in troubles)
    assert any("cannot become active" in trouble for trouble in troubles)
