"""The licensing desk: an authority's licences, the acts on them, and what waits for a second person."""
