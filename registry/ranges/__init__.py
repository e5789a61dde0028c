"""Range files: look a number up without saying which, with proof of presence and of absence."""
