"""Card verifiable certificates: what lets a chip, with no more than data objects, check a terminal's rights (TR-03110-3, C)."""
