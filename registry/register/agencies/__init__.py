"""Agencies and their licences: tables, the public record, lookup keys, publishing."""
