"""The ground: settings, clock, ids, error codes, keys on disk, mail, the move engine."""
