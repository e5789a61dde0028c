"""Heads: signed once committed, shown to all alike, and never beside what was signed before."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select, text

from registry.core.clock import now
from registry.core.errors import BadProof, ForkRefused, KeyTrouble, LogClosed
from registry.core.keyring import Keyring, Use
from registry.core.settings import Settings
from registry.log import note, queries, tree
from registry.log.audit import audit
from registry.log.ending import recover
from registry.log.head_guards import last_signed, remember_signed
from registry.log.models import Checkpoint, Entry, LogState
from registry.log.signing import adopt, rebuild_tiles, sign_committed
from tests.log.proving import check_inclusion, read_proof
from tests.log.publishing import Sessions, publish


def test_a_head_is_signed_over_what_is_committed(settings: Settings, sessions: Sessions):
    publish(sessions, 3)
    signed = sign_committed(settings, sessions)
    assert signed is not None
    with sessions() as session:
        displayed = queries.published(session)
        leaves = list(session.execute(select(Entry.leaf).order_by(Entry.index)).scalars())
        keys = queries.verifier_keys(session)
    # Three agencies, five keys, one policy.
    assert displayed is not None
    assert (displayed.size, displayed.origin) == (9, "127.0.0.1:8000/log")
    assert note.verify_checkpoint(displayed.note, keys) == note.Checkpoint(displayed.origin, 9, displayed.root)
    assert tree.root_of(tree.pushed(0, [], tree.leaf_hashes(leaves))) == displayed.root
    assert last_signed(settings.home) == note.Checkpoint(displayed.origin, 9, displayed.root)


def test_what_is_signed_is_not_signed_again(settings: Settings, sessions: Sessions):
    assert sign_committed(settings, sessions) is None
    publish(sessions)
    assert sign_committed(settings, sessions) is not None
    assert sign_committed(settings, sessions) is None


def test_after_a_day_the_same_head_is_signed_anew(settings: Settings, sessions: Sessions):
    publish(sessions)
    first = sign_committed(settings, sessions)
    with time_machine.travel(now() + timedelta(hours=24, seconds=1)):
        again = sign_committed(settings, sessions)
        assert again is not None
        assert first is not None
        assert again.root == first.root
        with sessions() as session:
            displayed = queries.head(session)
            assert now() - displayed.signed_at < timedelta(minutes=1)


def test_every_entry_is_proven_under_the_published_head(settings: Settings, sessions: Sessions):
    publish(sessions, 300)
    sign_committed(settings, sessions)
    publish(sessions, 5)
    with sessions() as session:
        displayed, keys = queries.head(session), queries.verifier_keys(session)
        for index in (0, 1, 254, 255, 256, 299, 305):
            proof = read_proof(queries.proof_text(session, index))
            head = note.verify_checkpoint(proof.checkpoint, keys)
            leaf = queries.entry_at(session, index).leaf
            check_inclusion(tree.leaf_hash(leaf), proof.index, head.size, proof.hashes, head.root)
        with pytest.raises(queries.NotFound, match="none at index"):
            queries.proof_text(session, displayed.size)


def test_a_restored_backup_is_not_signed(settings: Settings, sessions: Sessions):
    publish(sessions, 4)
    sign_committed(settings, sessions)
    lost = last_signed(settings.home)
    assert lost is not None
    # As a database that was copied before the last entries.
    path = settings.home / "log" / "last-signed"
    path.write_text(note.Checkpoint(lost.origin, lost.size + 1, lost.root).text())
    publish(sessions)
    path.write_text(note.Checkpoint(lost.origin, lost.size + 5, lost.root).text())
    with pytest.raises(ForkRefused, match="restored from a backup"):
        sign_committed(settings, sessions)
    path.write_text(note.Checkpoint(lost.origin, lost.size + 1, lost.root).text())
    with pytest.raises(ForkRefused, match="not those that were signed"):
        sign_committed(settings, sessions)
    path.write_text("not a head")
    with pytest.raises(ForkRefused, match="cannot be read"):
        sign_committed(settings, sessions)


def test_a_crash_between_second_place_and_commit_is_made_up_for(settings: Settings, sessions: Sessions):
    publish(sessions)
    sign_committed(settings, sessions)
    publish(sessions)
    with sessions() as session:
        state = session.execute(select(LogState)).scalar_one()
        root = tree.root_of(tree.split(state.frontier or b""))
        remember_signed(settings.home, note.Checkpoint(state.origin or "", state.hashed, root))
    signed = sign_committed(settings, sessions)
    assert signed is not None
    assert signed.root == root


def test_a_log_whose_keys_lie_elsewhere_is_not_signed(settings: Settings, sessions: Sessions, tmp_path: Path):
    publish(sessions)
    sign_committed(settings, sessions)
    publish(sessions)
    other = Settings(home=tmp_path / "other", database_url=settings.database_url)
    with pytest.raises(KeyTrouble, match="lie in the REGISTRY_HOME that signed it before"):
        sign_committed(other, sessions)
    assert Keyring(other.keys).keys() == []


def test_entries_from_before_the_tree_are_hashed(settings: Settings, sessions: Sessions):
    publish(sessions, 600)
    with sessions.begin() as session:
        session.execute(text("UPDATE log_state SET hashed = 0, frontier = NULL"))
        session.execute(text("DELETE FROM log_tiles"))
    publish(sessions, 2)
    with sessions() as session:
        leaves = list(session.execute(select(Entry.leaf).order_by(Entry.index)).scalars())
        state = session.execute(select(LogState)).scalar_one()
        assert state.hashed == state.size == 602
        assert tree.root_of(tree.split(state.frontier or b"")) == tree.root_of(
            tree.pushed(0, [], tree.leaf_hashes(leaves))
        )


def test_the_policy_is_that_of_the_file_and_an_entry(settings: Settings, sessions: Sessions):
    key = note.VerifierKey("witness.example/w", note.COSIGNATURE, bytes(32))
    settings.home.mkdir(parents=True)
    path = settings.home / "witness-policy"
    path.write_text(f"# ours\nwitness w {key} https://witness.example\nquorum w\n")
    publish(sessions)
    signed = sign_committed(settings, sessions)
    assert signed is not None
    assert not signed.is_shown
    with sessions() as session:
        assert queries.policy(session).quorum == "w"
        assert queries.published(session) is None
        assert json.loads(queries.latest_entry(session, "policy/log").leaf)["type"] == "registry.policy"  # type: ignore[union-attr]
    path.write_text("quorum nobody\n")
    publish(sessions)
    with pytest.raises(BadProof, match="witness-policy: line 2"):
        sign_committed(settings, sessions)


def test_a_changed_policy_is_appended_though_nothing_is_published(
    settings: Settings, sessions: Sessions, tmp_path: Path
):
    publish(sessions)
    sign_committed(settings, sessions)
    key = note.VerifierKey("witness.example/w", note.COSIGNATURE, bytes(32))
    elsewhere = replace(settings, home=tmp_path / "elsewhere")
    path = settings.home / "witness-policy"
    path.write_text(f"witness w {key}\n# nobody need sign\nquorum none\n")
    # A home that signed nothing has no say.
    assert sign_committed(elsewhere, sessions) is None
    assert sign_committed(settings, sessions) is not None
    with sessions() as session:
        assert queries.policy(session).witnesses[0].name == "w"
    # A command under another address than the server's appends nothing either.
    assert sign_committed(replace(settings, public_url="http://127.0.0.1:9999"), sessions) is None
    path.write_text("quorum nobody\n")
    with pytest.raises(BadProof, match="witness-policy: line 2"):
        sign_committed(settings, sessions)


def test_a_closed_log_takes_nothing_more(settings: Settings, sessions: Sessions):
    publish(sessions)
    with sessions.begin() as session:
        session.execute(select(LogState)).scalar_one().closed_at = now()
    with pytest.raises(LogClosed, match="nothing more can be published"):
        publish(sessions)


def test_keys_are_in_the_log_before_they_sign(settings: Settings, sessions: Sessions):
    publish(sessions)
    sign_committed(settings, sessions)
    with sessions() as session:
        logged = queries.logged_keys(session)
        head = session.execute(select(Checkpoint)).scalar_one()
    assert [key.use for key in logged.values()] == [Use.ROOT, Use.LOG, Use.CREDENTIAL, Use.STATUS, Use.RECEIPT]
    assert all(key.index < head.size for key in logged.values())
    assert [key.certificate is not None for key in logged.values()] == [True, False, True, True, True]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE log_tiles SET hashes = (SELECT hashes FROM log_tiles WHERE level = 0 AND number = 1) WHERE level = 1",
        "DELETE FROM log_tiles",
        "UPDATE log_state SET frontier = (SELECT hashes FROM log_tiles WHERE level = 1)",
    ],
)
def test_damaged_tiles_are_not_signed_over_and_are_made_anew_from_the_entries(
    settings: Settings, sessions: Sessions, damage: str
):
    publish(sessions, 600)
    sign_committed(settings, sessions)
    with sessions.begin() as session:
        session.execute(text(damage))
    with sessions() as session:
        found = audit(session, settings)
    assert (bool(found.troubles), found.is_mendable) == (True, True)
    publish(sessions)
    with pytest.raises(ForkRefused, match="rebuild-tiles"):
        sign_committed(settings, sessions)
    # Another name would be the wrong way out.
    with pytest.raises(ForkRefused, match="nothing to recover from"):
        recover(settings, sessions)
    assert rebuild_tiles(settings, sessions) == 607
    sign_committed(settings, sessions)
    with sessions() as session:
        assert audit(session, settings).troubles == []
        assert queries.head(session).size == 607


def test_proofs_from_damaged_leaf_hashes_hold_again_once_the_tiles_are_made_anew(
    settings: Settings, sessions: Sessions
):
    publish(sessions, 600)
    sign_committed(settings, sessions)

    def check() -> None:
        with sessions() as session:
            head, proof = queries.head(session), queries.proof(session, 7)
            leaf = queries.entry_at(session, 7).leaf
            check_inclusion(tree.leaf_hash(leaf), 7, head.size, proof.hashes, head.root)

    check()
    with sessions.begin() as session:
        other = "(SELECT hashes FROM log_tiles WHERE level = 0 AND number = 1)"
        session.execute(text(f"UPDATE log_tiles SET hashes = {other} WHERE level = 0"))
    with pytest.raises(BadProof):
        check()
    rebuild_tiles(settings, sessions)
    check()


def test_entries_that_were_not_signed_get_no_new_tiles(settings: Settings, sessions: Sessions):
    publish(sessions, 300)
    sign_committed(settings, sessions)
    lost = last_signed(settings.home)
    assert lost is not None
    (settings.home / "log" / "last-signed").write_text(note.Checkpoint(lost.origin, lost.size, bytes(32)).text())
    with sessions.begin() as session:
        session.execute(text("UPDATE log_tiles SET hashes = frontier FROM log_state"))
        before = session.execute(text("SELECT hashes FROM log_tiles")).scalars().all()
    with pytest.raises(ForkRefused, match="not those that were signed"):
        rebuild_tiles(settings, sessions)
    with sessions() as session:
        assert not audit(session, settings).is_mendable
        assert session.execute(text("SELECT hashes FROM log_tiles")).scalars().all() == before


def test_a_home_that_does_not_know_of_the_newest_head_signs_nothing(
    settings: Settings, sessions: Sessions, tmp_path: Path
):
    publish(sessions)
    sign_committed(settings, sessions)
    other = replace(settings, home=tmp_path / "other")
    shutil.copytree(settings.keys, other.keys)
    publish(sessions)
    with pytest.raises(ForkRefused, match=r"remembers none of it.*registry log adopt"):
        sign_committed(other, sessions)
    assert last_signed(other.home) is None
    before, head = adopt(other, sessions)
    assert before is None
    signed = sign_committed(other, sessions)
    assert signed is not None
    assert signed.size > head.size
    # Now the former one knows too little.
    publish(sessions)
    with pytest.raises(ForkRefused, match=f"remembers {head.size} entries"):
        sign_committed(settings, sessions)
    assert sign_committed(replace(settings, signs=False), sessions) is None


def test_a_home_adopts_no_database_that_lacks_what_it_signed(settings: Settings, sessions: Sessions):
    with pytest.raises(ForkRefused, match="nothing was signed yet"):
        adopt(settings, sessions)
    publish(sessions)
    signed = sign_committed(settings, sessions)
    assert signed is not None
    remember_signed(settings.home, note.Checkpoint(signed.origin, signed.size + 5, signed.root))
    with pytest.raises(ForkRefused, match="restored from a backup"):
        adopt(settings, sessions)


def test_a_clock_that_is_behind_signs_on_in_order(settings: Settings, sessions: Sessions):
    publish(sessions)
    first = sign_committed(settings, sessions)
    with time_machine.travel(now() - timedelta(minutes=25)):
        publish(sessions)
        second = sign_committed(settings, sessions)
    assert first is not None
    assert second is not None
    assert second.size > first.size
    with sessions() as session:
        times = list(session.execute(select(Entry.at).order_by(Entry.index)).scalars())
        assert times == sorted(times)
        assert audit(session, settings).troubles == []
