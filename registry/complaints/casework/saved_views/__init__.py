"""An officer's saved filters of the queue."""
