"""The verdict: pure rules over the public record, the law and the sources."""
