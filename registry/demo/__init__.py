"""Invented agencies, licences and complaints to try the registry with."""
