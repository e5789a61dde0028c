"""The scheduler and its tasks: fetching lists, signing the log, reminders, jobs, webhooks."""
