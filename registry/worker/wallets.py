"""What the worker does for wallets: it ends what is over, and what the wallet's own provider does not vouch for any more."""

from collections.abc import Sequence
from urllib.parse import urlsplit

import requests
import structlog
from cryptography import x509
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.db.engine import reading_session
from registry.core.settings import Settings
from registry.proofs.wallets import grants, issuing, presentations, tokens, trust

log = structlog.get_logger()

TIMEOUT = (5.0, 10.0)
"""Seconds to connect, and between two pieces of an answer."""


def settle_wallets(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """End staff cards of licences that ended, and copies in wallets that state what has changed; nothing where none are issued.

    What wallets left unused is deleted, and what they showed.
    """
    if settings.wallets is None:
        return
    with sessions.begin() as session:
        cards, copies = issuing.WalletIssuer.of(settings).settle(session, now())
        grants.forget(session, now())
        presentations.forget(session, now())
    if cards or copies:
        log.info("wallets_settled", cards=cards, copies=copies)


def read_provider_lists(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Read the status lists that attestations of wallets and of their keys named, and end what was issued to those withdrawn.

    A list that cannot be read ends nothing, and is read again an hour later. Raises SettingsError.
    """
    if settings.wallets is None:
        return
    with reading_session(sessions) as session:
        due = issuing.listed_now(session, now())
    if not due:
        return
    anchors = trust.read_trust(settings.wallets, now()).providers
    lists = {uri: _read(uri, anchors) for uri in sorted({listed.uri for _, listed in due})}
    withdrawn = set()
    for grant_id, listed in due:
        found = lists[listed.uri]
        if found is not None and not found.vouches_for(listed.place):
            withdrawn.add(grant_id)
    with sessions.begin() as session:
        issuing.end_withdrawn(session, {grant_id for grant_id, _ in due}, withdrawn, now())
    if withdrawn:
        log.warning("wallets_withdrawn_by_provider", grants=len(withdrawn))


def _read(uri: str, anchors: Sequence[x509.Certificate]) -> tokens.ProviderList | None:
    try:
        return tokens.read_provider_list(_fetched(uri), uri, anchors, now())
    except (tokens.BadToken, ValueError, requests.RequestException) as trouble:
        why = str(trouble) if isinstance(trouble, tokens.BadToken) else type(trouble).__name__
        log.warning("wallet_provider_list_unread", host=urlsplit(uri).hostname, why=why)
        return None


def _fetched(uri: str) -> str:
    with requests.Session() as http:
        # Proxies and passwords of the machine's own configuration are no business of a provider.
        http.trust_env = False
        accept = {"Accept": "application/statuslist+jwt"}
        with http.get(uri, headers=accept, timeout=TIMEOUT, stream=True, allow_redirects=False) as answer:
            answer.raise_for_status()
            if answer.status_code != requests.codes.ok:
                raise tokens.BadToken("is not there: it leads elsewhere")
            body = b""
            for piece in answer.iter_content(64 * 1024):
                body += piece
                if len(body) > tokens.MAX_LIST:
                    raise tokens.BadToken("is larger than 2 MB")
            return body.decode("ascii")
