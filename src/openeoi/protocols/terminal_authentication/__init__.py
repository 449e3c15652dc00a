"""Terminal authentication version 1 (TR-03110-1, 3.5): certificates let a terminal read fingerprints or irises."""
