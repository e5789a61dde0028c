"""Endpoints open to all: verify, corridor, checks, agencies, fees, the log."""
