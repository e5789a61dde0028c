"""Figures of a unit's cases, deadlines and load, as table and chart."""
