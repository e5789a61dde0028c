"""The field's words as enums, every reason and error code, and the shapes of the public record."""
