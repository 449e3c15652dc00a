"""The steps by which the cross-border desk's database came to its present tables."""
