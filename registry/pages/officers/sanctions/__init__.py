"""Pages of sanctions."""
