"""Filing a complaint: admission, questions, handover to a unit, and the complainant's mailbox."""
