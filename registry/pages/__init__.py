"""HTML pages: public, intake, organisations, officers."""
