"""Recurring tasks of the worker: each records its progress in its own tables, so it may be killed at any time."""

from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session, sessionmaker

from registry.accounts.passwords import forget_delays
from registry.bulk.archive import receipts, stamps
from registry.complaints.attachments import file_store, sanitise_jobs, uploading
from registry.complaints.attachments.actions import files_remover
from registry.complaints.case.visits import forget_expired
from registry.complaints.casework import drafts, unread
from registry.complaints.casework.access_grants.actions import end_due as end_access_grants_due
from registry.complaints.intake import admission, idempotency
from registry.complaints.parties.hearings import moves as hearings
from registry.complaints.parties.referrals import actions as referrals
from registry.complaints.retention import purging, reminding
from registry.complaints.sealing import unit_keys
from registry.complaints.sealing.sealer import Sealer
from registry.core import clock, errors, mail, push
from registry.core.db import engine, reading
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.dataset import actions as dataset
from registry.dataset.storage import bucket_of, home_folder
from registry.i18n.wording import notice_words, sanction_notice, security_words
from registry.log import signing, timestamps
from registry.log.witnesses.client import ask_witnesses
from registry.officers import factors, notices, security_mails
from registry.officers import sessions as officer_sessions
from registry.officers.providers import linking
from registry.organisations import letters
from registry.organisations.sessions import MEMBER_SESSIONS
from registry.oversight import open_statistics, trail
from registry.proofs.papers import making as papers
from registry.ranges.actions import write_epoch
from registry.register.agencies import channel_worker, erasures
from registry.register.imports.ordered import apply_ordered
from registry.register.imports.worker import fetch_due, warn_of_staleness
from registry.register.law.overlays.queries import law_at
from registry.register.law.rules import due_rows, votes_ending
from registry.register.names import actions as names
from registry.supervision.licensing.proposals import notify_agencies
from registry.supervision.sanctions.effect import do_due, notify_complainants
from registry.watches import fan_out, mails, retention
from registry.worker import bulk_jobs, log_signing, wallets
from registry.worker.tasks import Lane, Task

log = structlog.get_logger()


def warn(settings: Settings, sessions: sessionmaker[Session]) -> None:
    def tell(address: str, subject: str, text: str) -> None:
        try:
            mail.send(settings, address, subject, text)
        except mail.MailNotSent as failure:
            # `registry sources list` tells of it too: one dead mailbox must not keep the others from hearing.
            log.error("warning_not_sent", subject=subject, trouble=failure.text)

    warn_of_staleness(settings, sessions, tell)


def warn_of_law(_settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Log which rows of law are to be read again within 30 days or are late, and which decide nothing within 60 days.

    `registry law stale` lists them; operators have them in their inbox and its mails.
    """
    today = clock.day_at(clock.now(), None)
    with sessions() as session:
        law = law_at(session)
    due = due_rows(law, today, within_days=LAW_WARNING_DAYS)
    if due:
        late = sum(1 for _, row in due if row.check_by < today)
        rows = [row.id for _, row in due[:MAX_LAW_ROWS_LOGGED]]
        log.warning("law_to_be_read_again", rows=rows, count=len(due), late=late, first=due[0][1].check_by.isoformat())
    ending = votes_ending(law, today)
    if ending:
        rows = [row.id for _, row, _ in ending[:MAX_LAW_ROWS_LOGGED]]
        log.warning("law_loses_its_vote", rows=rows, count=len(ending), first=ending[0][2].isoformat())


LAW_WARNING_DAYS = 30
MAX_LAW_ROWS_LOGGED = 20


def change_channels(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Notify the old channels first, then publish what is due: a change is never public before its agency was told."""

    # `registry channels list` shows that the notice was not sent; the next round tries again.
    channel_worker.notify_old_channels(sessions, _sender(settings, "channel_notice_not_sent"))
    channel_worker.apply_due(sessions)


def _sender(settings: Settings, failing: str) -> Callable[[str, str, str], bool]:
    """Sends one mail and says whether it went; what failed is a line of the log under that name."""

    def send(address: str, subject: str, text: str) -> bool:
        try:
            mail.send(settings, address, subject, text)
        except mail.MailNotSent as failure:
            log.error(failing, trouble=failure.text)
            return False
        return True

    return send


def fold_names(_settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Move freshly published names into the index once there are many; each slice is a short transaction of its own."""
    with sessions() as session:
        if not names.is_worth_folding(session):
            return
    for number in range(names.SLICES):
        with sessions.begin() as session:
            names.fold(session, number)


def write_ranges(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Write the range files of what was published since; only where the log is signed, and its lease is not elsewhere."""
    if not log_signing.signs_here(settings, sessions):
        return
    written = write_epoch(sessions)
    if written is not None:
        log.info("ranges_written", epoch=written.epoch, made=written.made, files=written.files, keys=written.keys)


def state_audit_head(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """State the audit trail's last line in the log each week; only where the log is signed, and its lease is not elsewhere."""
    if log_signing.signs_here(settings, sessions):
        with sessions.begin() as session:
            trail.append_head(session, clock.now())


def log_unit_keys(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Put keys of units that were added or retired into the log; only where it is signed, and its lease is not elsewhere."""
    if log_signing.signs_here(settings, sessions):
        with sessions.begin() as session:
            logging = unit_keys.log_unit_keys(session, Keyring(settings.keys))
        for trouble in logging.troubles:
            log.error("unit_key_not_logged", trouble=trouble)


def write_dataset(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Write the open dataset when its time has come, or anew where a name was erased; only where the log is signed.

    It takes minutes, and may be killed at any time.
    """
    if not log_signing.signs_here(settings, sessions):
        return
    with engine.reading_session(sessions) as session:
        if not dataset.is_due(session, settings, clock.now()):
            return
    folder, bucket = home_folder(settings), bucket_of(settings)
    written = dataset.write(
        settings, sessions, folder, lambda: signing.sign_committed(settings, sessions), bucket=bucket
    )
    if written.damaged is not None:
        log.error("dataset_damaged", trouble=written.damaged)
    log.info(
        "dataset_written",
        name=written.name,
        licences=written.licences,
        events=written.events,
        has_parquet=written.has_parquet,
        **written.left_out,
    )


def stamp_log(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Have the head of each day and each epoch stamped; only where the log is signed, and its lease is not elsewhere."""
    if settings.timestamps and log_signing.signs_here(settings, sessions):
        timestamps.stamp_heads(settings, sessions)


def stamp_archive(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Have archived receipts and lists stamped; only where the log is signed, and its lease is not elsewhere."""
    if settings.timestamps and log_signing.signs_here(settings, sessions):
        timestamps.ask_authorities(settings, sessions, stamps.stamps_due(settings, sessions))


def forget_admissions(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Destroy yesterday's key of the buckets, whether anyone comes today or not, and drop what cannot be used twice."""
    with sessions.begin() as session:
        admission.Admission(Keyring(settings.keys), settings.home).forget(session, clock.now())
        idempotency.forget_repeats(session, clock.now().date())
        papers.forget_shared(session, clock.now() - timedelta(seconds=papers.KEPT))


def remember_erased(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Keep here too what was erased on another machine."""
    with engine.reading_session(sessions) as session:
        erasures.remember_all(session, settings.home)


def remind_of_cases(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Remind officers of cases. It runs often, so that an urgent case is noticed within a minute."""

    reminding.remind(sessions, _sender(settings, "reminder_not_sent"), reading.ask_database_clock(sessions))


def notify_officers(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """What is not sent is tried again in some minutes. Mails about their sign-in go first: a code may wait in one."""
    at, console = reading.ask_database_clock(sessions), settings.console_address
    security_mails.send_due(sessions, security_words(console), _sender(settings, "security_mail_not_sent"), at)
    notices.send_due_notices(sessions, notice_words(console), _teller(settings), at, push.ways(settings))


def _teller(settings: Settings) -> Callable[[str, str, str], bool]:
    """Sends a mail, or a message by push where the address says so."""
    by_mail = _sender(settings, "officer_not_told")
    away: set[str] = set()

    def tell(address: str, subject: str, text: str) -> bool:
        way, _, to = address.partition(":")
        if way not in (push.NTFY, push.MATRIX):
            return by_mail(address, subject, text)
        if way in away:
            return False
        try:
            push.send(settings, way, to, subject, text)
        except push.PushNotSent as failure:
            if isinstance(failure, push.PushServerAway):
                # The others of this round would each wait for it, and so would those behind them who are told by mail.
                away.add(way)
            log.error("officer_not_told", trouble=failure.text)
            return False
        return True

    return tell


def send_account_letters(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Mail links to people of organisations; what is not sent is tried again."""
    sender, at = _sender(settings, "account_mail_not_sent"), reading.ask_database_clock(sessions)
    letters.send_due(sessions, mails.account_words, sender, settings.public_url, at)


def forget_account_letters(_settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Links that are long over, and receipts that were kept long enough."""
    at = clock.now()
    with sessions.begin() as session:
        letters.forget_old(session, at)
        receipts.purge(session, clock.day_at(at, None))
        stamps.forget_batches(session)


def end_waiting(_settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Cases go on whose complainants did not answer; partners, and units asked to take a case, are reminded; visits that are over
    leave no row."""
    reminding.go_on_without_answer(sessions, clock.now())
    reminding.remind_partners(sessions, clock.now())
    reminding.tell_late_transfers(sessions, clock.now())
    with sessions.begin() as session:
        forget_expired(session, clock.now())


def forget_sign_ins(_settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Delete failed sign-ins a day old, unanswered challenges of keys, and all sessions that are over."""
    at = clock.now()
    with sessions.begin() as session:
        forget_delays(session, at)
        factors.forget_challenges(session, at)
        linking.forget_visits(session, at)
        officer_sessions.forget_over(session, at)
        MEMBER_SESSIONS.forget_over(session, at)
        drafts.forget_unsent(session, at)
        unread.forget_views(session, at)


def enforce_sanctions(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Put in force what was approved for today, end what is over, and notify the complainants."""
    do_due(sessions, clock.now())
    try:
        notify_complainants(sessions, Sealer(Keyring(settings.keys)), sanction_notice, clock.now())
    except errors.RegistryError as trouble:
        # A key is missing: the outbox keeps what was not told yet.
        log.error("sanction_not_told", trouble=trouble.text)


def notify_disabled_webhooks(settings: Settings, sessions: sessionmaker[Session]) -> None:
    words = mails.webhook_words(settings.public_url)
    mails.notify_disabled_webhooks(sessions, words, _sender(settings, "webhook_notice_not_sent"), clock.now())


def notify_failing_webhooks(settings: Settings, sessions: sessionmaker[Session]) -> None:
    words = mails.webhook_words(settings.public_url, "webhook_failing")
    mails.notify_failing_webhooks(sessions, words, _sender(settings, "webhook_notice_not_sent"), clock.now())


def send_digests(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Tell members who asked for it, each day or week, how much happened."""
    words = mails.digest_words(settings.public_url)
    mails.send_due_digests(sessions, words, _sender(settings, "digest_not_sent"), clock.now())


def purge_watching(_settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Remove deliveries and events that were kept long enough, and what a closed organisation still watches."""
    done = retention.purge(sessions, clock.now())
    if any(done):
        log.info("watching_purged", **done._asdict())


def purge_cases(settings: Settings, sessions: sessionmaker[Session], *, is_ordered: bool = False) -> int:
    """Destroy what was kept long enough: drafts, floods, withdrawn and closed cases. Gives how many cases lost their keys.

    All of it where an operator ordered it; otherwise of one more day in each round.
    """
    at, do = clock.now(), purging.purge if is_ordered else purging.purge_round
    try:
        done = do(sessions, Sealer(Keyring(settings.keys)), at, files_remover(file_store.store_of(settings)))
    except errors.ClockWrong as trouble:
        log.error("purging_stopped", trouble=trouble.text)
        return 0
    except errors.FilesUnavailable as trouble:
        # The keys are gone, so no one can read the files; they are removed in a later round.
        log.error("cases_not_emptied", trouble=trouble.text)
        return 0
    if any(done):
        log.info("cases_purged", closed=done.closed, emptied=done.emptied, removed=done.removed)
    with engine.reading_sessions_for(sessions.kw["bind"])() as session:
        backlog = purging.purge_backlog(session, at.date())
    if backlog.trouble is not None:
        log.error("purging_stopped", trouble=backlog.trouble)
    elif backlog.waiting:
        log.warning("purging_behind", waiting=backlog.waiting)
    return done.closed


def clear_parts(settings: Settings, _sessions: sessionmaker[Session]) -> None:
    """Remove parts of uploads and recordings that no one finished, after a day."""
    try:
        cleared = uploading.clear_abandoned(file_store.store_of(settings), clock.now().date())
    except errors.FilesUnavailable as trouble:
        log.error("parts_not_cleared", trouble=trouble.text)
        return
    if cleared:
        log.info("parts_cleared", count=cleared)


HALF_HOUR, HOUR = 1800.0, 3600.0

TASKS = (
    Task("remind_of_cases", 10.0, remind_of_cases, Lane.ALARMS),
    Task("tell_officers", 10.0, notify_officers, Lane.NOTICES),
    Task("remember_erased", 10.0, remember_erased),
    Task("fetch_lists", 60.0, fetch_due, Lane.LISTS, HOUR),
    Task("apply_ordered", 10.0, apply_ordered, Lane.LISTS, HOUR),
    Task("change_channels", 60.0, change_channels, Lane.MAILS, HALF_HOUR),
    Task(
        "tell_licensed",
        60.0,
        # What is not sent is not noted down as told; the next round tries again.
        lambda settings, sessions: notify_agencies(sessions, _sender(settings, "licence_notice_not_sent")),
        Lane.MAILS,
        HALF_HOUR,
    ),
    Task("fold_names", 60.0, fold_names),
    Task("settle_wallets", 60.0, wallets.settle_wallets),
    Task("read_provider_lists", 60.0, wallets.read_provider_lists, Lane.WALLETS, HALF_HOUR),
    Task("warn_of_staleness", 3600.0, warn, Lane.MAILS),
    Task("warn_of_law", 86400.0, warn_of_law),
    Task("forget_admissions", 3600.0, forget_admissions),
    Task("forget_sign_ins", 3600.0, forget_sign_ins),
    # The open numbers of each quarter, once it is two weeks past.
    Task(
        "close_quarters",
        3600.0,
        lambda _, sessions: open_statistics.close_due(sessions, clock.day_at(clock.now(), None)),
    ),
    Task("send_account_letters", 5.0, send_account_letters, Lane.MAILS, HALF_HOUR),
    Task("forget_account_letters", 3600.0, forget_account_letters),
    Task("end_waiting", 300.0, end_waiting),
    # Partners' access whose time is over or whose worker withdrew consent; hearings whose time, consent or case is no more.
    Task(
        "end_referrals",
        60.0,
        lambda settings, sessions: referrals.end_due(sessions, Sealer(Keyring(settings.keys)), clock.now()),
    ),
    Task(
        "end_hearings",
        60.0,
        lambda settings, sessions: hearings.end_due(sessions, Sealer(Keyring(settings.keys)), clock.now()),
    ),
    # Every look asks the clock besides.
    Task("end_openings", 60.0, lambda _, sessions: end_access_grants_due(sessions, clock.now())),
    Task("enforce_sanctions", 60.0, enforce_sanctions),
    # Licences that end soon, and lists that went stale. What was published is told by WatchLoop, at once.
    Task("tell_days", 60.0, lambda _, sessions: fan_out.fan_out_calendar(sessions, clock.now())),
    Task("tell_switched_off", 60.0, notify_disabled_webhooks, Lane.MAILS, HALF_HOUR),
    Task("tell_failing", 60.0, notify_failing_webhooks, Lane.MAILS, HALF_HOUR),
    Task("tell_digests", 600.0, send_digests, Lane.MAILS),
    Task("purge_watching", 3600.0, purge_watching),
    Task("purge_cases", 3600.0, purge_cases),
    Task("state_audit_head", 3600.0, state_audit_head),
    Task("clear_parts", 21600.0, clear_parts),
    Task("clean_attachments", 1.0, sanitise_jobs.clean_waiting),
    Task("answer_lists", 1.0, bulk_jobs.answer_lists),
    Task("purge_lists", 3600.0, bulk_jobs.purge_lists),
    Task("write_ranges", 5.0, write_ranges, Lane.RANGES, HALF_HOUR),
    Task("log_unit_keys", 5.0, log_unit_keys, Lane.SIGNING),
    # Behind all that publishes, so that `registry worker --once` signs it.
    Task("sign_log", 1.0, log_signing.sign_log, Lane.SIGNING),
    Task("ask_witnesses", 30.0, lambda _, sessions: ask_witnesses(sessions), Lane.SIGNING),
    Task("stamp_log", 60.0, stamp_log, Lane.TIME, HALF_HOUR),
    Task("stamp_archive", 60.0, stamp_archive, Lane.TIME, HALF_HOUR),
    # After signing: it is written at a signed head.
    Task("write_dataset", 600.0, write_dataset, Lane.DATASET, HOUR),
)
