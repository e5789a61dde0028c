"""Many questions at once: jobs, the engine that answers them, their results, and archived receipts."""
