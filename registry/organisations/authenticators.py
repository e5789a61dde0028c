"""Second factors of members: authenticator apps and recovery codes. Each code is valid once."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from registry.core.errors import ActRefused, NotFound
from registry.core.ids import new_reference
from registry.core.keyring import Keyring
from registry.officers import one_time_codes
from registry.organisations.models import Member, MemberApp, MemberRecoveryCode

PURPOSE = "member-apps"
MAX_APPS = 5
MAX_NAME = 60


def begin(session: Session, keyring: Keyring, member: Member, name: str, today: date) -> tuple[MemberApp, bytes]:
    """Begin adding an app; gives it and its secret. It counts once a first code from it was typed; an unfinished one is replaced.

    Raises ActRefused.
    """
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > MAX_NAME or not tidy.isprintable():
        raise ActRefused("bad_app_name", f"say in 1 to {MAX_NAME} visible characters where the app is")
    if len(apps_of(session, member)) >= MAX_APPS:
        raise ActRefused("too_many_apps", f"there are {MAX_APPS} apps already: take one away first")
    session.execute(delete(MemberApp).where(MemberApp.member_id == member.id, MemberApp.is_confirmed.is_(False)))
    secret = one_time_codes.new_secret()
    app = MemberApp(reference=new_reference(), member_id=member.id, name=tidy, since_on=today)
    app.sealed = one_time_codes.sealed(keyring, PURPOSE, app.reference, secret)
    session.add(app)
    session.flush()
    return app, secret


def begun(session: Session, member: Member) -> MemberApp | None:
    """The app that was begun and is not yet confirmed."""
    query = select(MemberApp).where(MemberApp.member_id == member.id, MemberApp.is_confirmed.is_(False))
    return session.scalars(query).first()


def secret_of(keyring: Keyring, app: MemberApp) -> bytes:
    """Raises KeyTrouble."""
    return one_time_codes.opened(keyring, PURPOSE, app.reference, app.sealed)


def apps_of(session: Session, member: Member) -> Sequence[MemberApp]:
    """The confirmed apps of a member."""
    query = select(MemberApp).where(MemberApp.member_id == member.id, MemberApp.is_confirmed.is_(True))
    return session.scalars(query.order_by(MemberApp.id)).all()


def has_app(session: Session, member_id: int) -> bool:
    query = select(MemberApp.id).where(MemberApp.member_id == member_id, MemberApp.is_confirmed.is_(True)).limit(1)
    return session.scalars(query).first() is not None


def who_have_apps(session: Session, organisation_id: int) -> frozenset[int]:
    """The members of an organisation that have a second step."""
    query = (
        select(MemberApp.member_id)
        .join(Member, Member.id == MemberApp.member_id)
        .where(Member.organisation_id == organisation_id, MemberApp.is_confirmed.is_(True))
    )
    return frozenset(session.scalars(query))


def is_code_right(session: Session, keyring: Keyring, app: MemberApp, code: str, at: datetime) -> bool:
    """Whether the code is the app's now, and was not used before.

    It is used up at once: two requests cannot both pass.
    """
    step = one_time_codes.step_of(secret_of(keyring, app), code, at)
    if step is None:
        return False
    used = session.execute(
        update(MemberApp)
        .where(MemberApp.id == app.id, MemberApp.last_step < step)
        .values(last_step=step, last_used_on=at.date())
        .execution_options(synchronize_session=False)
    )
    session.expire(app)
    return bool(used.rowcount)  # type: ignore[attr-defined]


def take_away(session: Session, member: Member, reference: str, *, is_needed: bool) -> None:
    """Remove one of a member's authenticator apps; with the last one the recovery codes go too.

    Raises NotFound, and ActRefused where one is needed.
    """
    # Of two at once the second waits here, or both would find the other's still there.
    session.scalars(select(Member.id).where(Member.id == member.id).with_for_update(key_share=True)).one()
    stored = apps_of(session, member)
    app = next((one for one in stored if one.reference == reference), None)
    if app is None:
        raise NotFound("there is no such app")
    if len(stored) == 1:
        if is_needed:
            raise ActRefused("second_step_needed", "your organisation requires a second step: add another app first")
        forget(session, member)
        return
    session.delete(app)
    session.flush()


def forget(session: Session, member: Member) -> None:
    """Remove everything that a member has for the second step: authenticator apps and recovery codes."""
    for table in (MemberApp, MemberRecoveryCode):
        gone = delete(table).where(table.member_id == member.id)
        session.execute(gone.execution_options(synchronize_session="fetch"))


def new_recovery_codes(session: Session, member: Member) -> list[str]:
    """Make ten recovery codes, shown once; earlier ones become invalid."""
    session.execute(delete(MemberRecoveryCode).where(MemberRecoveryCode.member_id == member.id))
    made = one_time_codes.new_recovery_codes()
    digests = [one_time_codes.recovery_digest(member.reference, code) for code in made]
    session.add_all([MemberRecoveryCode(member_id=member.id, digest=digest) for digest in digests])
    session.flush()
    return made


def take_recovery_code(session: Session, member: Member, typed: str, today: date) -> bool:
    """Use up a recovery code; False when it is none of the member's, or was used."""
    used = session.execute(
        update(MemberRecoveryCode)
        .where(
            MemberRecoveryCode.member_id == member.id,
            MemberRecoveryCode.digest == one_time_codes.recovery_digest(member.reference, typed),
            MemberRecoveryCode.used_on.is_(None),
        )
        .values(used_on=today)
        .execution_options(synchronize_session=False)
    )
    return bool(used.rowcount)  # type: ignore[attr-defined]


def recovery_codes_left(session: Session, member: Member) -> int:
    query = select(func.count(MemberRecoveryCode.id)).where(
        MemberRecoveryCode.member_id == member.id, MemberRecoveryCode.used_on.is_(None)
    )
    return session.scalars(query).one()
