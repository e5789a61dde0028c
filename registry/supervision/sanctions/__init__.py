"""Sanctions: proposal, review, approval, in force, stay, lifting, and notices to complainants."""
