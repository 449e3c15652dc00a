"""OpenEOI: an open implementation of the system around the Slovenian biometric identity card."""

__version__ = "0.1.0"
