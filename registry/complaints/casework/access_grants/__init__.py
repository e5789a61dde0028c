"""Access grants: a second person approves that an officer sees more than the role opens."""
