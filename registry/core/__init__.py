"""The ground: settings, clock, ids, keys on disk, mail, the move engine."""
