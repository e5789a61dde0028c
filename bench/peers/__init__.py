"""Other ways to build the same lookup, each on the same server with the same settings and as lean as its kind allows."""
