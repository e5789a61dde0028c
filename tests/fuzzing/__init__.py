"""Files of every form that is read, changed at random: each ends with an answer or with a fault of the file."""
