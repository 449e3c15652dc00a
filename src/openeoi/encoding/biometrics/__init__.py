"""Biometric records and their wrapping: ISO/IEC 19794-4 and -5, ISO/IEC 39794-5, ISO/IEC 7816-11 templates, image formats."""
