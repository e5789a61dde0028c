"""Every table of the registry in one metadata, for migrations and for the check that they equal the models."""

from registry.agencies import models as _agencies
from registry.audit import models as _audit
from registry.authorities import models as _authorities
from registry.bulk import models as _bulk
from registry.collisions import models as _collisions
from registry.complaints import admission_models as _admission
from registry.complaints import attachment_models as _attachments
from registry.complaints import boxes as _boxes
from registry.complaints import casework_models as _casework
from registry.complaints import mailbox_models as _mailboxes
from registry.complaints import models as _complaints
from registry.complaints import repeats as _repeats
from registry.complaints import similarity as _similarity
from registry.complaints.decisions import models as _decisions
from registry.complaints.hearings import models as _hearings
from registry.complaints.notes import models as _notes
from registry.complaints.openings import models as _openings
from registry.complaints.paper_forms import models as _paper_forms
from registry.complaints.referrals import models as _referrals
from registry.complaints.translations import models as _translations
from registry.complaints.views import models as _views
from registry.db import Base
from registry.diligence import models as _diligence
from registry.employers import models as _employers
from registry.entries import models as _entries
from registry.events import models as _events
from registry.imports import models as _imports
from registry.licensing import models as _licensing
from registry.licensing.deposits import models as _deposits
from registry.log import models as _log
from registry.names import models as _names
from registry.officers import models as _officers
from registry.officers.providers import models as _providers
from registry.sanctions import models as _sanctions
from registry.statistics import models as _statistics
from registry.watches import models as _watches
from registry.watches import webhook_models as _webhooks

METADATA = Base.metadata
MODELS = (
    _attachments,
    _admission,
    _agencies,
    _audit,
    _authorities,
    _boxes,
    _bulk,
    _casework,
    _collisions,
    _complaints,
    _decisions,
    _diligence,
    _employers,
    _entries,
    _events,
    _hearings,
    _imports,
    _deposits,
    _licensing,
    _log,
    _mailboxes,
    _names,
    _notes,
    _openings,
    _paper_forms,
    _referrals,
    _repeats,
    _officers,
    _providers,
    _sanctions,
    _similarity,
    _statistics,
    _translations,
    _views,
    _watches,
    _webhooks,
)
