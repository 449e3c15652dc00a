"""Containers of any files with signatures beside them (ETSI EN 319 162-1): ASiC-E with XAdES."""
