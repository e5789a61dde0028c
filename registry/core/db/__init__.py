"""Database: engine, locks and versions, prepared statements, revisions, errors by class."""
