"""A sample insurer with a database of its own: five synthetic people in different states, none of them real."""
