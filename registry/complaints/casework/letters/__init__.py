"""Letters to complainants: those that wait for a translation, and approved reply templates in all languages."""
