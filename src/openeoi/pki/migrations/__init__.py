"""The steps by which the authorities' database came to its present tables."""
