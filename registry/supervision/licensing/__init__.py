"""Acts on licences: applications, proposals approved by a second person, mail to the agency."""
