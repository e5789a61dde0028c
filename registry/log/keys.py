"""The keys of a registry and what the log says of them: an entry when one is added, retired or compromised.

The secret is on the disk before the entry is appended, and the key signs only after that was committed. If we crash between
the two, `sync_keys` finishes: what the log says of a key is what holds. Each active key of the log signs: while one is
rotated, both do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from registry.core import certificates, clock, operator_texts
from registry.core.errors import BadProof, KeyTrouble
from registry.core.keyring import FileSigner, Key, Keyring, KeyState, Signer, Use
from registry.core.setting_texts import Operator
from registry.log import actions, note, queries
from registry.vocabulary.supervision import EntryType

FIRST = (Use.ROOT, Use.LOG, *certificates.CERTIFIED)
"""The keys of every registry. The root comes first, for it certifies others; others are made when one is asked for."""

_ORDER = (*FIRST, Use.LAW, Use.LOG_ML_DSA)

_ALGORITHMS = {"OKP": "EdDSA", "EC": "ES256", "AKP": "ML-DSA-44"}

TYPES = {
    KeyState.ACTIVE: EntryType.REGISTRY_KEY_ADDED,
    KeyState.RETIRED: EntryType.REGISTRY_KEY_RETIRED,
    KeyState.COMPROMISED: EntryType.REGISTRY_KEY_COMPROMISED,
}


def record_of(key: Key) -> dict[str, Any]:
    """What the log says of a key (docs/users/proofs.md)."""
    record: dict[str, Any] = {
        "alg": _ALGORITHMS[key.public["kty"]],
        "kid": key.kid,
        "public": key.public,
        "state": key.state.value,
        "use": key.use.value,
    }
    if key.certificate is not None:
        record["certificate"] = key.certificate
    if key.last_good_index is not None:
        record["last_good_index"] = key.last_good_index
    return record


def draft_of(key: Key, *, is_first: bool = False) -> actions.Draft:
    prefix = queries.HEAD_KEYS if key.use is Use.LOG_ML_DSA else queries.KEYS
    return actions.Draft(f"{prefix}{key.kid}", TYPES[key.state], record_of(key), is_first=is_first)


def make_keys(session: Session, keyring: Keyring, issuer_url: str, operator: Operator | None = None) -> list[Key]:
    """Make the keys that the registry has none of yet; those that are there stay. Gives the new ones.

    Nothing is made beside a log whose keys lie elsewhere. The caller holds `keyring.alone()`.
    """
    logged = queries.logged_keys(session).values()
    made: list[Key] = []
    for use in FIRST:
        if any(key.state is KeyState.ACTIVE for key in keyring.keys(use)) or any(key.use is use for key in logged):
            continue
        made.append(keyring.keep(new_key(keyring, use, issuer_url, operator=operator).key))
    return made


def new_key(
    keyring: Keyring,
    use: Use,
    issuer_url: str,
    root_file: Path | None = None,
    *,
    root: FileSigner | None = None,
    operator: Operator | None = None,
) -> Signer:
    """A key whose secret is on the disk, certified if its use asks for it. It signs nothing before `keyring.keep`.

    The active root certifies it, or `root` where that is a new one which is not kept yet. `issuer_url` is the registry's
    address; `operator` is named in the certificate.
    """
    if use not in certificates.CERTIFIED:
        root = None
    elif root is None:
        root = _root(keyring, root_file)
    at = clock.now()
    signer = keyring.draft(use, clock.instant_text(at))
    if root is not None:
        certificate = certificates.signer_certificate(signer, root, at, issuer_url, operator)
    elif isinstance(signer, FileSigner) and use is Use.ROOT:
        certificate = certificates.root_certificate(signer, at, operator)
    else:
        return signer
    return replace(signer, key=replace(signer.key, certificate=certificate))


def _root(keyring: Keyring, root_file: Path | None) -> FileSigner:
    key = keyring.active(Use.ROOT)
    if root_file is not None:
        return FileSigner.read(key, root_file)
    if not keyring.holds_secret(key):
        raise KeyTrouble(f"the secret of the root key {key.kid} is not here: name its file with --root FILE")
    signer = keyring.signer(Use.ROOT)
    assert isinstance(signer, FileSigner)
    return signer


def are_settled(keyring: Keyring, logged: Mapping[str, queries.LoggedKey]) -> bool:
    """Whether log and files agree on every key, and there is one for each use: then nothing is to be made or settled."""
    existing = {key.kid: (key.state, key.last_good_index) for key in keyring.keys(use=None)}
    in_log = {key.kid: (key.state, key.last_good_index) for key in logged.values()}
    active = {key.use for key in logged.values() if key.state is KeyState.ACTIVE}
    return existing == in_log and active >= set(FIRST)


def require_signing_key(keyring: Keyring, logged: Mapping[str, queries.LoggedKey]) -> None:
    """Raises KeyTrouble where the log has active keys, and none of them lies here."""
    signing = {key.kid for key in logged.values() if key.use is Use.LOG and key.state is KeyState.ACTIVE}
    if signing and not signing & {key.kid for key in keyring.keys(use=None)}:
        raise KeyTrouble(
            f"the keys of this log are not in {keyring.folder}: they lie in the REGISTRY_HOME that signed it before; "
            "put them back, or let the worker there sign"
        )


def sync_keys(session: Session, keyring: Keyring) -> bool:
    """Make log and files agree on the keys, and append what the log does not say yet. Gives whether anything was appended.

    The caller holds `keyring.alone()` and commits. Raises KeyTrouble where the log's keys lie in another home.
    """
    actions.lock_log(session)
    logged = queries.logged_keys(session)
    existing = {key.kid: key for key in keyring.keys(use=None)}
    adopted = [_adopt(keyring, known, existing.get(known.kid)) for known in logged.values()]
    if any(adopted):
        existing = {key.kid: key for key in keyring.keys(use=None)}
    here = list(existing.values())
    require_signing_key(keyring, logged)
    fresh = [key for key in reversed(here) if key.kid not in logged]
    fresh.sort(key=lambda key: _ORDER.index(key.use))
    if fresh:
        actions.append(session, [draft_of(key, is_first=True) for key in fresh])
    return bool(fresh)


def _adopt(keyring: Keyring, known: queries.LoggedKey, existing: Key | None) -> bool:
    """Store what the log says of a key whose secret is here, after a crash between the two writes."""
    if existing is not None and (existing.state, existing.last_good_index) == (known.state, known.last_good_index):
        return False
    made_at = clock.instant_text(known.at)
    key = Key(known.kid, known.use, known.public, made_at, known.state, known.certificate, known.last_good_index)
    if existing is not None:
        keyring.change(existing, state=known.state, last_good_index=known.last_good_index)
    elif keyring.holds_secret(key):
        keyring.keep(key)
    else:
        return False
    return True


def change_state(session: Session, key: Key, state: KeyState, last_good_index: int | None = None) -> Key:
    """Append that a key is retired or compromised; the caller commits, and then keeps the key that is given.

    Raises KeyTrouble where the log does not know it as active, or `last_good_index` lies behind the log.
    """
    log_state = actions.lock_log(session)
    known = queries.logged_keys(session).get(key.kid)
    if known is None:
        raise KeyTrouble(f"the log does not know the key {key.kid} yet: publish something first, or remove its files")
    if known.state is KeyState.COMPROMISED or known.state is state:
        raise KeyTrouble(f"the log has it already that the key {key.kid} is {known.state}")
    if last_good_index is not None and not -1 <= last_good_index < log_state.size:
        raise KeyTrouble(f"--last-good-index must be from -1 (nothing is good) to {log_state.size - 1}, the last entry")
    changed = replace(key, state=state, last_good_index=last_good_index)
    actions.append(session, [draft_of(changed)])
    return changed


WITNESS_POLICY = "witness-policy"
"""The operator's text that says who else signs."""


def witness_lines(session: Session, home: Path) -> list[str]:
    """What the operator stated of witnesses, otherwise what the log says of them. SettingsError if it is no text.

    A machine that took over may lack the file of the one before: what it does not have takes no witness out of the policy.
    """
    stated = operator_texts.read_text(session, home, WITNESS_POLICY)
    if stated is not None:
        return policy_lines_of(stated)
    return [line for line in queries.policy_lines(session) if not line.startswith("log ")]


def policy_lines_of(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]


def wanted_policy(origin: str, keys: Sequence[queries.LoggedKey], public_url: str, stated: Sequence[str]) -> list[str]:
    """The lines that the policy entry should have: the log's keys, and those that the operator stated of witnesses.

    Raises BadProof where it is no policy.
    """
    lines = [f"log {key} {public_url}/log" for key in queries.verifier_keys_of(origin, keys)] + list(stated)
    try:
        note.read_policy("\n".join(lines))
    except BadProof as wrong:
        raise BadProof(f"{WITNESS_POLICY}: {wrong.text} (the lines of our own log come first and count)") from None
    return lines


def sync_policy(
    session: Session, origin: str, public_url: str, stated: Sequence[str], logged: Mapping[str, queries.LoggedKey]
) -> bool:
    """Append the policy if it is not what the log says already. Gives whether it was appended.

    The caller holds the log's lock and commits. `logged` is what the log says of its keys.
    """
    lines = wanted_policy(origin, list(logged.values()), public_url, stated)
    if lines == queries.policy_lines(session):
        return False
    actions.append(session, [actions.Draft(queries.POLICY, EntryType.REGISTRY_POLICY, {"lines": lines})])
    return True


def signed_text(session: Session, keyring: Keyring, origin: str, text: str) -> str:
    """The note of a text, signed with the log's active keys as heads are. It must not have the form of a checkpoint.

    Raises KeyTrouble where no active key of the log lies here.
    """
    return note.signed(
        text,
        [
            (note.VerifierKey(origin, note.ED25519, queries.raw_public(one.key.public)), one.sign)
            for one in signers_of(queries.logged_keys(session), keyring)
        ],
    )


def signers_of(logged: dict[str, queries.LoggedKey], keyring: Keyring) -> list[Signer]:
    """One for each active key of the log: while one is rotated, both sign."""
    active = [key.kid for key in reversed(logged.values()) if key.use is Use.LOG and key.state is KeyState.ACTIVE]
    here = {key.kid: key for key in keyring.keys(Use.LOG)}
    signers = [keyring.signer_of(kid) for kid in active if kid in here and keyring.holds_secret(here[kid])]
    if not signers:
        raise KeyTrouble(f"no active key of the log is in {keyring.folder}; make one with `registry keys rotate log`")
    return signers


def ml_dsa_lines(logged: Mapping[str, queries.LoggedKey], keyring: Keyring, head: note.Checkpoint, seconds: int) -> str:
    """Second signature lines of a head, one of each active ML-DSA key that lies here; none where there is none.

    It never keeps a head from being signed: who does not know the key passes over its line.
    """
    here = {key.kid: key for key in keyring.keys(Use.LOG_ML_DSA) if keyring.holds_secret(key)}
    lines = ""
    for known in logged.values():
        if known.state is KeyState.ACTIVE and known.kid in here:
            key = note.VerifierKey(head.origin, note.ML_DSA, queries.raw_public(known.public))
            signature = keyring.signer_of(known.kid).sign(note.ml_dsa_message(head.text(), key.name, seconds))
            lines += key.line(seconds.to_bytes(8, "big") + signature)
    return lines
