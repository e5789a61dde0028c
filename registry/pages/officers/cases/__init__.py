"""Pages of the queue and of a case."""
