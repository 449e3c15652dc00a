"""The virtual card: operating system, files, access conditions, applications, persistent state."""
