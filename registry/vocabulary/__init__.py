"""The field's words as enums."""
