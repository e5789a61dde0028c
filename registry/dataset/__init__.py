"""The open dataset: licences and events of legal persons as signed files, with deltas from one head of the log to the next."""
