"""Changes of the issuing office's tables, in order."""
