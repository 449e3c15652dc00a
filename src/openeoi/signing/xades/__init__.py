"""XML signatures after ETSI EN 319 132-1: `build` prepares and completes one, `read` examines anybody's."""
