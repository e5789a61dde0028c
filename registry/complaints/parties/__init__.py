"""Others who take part in a case: the agency that is heard, the partner it is referred to."""
