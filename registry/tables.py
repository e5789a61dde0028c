"""Every table of the registry in one metadata, for migrations and for the check that they equal the models."""

from registry.accounts import models as _accounts
from registry.audit import models as _audit
from registry.bulk import models as _bulk
from registry.complaints.attachments import models as _attachments
from registry.complaints.case import models as _complaints
from registry.complaints.casework import models as _casework
from registry.complaints.intake import idempotency as _idempotency
from registry.complaints.intake import models as _intake
from registry.complaints.parties import models as _parties
from registry.complaints.retention import purging as _purging
from registry.complaints.sealing import models as _boxes
from registry.complaints.triage import similarity as _similarity
from registry.core import heartbeats as _beats
from registry.core import operator_texts as _operator_texts
from registry.core import outbox as _events
from registry.core import secret_checks as _secrets
from registry.core.db.engine import Base
from registry.log import models as _log
from registry.officers import models as _officers
from registry.organisations import models as _employers
from registry.oversight import open_statistics as _statistics
from registry.proofs.papers import making as _papers
from registry.proofs.wallets import models as _wallets
from registry.ranges import models as _ranges
from registry.register.agencies import models as _agencies
from registry.register.authorities import models as _authorities
from registry.register.imports import models as _imports
from registry.register.law.overlays import models as _law
from registry.register.names import models as _names
from registry.supervision.collisions import models as _collisions
from registry.supervision.entries import models as _entries
from registry.supervision.licensing import models as _licensing
from registry.supervision.sanctions import models as _sanctions
from registry.watches import models as _watches

METADATA = Base.metadata
MODELS = (
    _accounts, _attachments, _intake, _agencies, _audit, _authorities, _beats, _operator_texts, _boxes, _bulk,
    _casework, _collisions, _complaints, _employers, _entries, _events, _imports, _licensing, _law, _log, _names,
    _papers, _parties, _idempotency, _officers, _purging, _ranges, _sanctions, _secrets, _similarity, _statistics,
    _wallets, _watches,
)  # fmt: skip
