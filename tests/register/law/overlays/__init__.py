"""Overlays of the law: files that an operator signs."""
