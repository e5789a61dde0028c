"""Server-sent events for organisations' programs."""
