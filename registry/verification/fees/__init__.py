"""Whether a charge is allowed, and by which rule."""
